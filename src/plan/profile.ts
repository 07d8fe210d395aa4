/** A load in one line: `spike` and `sine`, written out as stages. */
import { RampartError } from '../core/errors.ts';
import type { Stage } from '../core/plan.ts';
import { type Micros, micros } from '../core/units.ts';
import { parseDuration, quote } from './syntax.ts';

/** Straight lines that a wave is made of, per period: so it is nowhere off by more than half a percent of its height. */
const FINEST = 32;
const COARSEST = 8;
const MOST_STAGES = 1_000;

const EXAMPLE = 'write spike TO at TIME for TIME, or sine TO every TIME, as in spike 400 at 30s for 10s';

/**
 * A load in one line, from a base that is given elsewhere: a spike to another load and back, or a wave between the two.
 *
 * @throws RampartError 'bad-flag'
 */
export function parseProfile<Quantity extends number>(
  text: string,
  label: string,
  {
    base,
    duration,
    parseTarget,
  }: {
    readonly base: Quantity;
    readonly duration: Micros;
    readonly parseTarget: (text: string, label: string) => Quantity;
  },
): Stage<Quantity>[] {
  const refuse = (problem: string): never => {
    throw new RampartError('bad-flag', `${label}: ${quote(text)} ${problem}`);
  };
  const words = text.trim().toLowerCase().split(/\s+/);
  const [shape, target = '', ...rest] = words;
  const times = new Map<string, Micros>();
  for (let at = 0; at < rest.length; at += 2) {
    const [word = '', time = ''] = rest.slice(at, at + 2);
    if (times.has(word)) refuse(`says ${quote(word)} twice`);
    times.set(word, parseDuration(time, `${label}, ${word}`));
  }
  const wanted = shape === 'spike' ? ['at', 'for'] : shape === 'sine' ? ['every'] : [];
  if (wanted.length === 0) refuse(`is no profile; ${EXAMPLE}`);
  if (times.size !== wanted.length || wanted.some((word) => !times.has(word))) refuse(`is not whole; ${EXAMPLE}`);
  const to = parseTarget(target, label);
  if (to === base) refuse('leads to the load that it begins with');
  const time = (word: string): Micros => times.get(word) as Micros;
  if (shape === 'spike') {
    const [at, length] = [time('at'), time('for')];
    if (length === 0) refuse('takes no time');
    if (at + length > duration)
      refuse(`ends after the load, which lasts ${duration / 1e6} s; give it a longer --duration`);
    return [stage(at, base, base), stage(length, to, to), stage(duration - at - length, base, base)].filter(
      (one) => one.duration > 0,
    );
  }
  const period = time('every');
  if (period < 1_000_000) refuse('is too quick; every 1s at least');
  const lines = Math.min(FINEST, Math.floor((MOST_STAGES * period) / duration));
  if (lines < COARSEST)
    refuse(
      `is too quick for a load that lasts ${duration / 1e6} s; at least every ${Math.ceil((COARSEST * duration) / MOST_STAGES / 1e6)}s`,
    );
  return wave(base, to, { period, lines, duration });
}

const stage = <Quantity extends number>(length: number, from: Quantity, to: Quantity): Stage<Quantity> => ({
  duration: micros(length),
  from,
  to,
});

/** From the base up and down again: the first and the last line of a period are flat beside those between. */
function wave<Quantity extends number>(
  base: Quantity,
  to: Quantity,
  { period, lines, duration }: { readonly period: number; readonly lines: number; readonly duration: number },
): Stage<Quantity>[] {
  const valueAt = (at: number): Quantity =>
    (base + ((to - base) * (1 - Math.cos((2 * Math.PI * at) / period))) / 2) as Quantity;
  const stages: Stage<Quantity>[] = [];
  for (let from = 0, line = 1; from < duration; line++) {
    const until = Math.min(duration, Math.round((line * period) / lines));
    stages.push(stage(until - from, valueAt(from), valueAt(until)));
    from = until;
  }
  return stages;
}

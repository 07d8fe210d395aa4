/** Thresholds that end a run under way (`--abort-on`): what is written becomes a threshold with a stretch of time. */
import { RampartError } from '../core/errors.ts';
import type { AbortThreshold } from '../core/plan.ts';
import { type Micros, micros, seconds } from '../core/units.ts';
import { blame, type RawSettings } from './raw-settings.ts';
import { parseDuration, quote } from './syntax.ts';
import { parseThresholdOf, type ScopeNames, separated } from './threshold.ts';

const INTERVAL = seconds(1);
const DEFAULT_OVER = seconds(10);
const LIMITS = { min: '1s', max: '10m' } as const;

/**
 * `p95<500ms over 10s after 30s`: a threshold, the stretch of time that it looks at (10 s), and how much must have been measured
 * before (the stretch).
 *
 * @throws RampartError
 */
export function resolveAbortOn(given: RawSettings, names: ScopeNames): AbortThreshold[] {
  const value = given.settings.abortOn ?? [];
  const texts = typeof value === 'string' ? [value] : value;
  return blame(given.originOf('abortOn'), (label) =>
    texts.flatMap(separated).map((text): AbortThreshold => {
      const { head, over, after } = timesOf(text.trim(), label);
      const { metric, text: _, ...threshold } = parseThresholdOf(head, label, names);
      if (metric.kind === 'each' || metric.kind === 'goodput')
        throw new RampartError(
          'bad-flag',
          `${label}: ${quote(text)} looks at what is judged at the end only`,
          'While a run goes on percentiles, mean, max, errors and achieved are looked at.',
        );
      return { ...threshold, metric, text: text.trim(), over, after };
    }),
  );
}

/** Longer by up to a second: intervals are looked at whole. */
const whole = (time: Micros): Micros => micros(Math.ceil(time / INTERVAL) * INTERVAL);

function timesOf(
  text: string,
  label: string,
): { readonly head: string; readonly over: Micros; readonly after: Micros } {
  let head = text;
  const times: { over?: Micros; after?: Micros } = {};
  for (;;) {
    const [, rest, word, time] = /^(.*\S)\s+(over|after)\s+(\S+)$/is.exec(head) ?? [];
    if (rest === undefined || word === undefined || time === undefined) break;
    const key = word.toLowerCase() as 'over' | 'after';
    if (times[key] !== undefined) throw new RampartError('bad-flag', `${label}: ${quote(text)} says "${key}" twice`);
    const limits = key === 'over' ? LIMITS : { max: '168h' };
    times[key] = parseDuration(time, `${label}: ${quote(text)}, ${key}`, limits);
    head = rest;
  }
  return { head, over: whole(times.over ?? DEFAULT_OVER), after: whole(times.after ?? micros(0)) };
}

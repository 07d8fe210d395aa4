/** Runs that go on until a percentile is known well enough: when to look, and what to say at the end. */
import type { Until } from '../core/plan.ts';
import type { Doubt, UntilResult } from '../core/verdict.ts';
import { type Interval, longerBy } from '../stats/confidence.ts';
import { formatLonger, formatShare, metricName } from './wording.ts';

/** How far the ends of an interval are from its value, as shares of it; an open end is null. */
export interface Precision {
  readonly below: number;
  readonly above: number | null;
}

/** Null where it cannot be said: there is no interval, or the value is infinite. */
export function precisionOf(value: number, interval: Interval | null): Precision | null {
  if (interval === null || !Number.isFinite(value) || value <= 0) return null;
  const [low, high] = interval;
  return { below: (value - low) / value, above: high === null ? null : (high - value) / value };
}

/** Whether both ends are as near as was asked for. */
export function isPrecise(precision: Precision | null, { precision: wanted }: Pick<Until, 'precision'>): boolean {
  return precision?.above != null && Math.max(precision.below, precision.above) <= wanted;
}

/** From this on it is looked at, s, and again after each further share of the time. */
const FIRST = 20;
const STEP = 0.2;
/**
 * When a run that goes on until a percentile is known looks whether it is. An interval is narrow by luck now and then, and who
 * looked every second would end at just such a moment: so the steps widen with the run.
 * `docs/decisions/0023-until-it-is-known.md` has what that does to the intervals.
 */
export class Looks {
  #next = FIRST;

  /** Whether to look after so many measured seconds. */
  isDue(seconds: number): boolean {
    if (seconds < this.#next) return false;
    this.#next = Math.max(seconds + 1, Math.ceil(seconds * (1 + STEP)));
    return true;
  }
}

/** What a run that has ended knows of the percentile it went on for. */
export interface Known {
  readonly until: Until;
  /** µs; NaN: nothing was measured. */
  readonly value: number;
  /** Its 95 % interval, µs, and how many times as long the run must be for it to have an upper end. Null: no interval. */
  readonly certainty: { readonly interval: Interval; readonly longerForEnd: number } | null;
  /** Whether it ended for it. */
  readonly reached: boolean;
  /** How long it measured. */
  readonly durationMs: number;
}

export function untilResult({ until, value, certainty, reached, durationMs }: Known): UntilResult {
  const precision = precisionOf(value, certainty?.interval ?? null);
  const told = { asked: until.text, reached, ...precision };
  if (reached) return told;
  if (precision === null || certainty === null) return { ...told, moreSeconds: null };
  const widest = Math.max(precision.below, precision.above ?? 0);
  const apart = (widest / until.precision) ** 2;
  const longer = precision.above === null ? Math.max(apart, certainty.longerForEnd) : apart;
  return { ...told, moreSeconds: longerBy(durationMs, longer) };
}

/** `p95 is known to −4.8 % and +5.0 %`, `to −8.1 % below and to nothing above`. */
function saidOf({ p }: Until, { below, above }: UntilResult): string {
  const name = metricName({ kind: 'percentile', p });
  if (below === undefined) return `${name} has no interval yet`;
  const upper = above == null ? 'no bound above' : `+${formatShare(above)}`;
  return `${name} is known to −${formatShare(below)} and ${upper}`;
}

/** One sentence about a run that ended for it. */
export function untilSentence(until: Until, result: UntilResult): string {
  return `It ended when that was known to ±${formatShare(until.precision)}: ${saidOf(until, result)}.`;
}

/** That it ended before. */
export function untilDoubts(until: Until, result: UntilResult): Doubt[] {
  if (result.reached) return [];
  const { moreSeconds = null, above } = result;
  const least = above === null ? 'at least ' : '';
  const more = moreSeconds === null ? '' : `; it takes ${least}about ${formatLonger(moreSeconds)} more`;
  const message = `The load ended before ${until.text} was reached: ${saidOf(until, result)}${more}.`;
  const hint =
    moreSeconds === null
      ? 'Ask for less, or give it a longer --duration.'
      : `Give it a longer --duration, at least ${formatLonger(moreSeconds)} more, or ask for less.`;
  return [{ code: 'not-known', message, hint, invalidates: false }];
}

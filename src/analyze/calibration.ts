/**
 * Queues whose breaking point theory knows, and how far a search of them was off: what `doctor --calibrate` runs and
 * tells.
 */
import type { BreakingPoint } from '../core/breaking-point.ts';
import { mm1LimitRate, mmcQuantile } from '../stats/queueing.ts';
import { counted, formatMs, formatRate, formatShare } from './wording.ts';

/** An exact queue with exponential service times, and what a search asks of it. */
export interface KnownQueue {
  readonly serviceMs: number;
  readonly slots: number;
  /** p95 is to stay below it. */
  readonly limitMs: number;
}

/** One slot and eight, quick and slower: what a search has to tell apart. */
export const KNOWN_QUEUES: readonly KnownQueue[] = [
  { serviceMs: 5, slots: 1, limitMs: 50 },
  { serviceMs: 20, slots: 8, limitMs: 90 },
  { serviceMs: 10, slots: 1, limitMs: 100 },
];

const P = 0.95;

/** The highest rate at which p95 stays within the limit, 1/s. */
export function truthOf({ serviceMs, slots, limitMs }: KnownQueue): number {
  const mu = 1000 / serviceMs;
  const limit = limitMs / 1000;
  if (slots === 1) return mm1LimitRate(P, mu, limit);
  let low = 0;
  let high = slots * mu;
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (mmcQuantile(P, slots, middle, mu) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

/** One search against its truth. */
export interface Calibrated {
  readonly queue: KnownQueue;
  /** 1/s. */
  readonly truth: number;
  readonly status: BreakingPoint['status'];
  readonly estimate: number | null;
  readonly interval: BreakingPoint['interval'];
  /** (estimate − truth) / truth; null: no estimate. */
  readonly error: number | null;
  /** Whether the interval holds the truth; null: there is none. */
  readonly covered: boolean | null;
  readonly spentSeconds: number;
}

export function calibratedBy(queue: KnownQueue, answer: BreakingPoint): Calibrated {
  const truth = truthOf(queue);
  const { status, interval, spentSeconds } = answer;
  // "At least so much" is no estimate of the limit.
  const estimate = status === 'found' || status === 'rough' ? answer.estimate : null;
  return {
    queue,
    truth,
    status,
    estimate,
    interval,
    error: estimate === null ? null : (estimate - truth) / truth,
    covered: interval === null ? null : interval[0] <= truth && (interval[1] === null || truth <= interval[1]),
    spentSeconds,
  };
}

/** The worst error of all; null: a search gave no estimate. */
export function worstError(all: readonly Calibrated[]): number | null {
  const errors = all.map(({ error }) => error);
  return errors.some((error) => error === null) || errors.length === 0
    ? null
    : Math.max(...errors.map((error) => Math.abs(error ?? 0)));
}

/** `1 slot of 5.00 ms, p95 < 50.0 ms`. */
export function queueName({ serviceMs, slots, limitMs }: KnownQueue): string {
  return `${counted(slots, 'slot')} of ${formatMs(serviceMs)}, p95 < ${formatMs(limitMs)}`;
}

/** `sustains 140.1/s, found 138.2/s: −1.3 % (134.0 to 142.8, holds it)`. */
export function calibratedLine({ truth, status, estimate, interval, error, covered }: Calibrated): string {
  const known = `sustains ${formatRate(truth)}`;
  if (estimate === null || error === null) return `${known}, no estimate: ${status}`;
  const sign = error < 0 ? '−' : '+';
  const range =
    interval === null
      ? ''
      : ` (${formatRate(interval[0])} to ${interval[1] === null ? 'no bound' : formatRate(interval[1])}, ${covered ? 'holds it' : 'does not hold it'})`;
  return `${known}, ${status} ${formatRate(estimate)}: ${sign}${formatShare(Math.abs(error))}${range}`;
}

/** The sentence of it all. */
export function calibrationVerdict(all: readonly Calibrated[]): string {
  const worst = worstError(all);
  if (worst === null) {
    const silent = all.filter(({ error }) => error === null).length;
    return `On this machine ${silent} of ${all.length} searches gave no estimate: it is not fit to search as it is.`;
  }
  return `On this machine searches are within ±${formatShare(worst)}.`;
}

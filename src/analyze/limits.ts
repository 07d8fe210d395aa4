/** The limits beyond which an interval says more about the generator than about the target, in one place. */
import type { TimelinePoint } from '../core/result.ts';

/**
 * Where a measurement stops being one of the target. These are proposals, to be calibrated against servers whose truth
 * is known. Times in ms.
 */
export const LIMITS = {
  /**
   * Open model: at least this share of the due requests must have been sent, unless the missing ones are within three
   * standard deviations of a Poisson count. (Lancet accepts ± 10 % of the target rate; 1 % is what a percentile's
   * interval resolves at the usual sample sizes.)
   */
  sent: { share: 0.99, deviations: 3 },
  /** Open model: p99 of the send lag, the larger of a floor and a share of the response's p95. (wrk2 is exact to ± 1 ms.) */
  lag: { floor: 2, shareOfP95: 0.05 },
  /** Beyond it the lag is the measurement: it voids the run. Between the two it is a doubt (decision 5). */
  worstLag: { floor: 10, shareOfP95: 0.1 },
  /** p99 of the intervals' event-loop delay p99: responses are read that much late. The same two bounds. */
  loopDelay: { floor: 20, shareOfP95: 0.1 },
  /**
   * Closed model: mean share of the time in which the event loop did not wait, and cores used per load thread. Above, a
   * virtual user waits for the generator as well as for the target.
   */
  busy: 0.95,
  /** Share of the sent requests that may be unanswered at the end. */
  unanswered: 0.01,
  /** Mean share of the time in which a load thread waited for a core. */
  cpuWait: 0.1,
  /** The same, of a search's level whose requests left in time all the same. */
  starved: 0.5,
  /** Longest garbage collection. */
  gc: 20,
} as const;

/** A limit in ms that grows with the response time's p95. */
export const bound = (limit: { floor: number; shareOfP95: number }, p95: number | null): number =>
  Math.max(limit.floor, limit.shareOfP95 * (p95 ?? 0));

/** Whether the generator, in this one interval, was so late that its times are not the target's. */
export function isUnfit(point: Pick<TimelinePoint, 'lagP99' | 'loopDelayP99' | 'p95'>, open: boolean): boolean {
  const late = open && (point.lagP99 ?? 0) > bound(LIMITS.worstLag, point.p95);
  return late || (point.loopDelayP99 ?? 0) > bound(LIMITS.loopDelay, point.p95);
}

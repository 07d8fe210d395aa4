/** The verdict on a run: its status, its checks of thresholds, and the doubts about the measurement. */
/** interrupted: by a signal or a kill, so that nothing can be said of the whole. */
export type VerdictStatus = 'passed' | 'failed' | 'invalid' | 'interrupted';

/** How well a percentile is known that a run went on for. */
export interface UntilResult {
  /** As the user wrote it: `p95±5%`. */
  readonly asked: string;
  /** Whether the run ended for it. */
  readonly reached: boolean;
  /** How far the interval's ends are from the percentile, as shares of it; `above` null: an open end. Absent: no interval. */
  readonly below?: number;
  readonly above?: number | null;
  /** Where it was not reached: how much longer the run must have been, s; at least, of an open end; null: cannot be said. */
  readonly moreSeconds?: number | null;
}

export interface Check {
  /** As the user wrote it. */
  readonly threshold: string;
  /** For the verdict: what is not sure passes, and fails where the plan is strict. */
  readonly status: 'passed' | 'failed' | 'undecided';
  /** What is known: not-sure where the interval holds the limit, unknown where nothing can be said at all. */
  readonly outcome: 'held' | 'broken' | 'not-sure' | 'unknown';
  /** In the threshold's unit (ms, share, count, 1/s); null where the value is infinite (failures) or cannot be known. */
  readonly actual: number | null;
  /** 95 %, in the same unit; an open upper end is null. Absent: there is none, and the value alone decides. */
  readonly interval?: readonly [low: number, high: number | null];
  /** Only where it is not sure: how much longer the run must be to tell, s; null: no length that can be named. */
  readonly moreSeconds?: number | null;
  readonly limit: number;
  readonly unit: 'ms' | 'share' | 'count' | '1/s';
  /** One sentence: `p95 was 312 ms, not below 250 ms`. */
  readonly message: string;
}

/** A reason to trust the measurement less. `invalidates` ones make the verdict invalid. */
export interface Doubt {
  readonly code: DoubtCode;
  readonly message: string;
  readonly hint: string;
  readonly invalidates: boolean;
}

export const DOUBT_CODES = [
  'no-samples',
  'failing-alike',
  'unreachable',
  'thread-lost',
  'agent-lost',
  'thread-never-ready',
  'interrupted',
  'rate-not-met',
  'piling-up',
  'starved-users',
  'cold-start',
  'drifting',
  'send-lag',
  'loop-delay',
  'stood-still',
  'generator-saturated',
  'cpu-contended',
  'gc-pause',
  'too-few-samples',
  'unanswered-at-end',
  'count-mismatch',
  'hidden-idle',
  'no-answer-found',
  'rough-answer',
  'not-known',
  'generator-exhausted',
  'connection-wait',
  'reused-connection-closed',
  'ramp-cut',
  'pacing-missed',
  'closed-unannounced',
  'surplus-bytes',
  'target-down',
  'errors-at-any-load',
  'clock-set',
] as const;
export type DoubtCode = (typeof DOUBT_CODES)[number];

export interface Verdict {
  readonly status: VerdictStatus;
  readonly checks: readonly Check[];
  readonly doubts: readonly Doubt[];
}

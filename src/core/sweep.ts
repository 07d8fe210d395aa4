/** A sweep over numbers of users: what each level showed, and up to which one each tier of SLOs holds. */

export interface SweepLevel {
  readonly vus: number;
  /** Names its run. */
  readonly id: string;
  readonly from: string;
  /** Why its run says nothing of the target. Absent: it does. */
  readonly leftOut?: string;
  readonly achievedPerSec: number;
  readonly errors: number | null;
  /** As callers had them, ms; null: not known. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Times of streams, ms; absent: nothing was streamed. */
  readonly ttftP50?: number | null;
  readonly ttftP95?: number | null;
  readonly tpotP50?: number | null;
  readonly tpotP95?: number | null;
  /** Output tokens of all users, per second. */
  readonly tokensPerSec?: number;
  /** Share of the requests that met all limits at once, and how many did per second; absent: nobody asked. */
  readonly goodput?: number | null;
  readonly goodPerSec?: number;
  /**
   * What each user has of it: tokens that it reads per second while a response comes (1 / median time per output token);
   * without streams, requests per second.
   */
  readonly perUser: number | null;
  /** What all have: tokens per second; without streams, requests per second. */
  readonly inAll: number;
  /** No other level is better in both. */
  readonly pareto: boolean;
}

export interface SweepTier {
  /** Empty: the one of `--slo`. */
  readonly name: string;
  readonly slos: readonly string[];
  /** The highest level at which all hold, as at every level below it; null: not at the lowest. */
  readonly upTo: number | null;
  /** The lowest level at which one of them is broken, and which; null: at none. */
  readonly brokenAt: number | null;
  readonly brokenBy: readonly string[];
  /** By level: whether all hold. `not-sure`: the interval of one holds its limit. */
  readonly held: readonly ('held' | 'not-sure' | 'broken' | 'unknown')[];
}

export interface Sweep {
  readonly format: 1;
  readonly tool: { readonly name: 'rampart'; readonly version: string };
  readonly target: string;
  readonly streamed: boolean;
  readonly levels: readonly SweepLevel[];
  readonly tiers: readonly SweepTier[];
  readonly doubts: readonly string[];
}

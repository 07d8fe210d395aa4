/** Summaries of response times and of their parts, as a result tells them. */
import type { AlwaysTold, ToldWhereAny } from './measures.ts';

export const PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type PercentileName = (typeof PERCENTILES)[number];

/** A summary of one histogram. In `responseWithFailures` null means "a failure: infinitely slow" as well. */
export type LatencySummary = { readonly [P in PercentileName]: number | null } & {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** 95 % confidence intervals; an open upper end is null. Absent where no interval can be given. */
  readonly ci95?: { readonly [P in PercentileName]?: readonly [number, number | null] };
};

/** What is told of the times of one request name, or of all: see `core/measures`. */
export type MeasuredLatencies = { readonly [M in AlwaysTold]: LatencySummary } & {
  readonly [M in ToldWhereAny]?: LatencySummary;
};

export type SeriesLatencies = MeasuredLatencies & {
  /** Successes and failures, each failure infinitely slow: what thresholds look at. */
  readonly responseWithFailures: LatencySummary;
};

export type Latencies = SeriesLatencies & { readonly lag: LatencySummary };

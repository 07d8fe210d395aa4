/** The shape of a comparison of runs: what `comparison.json` holds. */
import type { Host } from './event.ts';
import type { PercentileName } from './latencies.ts';

/**
 * What `compare` says: field for field `comparison.json`. Times in ms, rates in 1/s, shares 0..1. A change is a share of the
 * base (0.1: a tenth more), of the errors a difference of shares. The run is the unit: spreads are those between runs.
 */
export interface Comparison {
  readonly format: 1;
  readonly tool: { readonly name: 'rampart'; readonly version: string };
  readonly verdict: ComparisonVerdict;
  /** A change within ± so much of the base is taken to be of no account. */
  readonly margin: number;
  /** The margin for the share of failed requests, in absolute terms. */
  readonly errorMargin: number;
  /** The chance that all intervals together hold their true values. */
  readonly confidence: number;
  /** Measured in turns, so that runs of one time stand against each other; else all of one side against all of the other. */
  readonly paired: boolean;
  /** How long it was allowed to take. Absent: nothing was said. */
  readonly budget?: {
    readonly seconds: number;
    readonly spentSeconds: number;
    /** The longest of its pairs. */
    readonly pairSeconds: number;
    /** It ended for want of time, and not since it was decided or there were enough pairs. */
    readonly ended: boolean;
  };
  readonly base: Side;
  readonly head: Side;
  readonly metrics: readonly MetricChange[];
  /** How response times changed, from the median to the tail; the intervals hold together. Empty: the runs do not know them. */
  readonly quantiles: readonly QuantileChange[];
  /** What makes the comparison weaker than it looks, worst first. */
  readonly doubts: readonly string[];
}

/**
 * regression, improved: the change is beyond the margin, for sure. small: there is one, and it is within the margin.
 * equivalent: whatever there is, is within the margin. undecided: the runs cannot tell.
 */
export type ChangeVerdict = 'regression' | 'improved' | 'small' | 'equivalent' | 'undecided';
export type ComparisonVerdict = 'regression' | 'improved' | 'equivalent' | 'undecided';

export interface Side {
  readonly label: string;
  readonly runs: readonly ComparedRun[];
}

export interface ComparedRun {
  readonly id: string;
  /** Folder, or file, that it was read from. */
  readonly from: string;
  readonly startedAt: string;
  readonly host: Host;
  /** Why it counts in nothing; absent: it counts. */
  readonly leftOut?: string;
}

/** What a comparison needs of a run: so little that it can be kept beside the code. */
export interface RunFigures {
  readonly id: string;
  readonly startedAt: string;
  readonly host: Host;
  /** Why it counts in nothing; absent: it counts. */
  readonly leftOut?: string;
  readonly kind: 'run' | 'find' | 'probe';
  /** The unit of a search's breaking points. */
  readonly unit?: 'req/s' | 'flows/s' | 'vus';
  /** What a search's capacity counts, where that is not requests. */
  readonly capacityUnit?: 'flows/s';
  /** Successes and failures. */
  readonly requests: number;
  /** Null: the run does not know it. */
  readonly values: Readonly<Record<MetricName, number | null>>;
  /** Percentiles of the response time, ms, a failure as the slowest. Absent: not kept, as in a baseline. */
  readonly curve?: Readonly<Record<PercentileName, number | null>>;
  /** What its own report says against its figures: not steady, or slow at first. Absent: nothing, or not kept. */
  readonly unsteady?: readonly Unsteady[];
  /** What was sent and how much, by the name of each aspect: its digest, since bodies are long and may be secret. */
  readonly plan: Readonly<Record<string, string>>;
}

export type Unsteady = 'cold-start' | 'drifting';

export interface QuantileChange {
  readonly name: PercentileName;
  readonly change: number;
  readonly interval: readonly [low: number, high: number];
  /** Runs, or pairs, behind it: of the smaller side. */
  readonly runs: number;
}

export interface MetricChange<Name extends string = MetricName> {
  readonly name: Name;
  readonly unit: 'ms' | '1/s' | 'flows/s' | 'vus' | 'share';
  /** Which way is the bad one. */
  readonly worse: 'more' | 'less';
  /** Geometric mean of the side's runs (of shares: the mean). */
  readonly base: number;
  readonly head: number;
  readonly change: number;
  readonly interval: readonly [low: number, high: number];
  /** Runs, or pairs, behind it: of the smaller side. */
  readonly runs: number;
  readonly verdict: ChangeVerdict;
  /** Where it is undecided: how many runs of each side would probably tell; null: too many, or it cannot be said. */
  readonly runsNeeded?: number | null;
}

export type MetricName = 'p50' | 'p95' | 'p99' | 'throughput' | 'errors' | 'breaking point' | 'capacity';

/** The shape of a comparison of deployments by their breaking points: what `compare --find` writes. */
import type { BreakingPointStatus, Estimate, LoadUnit } from './breaking-point.ts';
import type { ComparisonVerdict, MetricChange } from './comparison.ts';

/**
 * What `compare --find` says: field for field `comparison.json`. Times in ms, rates in 1/s, shares 0..1; a breaking point is in
 * the unit that was searched. Deployments are measured in turns, round by round; the first is what the others are held against.
 */
export interface DeploymentComparison {
  readonly format: 1;
  readonly kind: 'deployments';
  readonly tool: { readonly name: 'rampart'; readonly version: string };
  readonly unit: LoadUnit;
  /** As written. */
  readonly slos: readonly string[];
  readonly margin: number;
  /** The chance that all intervals of changes together hold their true values. */
  readonly confidence: number;
  /** What all of them were measured at beside their searches; null: nothing could be measured. */
  readonly commonLoad: CommonLoad | null;
  readonly deployments: readonly Deployment[];
  /** Each other deployment against the first, in their order. */
  readonly changes: readonly DeploymentChange[];
  readonly doubts: readonly string[];
}

export interface CommonLoad {
  readonly load: number;
  readonly unit: LoadUnit;
  /** Half of the lowest breaking point, unless the user said it. */
  readonly chosen: boolean;
}

export interface Deployment {
  readonly name: string;
  /** Its address, without secrets. */
  readonly target: string;
  /** Whether it was started anew for each measurement. */
  readonly started: boolean;
  readonly searches: readonly SearchFigures[];
  readonly runs: readonly CommonRun[];
  /** How most of its searches ended. */
  readonly status: BreakingPointStatus | null;
  /** Geometric mean of its searches; null: they found none. */
  readonly breakingPoint: Estimate | null;
  /** Where none was found, and the target held: as far as it did. */
  readonly atLeast: number | null;
  /** What binds first, of most of its searches: an SLO as written, or `capacity`. */
  readonly limit: string | null;
  readonly capacity: Estimate | null;
  /** At the common load, of all its requests. */
  readonly p95: Estimate | null;
  /** At the common load, of the program that was started, with all that it has started; null: it is none of ours. */
  readonly cpu: CpuFigures | null;
  /** As given. */
  readonly costPerHour?: number;
  /** Cost of a million requests at its breaking point; null: no cost was given, or there is no breaking point. */
  readonly costPerMillion: Estimate | null;
}

export interface CpuFigures {
  readonly cores: number;
  readonly msPerRequest: number;
}

/** One search for a deployment's breaking point. */
export interface SearchFigures {
  readonly id: string;
  readonly from: string;
  readonly startedAt: string;
  /** Why it counts in nothing; absent: it counts. */
  readonly leftOut?: string;
  readonly status: BreakingPointStatus | null;
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number | null] | null;
  readonly criterion: string | null;
  readonly capacity: number | null;
  /** What it counts, where that is not requests. */
  readonly capacityUnit?: 'flows/s';
  /** Successes per second at the breaking point. */
  readonly perSec: number | null;
}

/** One run at the common load. */
export interface CommonRun {
  readonly id: string;
  readonly from: string;
  readonly startedAt: string;
  readonly leftOut?: string;
  readonly p95: number | null;
  readonly cpu: CpuFigures | null;
}

export type DeploymentFigure = 'breaking point' | 'capacity' | 'p95' | 'CPU per request';

export interface DeploymentChange {
  readonly name: string;
  readonly verdict: ComparisonVerdict;
  readonly metrics: readonly MetricChange<DeploymentFigure>[];
}

/** The options of a search, and its state as the result reads it. */
import type { LoadUnit, SearchStop } from '../../core/breaking-point.ts';
import type { RequestLimit } from '../../core/goodput.ts';
import type { Pass } from '../../core/pass.ts';
import type { SearchTier, Threshold } from '../../core/plan.ts';
import type { Capacity } from './capacity.ts';
import type { Criterion } from './criteria.ts';
import type { LimitEstimate } from './estimate.ts';
import type { Level } from './level.ts';
import type { Pauses } from './pauses.ts';

export interface SearchOptions {
  readonly unit: LoadUnit;
  /** All must hold; none: p95 ≤ max(10 × idle median, 100 ms) and errors < 1 %. */
  readonly slos: readonly Threshold[];
  /** Further sets, judged from the same levels; absent: none. */
  readonly tiers?: readonly SearchTier[];
  /** What a request must be under to be good, where one of them is goodput. */
  readonly goodput?: readonly RequestLimit[];
  /** s. */
  readonly budget: number;
  /** s; go on until it is as precise as that, at most so long; absent: the budget is the end. */
  readonly extendTo?: number;
  /** Wanted width of the 95 % interval over the estimate: 0.1. */
  readonly precision: number;
  /** The highest load allowed on the searched axis; null: none. */
  readonly maxLoad: number | null;
  /** Most virtual users of the closed ramp. */
  readonly maxVus: number;
  /** s to wait for an autoscaler after each increase; 0: don't. */
  readonly settle: number;
  /** A pass through flows with steps, where such arrive or are gone through; absent: requests come by themselves. */
  readonly pass?: Pass;
}

/** What the result is made of, at any time. */
export interface SearchState {
  readonly options: SearchOptions;
  readonly criteria: readonly Criterion[];
  readonly levels: readonly Level[];
  /** Those that are about the target as it is now. */
  readonly present: readonly Level[];
  readonly spent: number;
  readonly capacity: Capacity | null;
  /** Whether the closed ramp went on until throughput had stopped growing. */
  readonly rampReached: boolean;
  readonly estimate: LimitEstimate | null;
  readonly pauses: Pauses | null;
  /** Lowest load that the generator could not do; null: none. */
  readonly ceiling: number | null;
  readonly recovered: boolean | null;
  readonly stoppedBy: SearchStop;
}

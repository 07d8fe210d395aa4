/** The part of a plan that says what a search looks for, and within what budget. */
import type { ArrivalPattern } from './load-profile.ts';
import type { Threshold } from './threshold.ts';
import type { Count, Micros } from './units.ts';

/** A set of SLOs that is judged beside those of a search. */
export interface SearchTier {
  readonly name: string;
  readonly slos: readonly Threshold[];
}

/** What `find` looks for, and how long. */
export interface SearchPlan {
  /** The axis that is searched: arrivals per second, of requests or of flows with steps, or virtual users. */
  readonly unit: 'req/s' | 'flows/s' | 'vus';
  /** All must hold; none: chosen from the idle target's own response time, and said. */
  readonly slos: readonly Threshold[];
  /** Further sets of SLOs, judged from the levels of those. Absent: none. */
  readonly tiers?: readonly SearchTier[];
  readonly budget: Micros;
  /** Wanted width of the 95 % interval over the estimate, 0..1. */
  readonly precision: number;
  /** Whether a result that is rough is good enough to pass; absent: no. */
  readonly allowRough?: true;
  /** Go on until the interval is as narrow as `precision`, at most so long, µs; absent: the budget is the end. */
  readonly extendTo?: Micros;
  /** Highest load to try on the searched axis; null: none. */
  readonly maxLoad: number | null;
  /** How the arrivals of a level are spread; absent: Poisson. */
  readonly arrivals?: ArrivalPattern;
  /** Most virtual users of the ramp at the beginning. */
  readonly maxVus: Count;
  /** Wait at most this long after each increase of load until the target is steady, for an autoscaler. */
  readonly settle: Micros;
  /** The response header that names the instance which answered; null: the usual ones. */
  readonly instanceHeader: string | null;
}

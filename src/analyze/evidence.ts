/** What doubts are judged from, and how one is made: the ground that the files of doubts share. */
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { LoadChange } from '../core/command.ts';
import type { Ending, FailingAlike, RunEvent } from '../core/event.ts';
import type { LoadProfile, Plan, Scope } from '../core/plan.ts';
import type { FailureResult, SeriesResult, Totals } from '../core/result.ts';
import type { ConnectionCounts } from '../core/snapshot.ts';
import type { Check, Doubt, UntilResult } from '../core/verdict.ts';
import type { GeneratorHealth } from './generator.ts';
import type { UserCycle } from './idle.ts';
import type { Outage } from './outage.ts';
import type { Missed } from './standstill.ts';
import type { Starved } from './starved.ts';
import type { Steadiness } from './steadiness.ts';

/** Everything a run's validity is judged from. */
export interface Evidence {
  readonly plan: Plan;
  readonly ending: Ending;
  /** False for a journal that breaks off, or a run that is still going. */
  readonly finished: boolean;
  /** Generator threads, or agents, that were lost. */
  readonly lost: readonly Omit<Extract<RunEvent, { type: 'lost' }>, 'type' | 'at'>[];
  /** Intervals that lack their parts. */
  readonly incomplete: number;
  readonly totals: Totals;
  /** Of passes through flows, by name. */
  readonly flows: Readonly<Record<string, Pick<SeriesResult, 'totals'>>>;
  readonly checks: readonly Check[];
  readonly failures: readonly FailureResult[];
  readonly connections: ConnectionCounts;
  /** p95 of the successes, ms, however few they are; null: there are none. */
  readonly responseP95: number | null;
  readonly generator: GeneratorHealth;
  /** Closed model: where a virtual user's time went; null: unknown. */
  readonly cycle: UserCycle | null;
  /** As it was offered: the plan's, with every edit. */
  readonly load: LoadProfile;
  readonly changes: readonly LoadChange[];
  /** Of several loads, by their places: when each was over by its number of passes, s; infinite: that did not end it. */
  readonly loadEnds: readonly number[];
  /** How long the run was, s. */
  readonly seconds: number;
  /** A search's result; null: this is no search. */
  readonly breakingPoint: BreakingPoint | null;
  /** Null: the run did not go on for something to be known. */
  readonly until: UntilResult | null;
  readonly steadiness: Steadiness;
  readonly missed: Missed;
  /** Passes that took longer than their pacing. */
  readonly overran: number;
  readonly starved: Starved | null;
  /** Null: none, or one that the search judges. */
  readonly outage: Outage | null;
  /** By how much the wall clock was set under way, ms. */
  readonly clockSetBy: number;
  /** Why the load ended by itself; null: it did not. */
  readonly failing: FailingAlike | null;
  /** Successes by request name. */
  readonly samples: Readonly<Record<string, number>>;
  /** How many ended, aborted ones included, of what a threshold looks at alone. */
  readonly ended: (scope: Scope) => number;
}

export function doubt(invalidates: boolean, code: Doubt['code'], message: string, hint: string): Doubt {
  return { code, message, hint, invalidates };
}

/** The most frequent failure of those that are not the run's own end; undefined: there is none. */
export const worstOf = (failures: readonly FailureResult[]): FailureResult | undefined =>
  failures.find(({ outcome }) => outcome !== 'aborted');

/** `: HTTP 503`; empty where there is none. */
export const causeOf = (worst: FailureResult | undefined): string =>
  worst === undefined ? '' : `: ${worst.message || worst.outcome}`;

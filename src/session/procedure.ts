/** What a run, a search and a probe have in common: each makes the events of a plan from the load that it puts on. */
import type { RunFold } from '../analyze/fold.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import type { Micros } from '../core/units.ts';
import type { Steering } from '../run/steering.ts';

/** What a procedure works with. */
export interface Means {
  readonly plan: Plan;
  readonly rows: RowTable | null;
  /** Puts load on. */
  readonly source: LoadSource;
  readonly clock: Clock;
  /** When the load under way began, on one clock for all of them. Absent, or null: its first snapshot tells, when it comes. */
  readonly begunAt?: () => Micros | null;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Where a person's commands come in. */
  readonly steering: Steering;
  /** Knows of each event before the next is asked for. */
  readonly fold: Pick<RunFold, 'known'>;
}

export interface Procedure {
  /** What happens between the start and the end of it. */
  events(means: Means): AsyncGenerator<RunEvent, void, undefined>;
  /** A search's result so far; null: this is no search. */
  answer(): BreakingPoint | null;
}

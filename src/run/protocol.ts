import type { Plan, Segment } from '../core/plan.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** What a generator thread is born with. */
export interface Assignment {
  readonly plan: Plan;
  readonly segment: Segment;
}

export type ToThread = { readonly type: 'start'; readonly startAt: Micros } | { readonly type: 'stop' };

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'interval'; readonly snapshots: readonly IntervalSnapshot[] }
  | { readonly type: 'end' };

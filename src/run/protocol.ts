/** What the main thread and a load thread say to each other. */
import type { LoadChange } from '../core/command.ts';
import type { Plan } from '../core/plan.ts';
import type { SampleBatch, SampleSettings } from '../core/request-samples.ts';
import type { RowTable } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** A thread is told to prepare a segment, then, when all are ready, to start it; it can do so again and again. */
export type ToThread =
  | {
      readonly type: 'prepare';
      readonly plan: Plan;
      readonly segment: Segment;
      readonly rows: RowTable | null;
      /** Single requests are to be told as well. Absent: they are not. */
      readonly samples?: SampleSettings;
    }
  | { readonly type: 'start'; readonly startAt: Micros }
  /** Carries out what a person asked for, at the change's own instant. */
  | { readonly type: 'change'; readonly change: LoadChange }
  /** Sends nothing more; the thread still says when its segment has ended. */
  | { readonly type: 'stop' };

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'interval'; readonly snapshots: readonly IntervalSnapshot[] }
  /** Comes before the snapshots of its interval. */
  | { readonly type: 'samples'; readonly batch: SampleBatch }
  | { readonly type: 'end' };

/** What a null server's thread is born with; it posts its port. */
export interface NullServer {
  /** About how many bytes a whole response has. */
  readonly responseBytes: number;
  /** It responds about so long after a request (a tenth more or less); 0: at once. */
  readonly delay: Micros;
}

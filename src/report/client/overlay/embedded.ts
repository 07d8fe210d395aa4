/** What the page of several runs carries for its script. */
import type { LoadUnit } from './run.ts';

/** What a page of runs laid over each other carries as JSON. */
export interface EmbeddedOverlay {
  readonly unit: LoadUnit;
  readonly runs: readonly {
    readonly letter: string;
    readonly label: string;
    readonly startedAt: string;
    /** The packed archive (see `client/archive.ts`). */
    readonly intervals: string;
  }[];
}

/** The data that a report carries as JSON for its script. */
import type { Facets } from './facets.ts';
import type { LoadPicture } from './load-picture.ts';
import type { PictureSource } from './pictures.ts';

/** What the report carries as JSON. */
export interface EmbeddedRun extends Omit<PictureSource, 'timeline'> {
  /** Of a search. */
  readonly loads?: readonly LoadPicture[];
  /** Absent: no request has a tag, and there are no flows. */
  readonly facets?: Facets;
  /** The packed archive (see `archive.ts`), with the timeline inside. */
  readonly intervals: string;
}

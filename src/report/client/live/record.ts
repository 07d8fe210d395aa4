/** A run as the browser knows it, put together from frames. */
import type { TimelinePoint } from '../../../core/result.ts';
import { type Archive, readArchive } from '../archive.ts';
import type { Frame, LogLine } from './frame.ts';

/** What the browser knows of the run it shows, put together from frames. */
export class RunRecord {
  #archive: Archive = { names: [], wholes: [], kinds: [], extras: [], merged: 1, slots: [], timeline: [] };
  #log: readonly LogLine[] = [];
  #logFrom = 0;

  get archive(): Archive {
    return this.#archive;
  }

  get timeline(): readonly TimelinePoint[] {
    return this.#archive.timeline;
  }

  get log(): readonly LogLine[] {
    return this.#log;
  }

  /** @returns whether intervals are new or others than before. */
  apply({ packed, slotsFrom, pointsFrom, logFrom, log }: Frame): boolean {
    const kept = this.#log.slice(0, Math.max(0, logFrom - this.#logFrom));
    if (kept.length === 0) this.#logFrom = logFrom;
    this.#log = [...kept, ...log];
    if (packed === '') return false;
    const news = readArchive(Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0)));
    const { slots, timeline } = this.#archive;
    this.#archive = {
      ...news,
      slots: [...slots.slice(0, slotsFrom), ...news.slots],
      timeline: [...timeline.slice(0, pointsFrom), ...news.timeline],
    };
    return news.slots.length > 0 || news.timeline.length > 0;
  }
}

/** Which numbers the passes of a segment have among those of all segments and loads, and how many may begin. */
import { numberAt, type Segment, segmentBelow } from '../core/segment.ts';
import type { PlaceAmong } from './model.ts';

/** Requests of segments that have users only since an edit are numbered from here on, where no others are. */
const LATECOMERS = 2 ** 31;

/** Numbers passes of the closed model: the segments that have a user at all share them as they share those users. */
export class PassNumbers {
  readonly #passes: Segment;
  readonly #from: number;
  readonly #limit: number;
  readonly #loads: number;
  readonly #place: number;
  /** The next pass's number among those of all segments of this load, and how many this one has begun. */
  #next: number;
  #begun = 0;

  /** @param users that the load ever asks for. @param most passes of all segments together; null: no cap. */
  constructor(segment: Segment, users: number, most: number | null, { loads, place }: Omit<PlaceAmong, 'counts'>) {
    const sharers = Math.min(segment.count, users);
    const shares = segment.index < sharers;
    this.#passes = shares ? segmentBelow(segment, sharers) : segment;
    this.#from = shares ? 0 : LATECOMERS;
    this.#next = this.#from + numberAt(this.#passes, 0);
    this.#limit = most === null ? Number.POSITIVE_INFINITY : shares ? most : 0;
    this.#loads = loads;
    this.#place = place;
  }

  /** No more may begin. */
  get spent(): boolean {
    return this.#next >= this.#limit;
  }

  /** The number of the pass that begins, among those of all loads. */
  take(): number {
    const number = this.#next * this.#loads + this.#place;
    this.#begun += 1;
    this.#next = this.#from + numberAt(this.#passes, this.#begun);
    return number;
  }
}

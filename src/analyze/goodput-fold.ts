/** The part of a run's fold that counts requests which met all their limits at once. */
import { addGoodput, type GoodputCounts } from '../core/goodput.ts';
import type { GoodputResult } from '../core/result.ts';
import type { SeriesSnapshot } from '../core/snapshot.ts';
import { perSecond } from './per-second.ts';

/** How many requests of one name were good, or of all. */
export class GoodputFold {
  #counts: GoodputCounts | null = null;
  /** Good ones that came while load was offered, of requests due in the warm-up too. */
  #goodInTime = 0;

  /** @param loaded whether load was offered then. */
  add({ goodput }: SeriesSnapshot, loaded: boolean): void {
    if (goodput === undefined) return;
    this.#counts = addGoodput([...(this.#counts === null ? [] : [this.#counts]), goodput]);
    if (loaded) this.#goodInTime += goodput.good;
  }

  /** What came within the measured time of requests that were due before it. */
  addEarlier({ goodput }: SeriesSnapshot): void {
    this.#goodInTime += goodput?.good ?? 0;
  }

  /** @param dropped requests that were not sent: none of them is good. @returns null where it was not counted. */
  result(dropped: number, durationMs: number): GoodputResult | null {
    if (this.#counts === null) return null;
    const { good, bad, open } = this.#counts;
    const judged = good + bad + dropped;
    return {
      good,
      judged,
      ...(open > 0 ? { open } : {}),
      share: judged > 0 ? good / judged : null,
      perSec: perSecond(this.#goodInTime, durationMs),
    };
  }
}

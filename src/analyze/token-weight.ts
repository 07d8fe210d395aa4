/** How many tokens events of streams have: known of the streams that came to their end, and taken for all. */
import type { StreamCounts } from '../core/streamed.ts';

export class TokenWeight {
  #pieces = 0;
  #tokens = 0;

  add({ endedPieces = 0, outputTokens }: StreamCounts): void {
    this.#pieces += endedPieces;
    this.#tokens += outputTokens;
  }

  /**
   * @param arrived events that came in a stretch of time, less those of streams that failed in it.
   * @param ended tokens of the streams that ended in it: all that is known in journals of before, or where events tell nothing.
   */
  tokensOf(arrived: number, ended: number): number {
    if (this.#pieces > 0) return (Math.max(0, arrived) * this.#tokens) / this.#pieces;
    return this.#tokens > 0 ? ended : Math.max(0, arrived);
  }
}

/** What counts as arrived: see `TokenWeight.tokensOf`. */
export const arrivedIn = ({ pieces, failedPieces = 0 }: StreamCounts): number => pieces - failedPieces;

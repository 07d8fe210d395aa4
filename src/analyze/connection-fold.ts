import type { RunResult } from '../core/result.ts';
import { addDecoded, type DecodedCounts, type IntervalSnapshot } from '../core/snapshot.ts';

/** What is counted of connections rather than of requests, over the whole run. */
export class ConnectionFold {
  closedUnannounced = 0;
  surplus = 0;
  #redirects = 0;
  #decoded: DecodedCounts | null = null;

  add({ connections }: IntervalSnapshot): void {
    if (connections === undefined) return;
    this.closedUnannounced += connections.closedUnannounced ?? 0;
    this.surplus += connections.surplus ?? 0;
    this.#redirects += connections.redirects ?? 0;
    this.#decoded = addDecoded([this.#decoded ?? [], connections.decoded ?? []].flat());
  }

  /** Where there were any. */
  get result(): Pick<RunResult, 'redirects' | 'decoded'> {
    return {
      ...(this.#redirects === 0 ? {} : { redirects: this.#redirects }),
      ...(this.#decoded === null ? {} : { decoded: this.#decoded }),
    };
  }
}

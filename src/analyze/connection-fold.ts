/**
 * The part of a run's fold that is counted of connections and threads: early ends, redirects, decoded bodies, calls of
 * functions.
 */
import type { RunResult } from '../core/result.ts';
import {
  addCalls,
  addDecoded,
  type DecodedCounts,
  type FunctionTime,
  type IntervalSnapshot,
} from '../core/snapshot.ts';
import { toMillis } from '../core/units.ts';

/** What is counted of connections rather than of requests, over the whole run. */
export class ConnectionFold {
  closedUnannounced = 0;
  surplus = 0;
  #redirects = 0;
  #functions: FunctionTime | null = null;
  #decoded: DecodedCounts | null = null;

  add({ connections }: IntervalSnapshot): void {
    if (connections === undefined) return;
    this.closedUnannounced += connections.closedUnannounced ?? 0;
    this.surplus += connections.surplus ?? 0;
    this.#redirects += connections.redirects ?? 0;
    this.#functions = addCalls([this.#functions ?? [], connections.functions ?? []].flat());
    this.#decoded = addDecoded([this.#decoded ?? [], connections.decoded ?? []].flat());
  }

  /** Where there were any. */
  get result(): Pick<RunResult, 'redirects' | 'functions' | 'decoded'> {
    const functions = this.#functions;
    return {
      ...(this.#redirects === 0 ? {} : { redirects: this.#redirects }),
      ...(functions === null ? {} : { functions: { calls: functions.calls, spentMs: toMillis(functions.spent) } }),
      ...(this.#decoded === null ? {} : { decoded: this.#decoded }),
    };
  }
}

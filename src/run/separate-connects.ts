/** Connections that a probe opens for themselves at its end, to tell what opening one costs. */
import type { Plan } from '../core/plan.ts';
import { plansTo } from '../core/targets.ts';
import type { Micros } from '../core/units.ts';

/** So many show the median within a few per cent. */
const MOST = 100;

/**
 * Opens a connection and closes it again; says how long it took to open (µs), or -1 where it did not, and how long its TLS
 * handshake took, or -1 without one. Returns what ends it early.
 */
export type MeasureConnect = (done: (took: Micros, handshake: Micros) => void) => () => void;

/** Those of a plan: several targets take turns, each under the number of its first request. */
export function separateConnects(
  plan: Plan,
  measure: (plan: Plan, ...rest: Parameters<MeasureConnect>) => () => void,
  onEach: (request: number, took: Micros, handshake: Micros) => void,
  onEnd: () => void,
): SeparateConnects {
  const ways = plansTo(plan);
  let turn = -1;
  return new SeparateConnects(
    plan.maxRequests ?? Number.POSITIVE_INFINITY,
    (done) => {
      turn = (turn + 1) % ways.length;
      return measure(ways[turn] as Plan, done);
    },
    (took, handshake) => {
      const request = plan.requests.findIndex(({ target = 0 }) => target === turn);
      onEach(Math.max(0, request), took, handshake);
    },
    onEnd,
  );
}

/**
 * What opening a connection costs, of a probe, whose requests share one. The connections are opened one after the other when the
 * last request has ended: in between, each would leave the target busy with it when the next request comes.
 */
export class SeparateConnects {
  readonly #measure: MeasureConnect;
  readonly #onEach: (took: Micros, handshake: Micros) => void;
  readonly #onEnd: () => void;
  #left: number;
  #cancel: () => void = () => {};
  #ended = false;

  /** @param onEnd called once: all are measured, one did not open, or `end` was called. */
  constructor(
    requests: number,
    measure: MeasureConnect,
    onEach: (took: Micros, handshake: Micros) => void,
    onEnd: () => void,
  ) {
    this.#left = Math.min(MOST, requests);
    this.#measure = measure;
    this.#onEach = onEach;
    this.#onEnd = onEnd;
    this.#next();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancel();
    this.#onEnd();
  }

  #next(): void {
    this.#cancel = this.#measure((took, handshake) => {
      if (this.#ended) return;
      if (took >= 0) this.#onEach(took, handshake);
      this.#left--;
      if (took < 0 || this.#left <= 0) this.end();
      else this.#next();
    });
  }
}

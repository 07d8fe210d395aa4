/** Several targets as one driver. */
import type { Exchange } from '../core/exchange.ts';
import type { NamedTarget, Plan, RequestTemplate } from '../core/plan.ts';
import type { Clock, Driver, OnPieces } from '../core/ports.ts';
import type { Segment } from '../core/segment.ts';
import { addConnections, type ConnectionCounts } from '../core/snapshot.ts';
import { planTo } from '../core/targets.ts';
import type { Witnessed } from './witness.ts';

type Inner = Driver & Witnessed;

/** Stands in a driver's plan for what goes to another target: the places of requests, and of what they capture, stay as they are. */
const elsewhere = ({ captures = [] }: RequestTemplate): RequestTemplate => ({
  ...{ name: '', method: 'GET', path: '/', headers: [], body: null, captures },
});

/** Several targets: a driver of its own for each, with its own connections, name look-ups and TLS. A request knows its own. */
export class TargetsDriver implements Driver, Witnessed {
  readonly #inner: readonly Inner[];
  /** By request. */
  readonly #drivers: readonly Inner[];
  #onDone: (exchange: Exchange) => void = () => {};
  #onPieces: OnPieces | null = null;
  #witness: Witnessed['witness'] = null;

  constructor(
    plan: Plan,
    targets: readonly NamedTarget[],
    clock: Clock,
    segment: Segment,
    create: (plan: Plan, clock: Clock, segment: Segment) => Inner,
  ) {
    this.#inner = targets.map((target, place) => {
      const requests = plan.requests.map((request) => ((request.target ?? 0) === place ? request : elsewhere(request)));
      return create(planTo({ ...plan, requests }, target), clock, segment);
    });
    this.#drivers = plan.requests.map(({ target = 0 }) => this.#inner[target] as Inner);
  }

  send(exchange: Exchange): void {
    (this.#drivers[exchange.request] as Inner).send(exchange);
  }

  get onDone(): (exchange: Exchange) => void {
    return this.#onDone;
  }

  set onDone(hear: (exchange: Exchange) => void) {
    this.#onDone = hear;
    for (const driver of this.#inner) driver.onDone = hear;
  }

  get onPieces(): OnPieces | null {
    return this.#onPieces;
  }

  set onPieces(hear: OnPieces | null) {
    this.#onPieces = hear;
    for (const driver of this.#inner) driver.onPieces = hear;
  }

  get witness(): Witnessed['witness'] {
    return this.#witness;
  }

  set witness(see: Witnessed['witness']) {
    this.#witness = see;
    for (const driver of this.#inner) driver.witness = see;
  }

  get inFlight(): number {
    let sum = 0;
    for (const driver of this.#inner) sum += driver.inFlight;
    return sum;
  }

  takeConnectionCounts(): ConnectionCounts | null {
    return addConnections(this.#inner.flatMap((driver) => driver.takeConnectionCounts?.() ?? []));
  }

  cancel(exchange: Exchange): void {
    this.#drivers[exchange.request]?.cancel?.(exchange);
  }

  abort(): void {
    for (const driver of this.#inner) driver.abort();
  }

  retire(user: number): void {
    for (const driver of this.#inner) driver.retire(user);
  }

  close(): void {
    for (const driver of this.#inner) driver.close();
  }
}

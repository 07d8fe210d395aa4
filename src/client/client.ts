/**
 * Single requests outside a load, over the very way that the load takes: for preflight, discovery, set-up and recovery.
 */
import { createExchange, type Exchange } from '../core/exchange.ts';
import { firstRequest } from '../core/flow.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, Driver, Payloads } from '../core/ports.ts';
import { ownEngineFor } from '../drivers/own.ts';
import type { ResponseBuffer } from '../drivers/response-buffer.ts';

/** What came of a single request. */
export interface Reply<Seen> {
  /** Outcome, status and times; its own, to be kept. */
  readonly exchange: Exchange;
  /** What was taken of the response; null: none came whole. */
  readonly seen: Seen | null;
}

/** One request of a pass through a flow: which, the pass's number, what earlier responses of it gave, and the request before. */
export type PassStep = Pick<Exchange, 'request' | 'index' | 'captured'> & { readonly after?: Exchange | undefined };

/** Takes what is wanted of a response. Both are valid within the call. */
export type Look<Seen> = (response: ResponseBuffer, address: string) => Seen;

/**
 * Single requests of a plan, outside its load, over the way that its load takes: the same driver, HTTP version, TLS, proxy or
 * Unix socket, and judged by the same checks.
 */
export class Client<Seen> {
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #asked = new Map<Exchange, (reply: Reply<Seen>) => void>();
  readonly #request: number;
  #index = 0;

  static async open<Seen>(
    plan: Plan,
    clock: Clock,
    payloads: Payloads | null,
    look: Look<Seen>,
  ): Promise<Client<Seen>> {
    // A request that waits for one of a limited number of connections says nothing by itself.
    const single: Plan = { ...plan, connections: { ...plan.connections, limit: null } };
    const driver = (await ownEngineFor(single, payloads))(single, clock, { index: 0, count: 1 });
    let seen: { readonly value: Seen } | null = null;
    driver.witness = (response, address) => {
      seen = { value: look(response, address) };
    };
    // A driver shows a response in the same breath in which it ends its request.
    return new Client(driver, clock, firstRequest(plan), () => {
      const last: { readonly value: Seen } | null = seen;
      seen = null;
      return last === null ? null : last.value;
    });
  }

  private constructor(driver: Driver, clock: Clock, request: number, takeSeen: () => Seen | null) {
    this.#driver = driver;
    this.#clock = clock;
    this.#request = request;
    driver.onDone = (exchange) => {
      const tell = this.#asked.get(exchange);
      this.#asked.delete(exchange);
      tell?.({ exchange, seen: takeSeen() });
    };
  }

  /**
   * Sends the plan's first request once more, with the next row, or the step of a pass that is given. Whatever comes of it is
   * told, and nothing thrown.
   */
  send(step?: PassStep): Promise<Reply<Seen>> {
    return new Promise((resolve) => {
      const exchange = createExchange(-1);
      exchange.index = step?.index ?? this.#index++;
      exchange.request = step?.request ?? this.#request;
      exchange.captured = step?.captured ?? null;
      // What a driver keeps of its user.
      exchange.link = step?.after?.link ?? null;
      exchange.dueAt = this.#clock.now();
      this.#asked.set(exchange, resolve);
      this.#driver.send(exchange);
    });
  }

  /** Requests that are still under way end as aborted. */
  abort(): void {
    this.#driver.abort();
  }

  /** For good, and what is under way with it. */
  close(): void {
    this.abort();
    this.#driver.close();
  }
}

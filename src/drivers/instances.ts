import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, Payloads } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { AnswerBuffer } from './answer.ts';
import { Http1Driver } from './http1/driver.ts';

/** Headers in which servers, balancers and platforms name the instance that answered. */
const NAMES = [
  'x-instance',
  'x-instance-id',
  'x-served-by',
  'x-server',
  'x-server-id',
  'x-server-name',
  'x-backend',
  'x-backend-server',
  'x-upstream',
  'x-upstream-addr',
  'x-replica',
  'x-replica-id',
  'x-pod',
  'x-pod-name',
  'x-container-id',
  'x-hostname',
  'x-node',
  'x-worker',
  'x-worker-id',
] as const;

/** Which instance answered: by what it calls itself, else by its address. */
export interface Instance {
  readonly id: string;
  readonly named: boolean;
}

/**
 * Asks a target which of its instances answers: one ordinary request, over a connection of its own. Connections that
 * stay open stay with the instance they were opened to, so the load's own would never see a new one.
 */
export class InstanceProbe {
  readonly #driver: Http1Driver;
  readonly #asked = new Map<Exchange, (instance: Instance | null) => void>();
  #index = 0;

  /**
   * @param header that names the instance; null: the usual ones.
   * @returns null over HTTP/2 and through proxies, where a connection does not lead to one instance.
   */
  static of(plan: Plan, clock: Clock, payloads: Payloads | null, header: string | null): InstanceProbe | null {
    return plan.http2 || plan.proxy !== null ? null : new InstanceProbe(plan, clock, payloads, header);
  }

  private constructor(plan: Plan, clock: Clock, payloads: Payloads | null, header: string | null) {
    const names = header === null ? NAMES : [header.toLowerCase()];
    const unchecked = { checks: [], requests: plan.requests.map((request) => ({ ...request, checks: [] })) };
    const alone: Plan = { ...plan, ...unchecked, keepAlive: false, connections: { ...plan.connections, limit: null } };
    this.#driver = new Http1Driver(alone, clock, { index: 0, count: 1 }, payloads);
    let last: Instance | null = null;
    this.#driver.witness = (answer, address) => {
      last = instanceOf(answer, names, address);
    };
    this.#driver.onDone = (exchange) => {
      const tell = this.#asked.get(exchange);
      this.#asked.delete(exchange);
      tell?.(exchange.outcome <= OUTCOME_CODE['http-error'] ? last : null);
    };
  }

  /** Null where nobody answered. */
  ask(): Promise<Instance | null> {
    return new Promise((resolve) => {
      const exchange = createExchange(-1);
      exchange.index = this.#index++;
      this.#asked.set(exchange, resolve);
      this.#driver.send(exchange);
    });
  }

  /** Whoever is still asked has not answered. */
  close(): void {
    this.#driver.abort();
    this.#driver.close();
  }
}

function instanceOf(answer: AnswerBuffer, names: readonly string[], address: string): Instance {
  const said = names.flatMap((name) => answer.header(name) ?? []);
  return said.length > 0 ? { id: said.join(' '), named: true } : { id: address, named: false };
}

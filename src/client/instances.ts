/** Which instance behind a balancer responds, asked with connections of its own. */
import type { Plan } from '../core/plan.ts';
import type { Clock, Payloads } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { ResponseBuffer } from '../drivers/response-buffer.ts';
import { Client } from './client.ts';

/** Headers in which servers, balancers and platforms name the instance that responded. */
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

/** Which instance responded: by what it calls itself, else by its address. */
export interface Instance {
  readonly id: string;
  readonly named: boolean;
}

/**
 * Asks a target which of its instances answers: one ordinary request, over a connection of its own. Connections that
 * stay open stay with the instance they were opened to, so the load's own would never see a new one.
 */
export class InstanceProbe {
  readonly #client: Client<Instance>;

  /**
   * @param header that names the instance; null: the usual ones.
   * @returns null over HTTP/2 and through proxies, where a connection does not lead to one instance.
   */
  static async of(
    plan: Plan,
    clock: Clock,
    payloads: Payloads | null,
    header: string | null,
  ): Promise<InstanceProbe | null> {
    if (plan.http2 || plan.proxy !== null) return null;
    const names = header === null ? NAMES : [header.toLowerCase()];
    const requests = plan.requests.map((request) => ({ ...request, checks: [], captures: [] }));
    const alone: Plan = { ...plan, requests, keepAlive: false, checks: [] };
    const look = (response: ResponseBuffer, address: string) => instanceOf(response, names, address);
    return new InstanceProbe(await Client.open(alone, clock, payloads, look));
  }

  private constructor(client: Client<Instance>) {
    this.#client = client;
  }

  /** Null where nobody responded. */
  async ask(): Promise<Instance | null> {
    const { exchange, seen } = await this.#client.send();
    return exchange.outcome <= OUTCOME_CODE['http-error'] ? seen : null;
  }

  /** Whoever is still asked has not answered. */
  close(): void {
    this.#client.close();
  }
}

function instanceOf(response: ResponseBuffer, names: readonly string[], address: string): Instance {
  const said = names.flatMap((name) => response.header(name) ?? []);
  return said.length > 0 ? { id: said.join(' '), named: true } : { id: address, named: false };
}

/** An agent: waits for controllers on NATS, answers them, and makes its part of their loads one after the other. */
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { RowTable } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import type { ScratchFile } from '../core/world.ts';
import { ThreadPool } from '../run/threads.ts';
import { AgentLoad, type AgentOptions, type Surroundings } from './agent-load.ts';
import {
  type AgentPart,
  decode,
  encode,
  type Greeting,
  type Measured,
  type PlanMessage,
  PROTOCOL,
  SUBJECT,
  type Word,
} from './protocol.ts';
import { openParcel } from './row-store.ts';
import { fetchRows } from './rows.ts';
import { segmentOf } from './weights.ts';

/** Somebody of the same name answers within this, ms. */
const CLASH = 1_000;

/** What an agent keeps between the loads of a session: threads stay warm, rows are fetched once. */
interface SessionMeans {
  readonly session: string;
  readonly threads: number;
  /** The name of the rows; absent: there are none. */
  readonly named: string | undefined;
  readonly pool: ThreadPool;
  readonly rows: RowTable | null;
}

/** One machine of a fleet: makes its part of whatever load a controller publishes. */
export class Agent {
  readonly #nats: NatsConnection;
  readonly #machine: Surroundings;
  readonly #options: AgentOptions;
  readonly #instance: string;
  #load: AgentLoad | null = null;
  /** The last load that it heard of: its plan may come twice. */
  #run = '';
  /** Settles when there is no load any more. */
  #free: Promise<void> = Promise.resolve();
  #means: SessionMeans | null = null;
  #closed = false;

  private constructor(nats: NatsConnection, machine: Surroundings, options: AgentOptions) {
    this.#nats = nats;
    this.#machine = machine;
    this.#options = options;
    this.#instance = `${machine.randomSeed()}`;
  }

  /** @throws {RampartError} name-taken */
  static async open(nats: NatsConnection, machine: Surroundings, options: AgentOptions): Promise<Agent> {
    const { name } = options;
    const taken = await nats.request(SUBJECT.agent(name), undefined, { timeout: CLASH }).catch(() => null);
    if (taken !== null)
      throw new RampartError('name-taken', `an agent named ${name} is already there`, 'Give this one another --name.');
    const agent = new Agent(nats, machine, options);
    nats.subscribe(SUBJECT.greeting, { callback: (_, message) => agent.#greet(message) });
    nats.subscribe(SUBJECT.agent(name), { callback: (_, message) => agent.#greet(message) });
    nats.subscribe(SUBJECT.measure(name), { callback: (_, message) => void agent.#measure(message) });
    nats.subscribe(SUBJECT.plans, { callback: (_, message) => agent.#hear(message) });
    await nats.flush();
    return agent;
  }

  /** Ends the load under way, if there is one, and delivers what it has measured. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#load?.end('the agent was ended');
    await this.#load?.over;
    await this.#release();
  }

  #greet(message: Msg): void {
    const { host, version } = this.#machine;
    const greeting: Greeting = {
      ...{ protocol: PROTOCOL, version, name: this.#options.name, instance: this.#instance },
      ...{ cores: host.cores, host: `${host.os}, ${host.cpu}`, region: this.#options.region },
      session: this.#load?.session ?? null,
    };
    message.respond(encode(greeting));
  }

  async #measure(message: Msg): Promise<void> {
    const measured = async (): Promise<Measured> =>
      this.#load === null ? { perSec: await this.#options.measure() } : { problem: 'it is at work' };
    message.respond(encode(await measured().catch((error: Error): Measured => ({ problem: error.message }))));
  }

  #hear(message: Msg): void {
    const order = decode<PlanMessage>(message.data);
    const part = order?.agents?.[this.#options.name];
    if (order?.run === undefined || order.session === undefined || part === undefined || this.#closed) return;
    const { run, session } = order;
    if (run === this.#run) return;
    // The next load of a session may be there before the end of the one before is through.
    if (order.protocol === PROTOCOL && this.#load?.session === session) {
      void this.#free.then(() => this.#hear(message));
      return;
    }
    const say = (problem: string): void =>
      this.#nats.publish(
        SUBJECT.word(run),
        encode({ type: 'unable', agent: this.#options.name, problem } satisfies Word),
      );
    if (order.protocol !== PROTOCOL || this.#load !== null) {
      say(
        order.protocol !== PROTOCOL
          ? `it speaks protocol ${PROTOCOL}, and the controller ${order.protocol}`
          : `it works for another controller (${this.#load?.session})`,
      );
      return;
    }
    const whole = order as PlanMessage;
    const segment = segmentOf(whole, this.#options.name) as Segment;
    const load = new AgentLoad(this.#nats, this.#machine, this.#options, whole, segment, (fetched) =>
      this.#meansFor(session, part, fetched),
    );
    this.#load = load;
    this.#run = run;
    this.#options.tell(`run ${run}: preparing part ${part.index + 1} of ${whole.weights.length}`);
    this.#free = load.over.then(async (ending) => {
      this.#options.tell(`run ${run}: ${ending}`);
      // A thread that has died is in no further load.
      if (load.failed) await this.#release();
      this.#load = null;
    });
  }

  async #meansFor(
    session: string,
    { threads, rows: named }: AgentPart,
    fetched: (bytes: number) => void,
  ): Promise<ThreadPool> {
    const known = this.#means;
    if (known !== null && known.session === session && known.threads === threads && known.named === named)
      return known.pool;
    await this.#release();
    const { clock, workerEntry, files } = this.#machine;
    const rows = named === undefined ? null : await this.#fetch(named, fetched, () => files.scratch());
    const pool = new ThreadPool(workerEntry, clock, threads, rows);
    this.#means = { session, threads, named, pool, rows };
    return pool;
  }

  async #fetch(named: string, fetched: (bytes: number) => void, scratch: () => ScratchFile): Promise<RowTable> {
    const { offer, pieces } = await openParcel(this.#nats, this.#machine.clock, named);
    return fetchRows(offer, pieces, scratch, fetched);
  }

  async #release(): Promise<void> {
    const means = this.#means;
    this.#means = null;
    await means?.pool.close();
    if (means?.rows?.kind === 'file') this.#machine.files.discard(means.rows.descriptor);
  }
}

import { type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { FleetWish } from '../core/fleet.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { type Count, count, type Micros, millis } from '../core/units.ts';
import type { Files, Machine } from '../core/world.ts';
import { partsOf } from '../load/shares.ts';
import { AgentGroup } from './agent-group.ts';
import { borrowSecrets } from './borrowed.ts';
import { openNats } from './connection.ts';
import { type Place, placeOf } from './place.ts';
import { encode, type Greeting, type PlanMessage, PROTOCOL, SNAPSHOTS, SUBJECT } from './protocol.ts';
import { gatherAgents } from './roster.ts';
import { RowsDesk } from './rows-desk.ts';
import { openStreams } from './streams.ts';

/** ms. */
const PATIENCE = 5_000;

/** What a fleet needs of the world. */
export type FleetWorld = Pick<Machine, 'clock' | 'version' | 'env'> & {
  readonly files: Pick<Files, 'readText' | 'scratch' | 'discard'>;
};

/** Agents that make the loads of one session, from this controller. */
export class Fleet {
  readonly agents: readonly Greeting[];
  readonly #nats: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #clock: Clock;
  readonly #wish: FleetWish;
  readonly #session: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #place: Place;
  readonly #files: FleetWorld['files'];
  /** Agents that were lost: a later load does without them. */
  readonly #lost = new Set<string>();
  #rows: RowsDesk | null = null;
  #captured: ReadonlySet<string> | undefined;
  #loads = 0;
  readonly #news: RunEvent[] = [];

  private constructor(
    nats: NatsConnection,
    manager: JetStreamManager,
    clock: Clock,
    wish: FleetWish,
    session: string,
    env: Readonly<Record<string, string | undefined>>,
    files: FleetWorld['files'],
    agents: readonly Greeting[],
  ) {
    this.#nats = nats;
    this.#manager = manager;
    this.#clock = clock;
    this.#wish = wish;
    this.#session = session;
    this.#env = env;
    this.#place = placeOf(files);
    this.#files = files;
    this.agents = agents;
  }

  /** @throws {RampartError} what NATS, or a lack of agents, ends it with; nothing was sent to any target. */
  static async open(wish: FleetWish, session: string, world: FleetWorld): Promise<Fleet> {
    const { clock, version, env, files } = world;
    const nats = await openNats(wish.access, `rampart controller ${session}`);
    try {
      const manager = await openStreams(nats);
      const agents = await gatherAgents(nats, clock, wish.wanted, version);
      return new Fleet(nats, manager, clock, wish, session, env, files, agents);
    } catch (error) {
      await nats.close();
      throw error;
    }
  }

  /** As many as the smallest of the machines has use for: all have the same number, so that parts are alike. */
  get threads(): Count {
    return count(Math.max(1, Math.min(...this.agents.map(({ cores }) => cores - 1))));
  }

  /** What happened since this was last asked that no snapshot tells. */
  takeNews(): RunEvent[] {
    return this.#news.splice(0);
  }

  /**
   * Where snapshots come from: all agents, merged.
   *
   * @param rows of the plans' data, or null.
   */
  /** @param captured by the set-up: they are in the plan. */
  sourceFor(rows: RowTable | null, captured?: ReadonlySet<string>): LoadSource {
    this.#captured = captured;
    this.#rows?.close();
    this.#rows = rows === null ? null : new RowsDesk(rows, this.#files);
    return (plan, segment, signal, commands) => this.#run(plan, segment, signal, commands);
  }

  async close(): Promise<void> {
    this.#rows?.close();
    await this.#nats.close();
  }

  async *#run(...[plan, segment, signal, commands]: Parameters<LoadSource>): ReturnType<AgentGroup['run']> {
    const nats = this.#nats;
    const run = `${this.#session}-${this.#loads++}`;
    const names = this.agents.map(({ name }) => name).filter((name) => !this.#lost.has(name));
    const parts = partsOf(plan, segment, names.length);
    const agents = names.slice(0, parts.length);
    const message: PlanMessage = {
      ...{ protocol: PROTOCOL, session: this.#session, run, plan: this.#borrowed(plan) },
      agents: Object.fromEntries(agents.map((name, index) => [name, parts[index] as (typeof parts)[number]])),
      rows: this.#rows !== null,
      ...{ orphanTimeout: this.#wish.orphanTimeout, place: this.#place },
    };
    const group = new AgentGroup({
      ...{ nats, run, plan, clock: this.#clock, tolerateLoss: this.#wish.tolerateLoss },
      agents: this.agents.filter(({ name }) => agents.includes(name)),
      tell: (event) => this.#news.push(event),
      lose: (name) => this.#lost.add(name),
    });
    const pieces = nats.subscribe(SUBJECT.rows(run), {
      callback: (_, asked) => {
        const answer = this.#rows?.answer(asked.data, plan, message.agents) ?? null;
        if (answer !== null) asked.respond(answer);
      },
    });
    try {
      await this.#publish(run, message);
      group.follow(await this.#deliveries(run));
      yield* group.run(signal, commands);
    } finally {
      pieces.unsubscribe();
      await group.close();
      await this.#manager.streams.purge(SNAPSHOTS.name, { filter: SUBJECT.snapshotsOf(run) }).catch(() => {});
    }
  }

  #borrowed(plan: Plan): Plan {
    return borrowSecrets(plan, this.#env, this.#captured);
  }

  async #publish(run: string, message: PlanMessage): Promise<void> {
    const data = encode(message);
    const most = this.#nats.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (data.length > most)
      throw new RampartError(
        'too-large',
        `the plan is ${data.length} bytes, and NATS takes ${most} at once`,
        'Raise max_payload of the server, or send smaller bodies; rows of --data travel apart.',
      );
    // Listeners of this run are known to the server before its plan is.
    await this.#nats.flush();
    await jetstream(this.#nats, { timeout: PATIENCE }).publish(SUBJECT.plan(run), data, { msgID: run });
  }

  async #deliveries(run: string) {
    const consumer = await jetstream(this.#nats, { timeout: PATIENCE }).consumers.get(SNAPSHOTS.name, {
      filter_subjects: SUBJECT.snapshotsOf(run),
      inactive_threshold: toNanos(millis(300_000)),
    });
    return consumer.consume({ max_messages: 500, expires: 5_000, idle_heartbeat: 1_000 });
  }
}

const toNanos = (time: Micros): number => time * 1e3;

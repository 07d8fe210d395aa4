/** The controller's side of a fleet: which agents there are, and how the loads of one session are given to them. */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { FleetSettings } from '../core/fleet.ts';
import type { Plan } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { Secrets } from '../core/secret.ts';
import { segmentWithin, weightedPart } from '../core/segment.ts';
import { type Count, count, type Micros, millis } from '../core/units.ts';
import type { Files, Machine } from '../core/world.ts';
import { type AbandonedLoad, isSameLevel, takeOver } from './abandoned.ts';
import { abandonedAgents } from './abandoned-agents.ts';
import { AgentGroup } from './agent-group.ts';
import { borrowSecrets, repaySecrets } from './borrowed.ts';
import { openNats } from './connection.ts';
import { LoadStore } from './load-store.ts';
import type { Parts } from './members.ts';
import { type Place, placeOf } from './place.ts';
import { type AgentPart, type Greeting, type PlanMessage, PROTOCOL } from './protocol.ts';
import { Register, type Standing } from './register.ts';
import { gatherAgents } from './roster.ts';
import { forgetRows, RowStore } from './row-store.ts';
import { openStreams } from './streams.ts';
import { type Task, takersOf, threadsFor, weighAgents } from './weights.ts';

/** What a fleet needs of the world. */
export type FleetWorld = Pick<Machine, 'clock' | 'version' | 'env' | 'wallTime'> & {
  readonly files: Pick<Files, 'readText' | 'scratch' | 'discard'>;
};

/** Agents that make the loads of one session, from this controller. */
export class Fleet {
  readonly agents: readonly Greeting[];
  readonly #nats: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #store: LoadStore;
  readonly #settings: FleetSettings;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #session: string;
  readonly #world: FleetWorld;
  readonly #place: Place;
  /** Agents that were lost: a later load does without them. */
  readonly #lost = new Set<string>();
  #rows: RowStore | null = null;
  #captured: ReadonlySet<string> | undefined;
  readonly #closing: Promise<void>[] = [];
  #loads = 0;
  /** Of another controller, each of which is to be gone through once more. */
  readonly #abandoned: AbandonedLoad[] = [];
  /** Of which the loads are levels; null: each is a run. */
  #search: Plan | null = null;
  /** Its loads: what was told of them is kept until it is over. */
  #levels: string[] = [];
  #isReplaced = false;
  /** Rows of a load that another controller began: it is for us to free their room. */
  readonly #rowsLeft: string[] = [];
  #group: AgentGroup | null = null;
  readonly #news: RunEvent[] = [];

  private constructor(
    nats: NatsConnection,
    manager: JetStreamManager,
    settings: FleetSettings,
    session: string,
    world: FleetWorld,
    agents: readonly Greeting[],
    tasks: ReadonlyMap<string, Task>,
  ) {
    this.#nats = nats;
    this.#manager = manager;
    this.#store = new LoadStore(nats, manager);
    this.#settings = settings;
    this.#session = session;
    this.#world = world;
    this.#place = placeOf(world.files);
    this.agents = agents;
    this.#tasks = tasks;
  }

  /**
   * @param signal ends the waiting for agents.
   * @throws {RampartError} what NATS, or a lack of agents, ends it with; nothing was sent to any target.
   */
  static async open(settings: FleetSettings, session: string, world: FleetWorld, signal?: AbortSignal): Promise<Fleet> {
    const { clock, version } = world;
    const nats = await openNats(settings.access, `rampart controller ${session}`);
    try {
      const manager = await openStreams(nats);
      const agents = await gatherAgents(nats, clock, settings.wanted, version, signal);
      return new Fleet(nats, manager, settings, session, world, agents, await weighAgents(nats, agents, settings));
    } catch (error) {
      await nats.close();
      throw error;
    }
  }

  /**
   * Takes a run or a search over that another controller has begun, and died of.
   *
   * @param session its id, as its agents tell it. @throws {RampartError} as `takeOver`.
   */
  static async takeOver(
    { access, tolerateLoss }: Pick<FleetSettings, 'access' | 'tolerateLoss'>,
    session: string,
    world: FleetWorld,
  ): Promise<{ readonly fleet: Fleet; readonly plan: Plan }> {
    const { clock, env } = world;
    const nats = await openNats(access, `rampart controller ${session}`);
    try {
      const manager = await openStreams(nats);
      const { sent, loads, next } = await takeOver({ nats, manager, clock }, session);
      const { agents, tasks, orphanTimeout } = abandonedAgents(loads, session);
      const wanted = { agents: agents.length, atLeast: agents.length, within: millis(0) };
      const settings = { access, tolerateLoss, orphanTimeout, wanted, weights: 'equal', threads: null } as const;
      const fleet = new Fleet(nats, manager, settings, session, world, agents, tasks);
      fleet.#abandoned.push(...loads);
      fleet.#loads = next ?? 1;
      if (next !== null) {
        fleet.#search = sent;
        fleet.#levels = loads.map(({ run }) => run);
      }
      // What a set-up had captured is in the plan, as it was sent.
      fleet.#captured = new Set(Secrets.of(sent).values);
      return { fleet, plan: repaySecrets(sent, env).plan };
    } catch (error) {
      await nats.close();
      throw error;
    }
  }

  /** As many as the smallest of the machines has use for: where parts are alike, all have the same number. */
  get threads(): Count {
    return count(Math.min(...this.agents.map(threadsFor)));
  }

  /** What happened since this was last asked that no snapshot tells. */
  takeNews(): RunEvent[] {
    return this.#news.splice(0);
  }

  /** When the load under way began, by the wall clock; null: there is none, or that is not known yet. */
  get begunAt(): Micros | null {
    const startedAt = this.#group?.startedAt ?? null;
    return startedAt === null ? null : millis(Date.parse(startedAt));
  }

  /**
   * Where snapshots come from: all agents, merged.
   *
   * @param rows of the plans' data, or null. @param captured by the set-up: they are in the plan.
   * @param search whose levels the plans are. Absent: each is a run.
   */
  sourceFor(rows: RowTable | null, captured?: ReadonlySet<string>, search?: Plan): LoadSource {
    const before = this.#rows;
    // A page has one run after the other.
    if (before !== null) this.#closing.push(before.close());
    this.#rows = rows === null ? null : new RowStore(this.#nats, this.#session, rows, this.#world.files);
    if (this.#abandoned.length === 0) {
      this.#closing.push(this.#forgetLevels());
      this.#search = search ?? null;
      this.#captured = captured;
    }
    return (...asked) => {
      const abandoned = this.#abandoned.shift();
      return abandoned === undefined ? this.#run(...asked) : this.#resume(abandoned, ...asked);
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, this.#rows?.close(), this.#isReplaced ? null : this.#forgetLevels()]);
    await forgetRows(this.#nats, this.#rowsLeft);
    await this.#nats.close();
  }

  async *#run(...[plan, segment, signal, commands]: Parameters<LoadSource>): ReturnType<AgentGroup['run']> {
    const run = `${this.#session}-${this.#loads++}`;
    const names = this.agents.map(({ name }) => name).filter((name) => !this.#lost.has(name));
    const weightOf = (name: string): number => this.#tasks.get(name)?.weight ?? 1;
    const agents = takersOf(plan, segment, names.map(weightOf)).map((place) => names[place] as string);
    const threadsOf = (name: string): number => this.#tasks.get(name)?.threads ?? plan.threads;
    const weights = agents.map(weightOf);
    const segments = () => agents.map((_, index) => segmentWithin(segment, weightedPart(weights, index)));
    const rows = this.#rows === null ? [] : await this.#rows.keep(plan, segments());
    const partOf = (name: string, index: number): AgentPart => {
      const named = rows[index];
      return { index, threads: threadsOf(name), ...(named === undefined ? {} : { rows: named }) };
    };
    const message: PlanMessage = {
      ...{ protocol: PROTOCOL, session: this.#session, run, plan: this.#borrowed(plan), weights, whole: segment },
      agents: Object.fromEntries(agents.map((name, index) => [name, partOf(name, index)])),
      ...{ orphanTimeout: this.#settings.orphanTimeout, place: this.#place },
    };
    const search = this.#search;
    if (search !== null && this.#levels.length === 0) {
      const first = this.#loads - 1;
      await this.#store.publishSearch(this.#session, { protocol: PROTOCOL, first, plan: this.#borrowed(search) });
    }
    const register = await Register.begin(this.#nats, this.#manager, this.#world.clock, run).catch((error: unknown) => {
      this.#isReplaced = error instanceof RampartError && error.code === 'taken-over';
      throw error;
    });
    if (this.#search !== null) this.#levels.push(run);
    const group = this.#groupOf(run, plan, message, register, null);
    yield* this.#follow(run, group, register, () => this.#store.publish(message), signal, commands);
  }

  /** What another controller has begun: all that was published of it, and then what comes. */
  async *#resume(
    { run, message, register, standing }: AbandonedLoad,
    ...[plan, , signal, commands]: Parameters<LoadSource>
  ): ReturnType<AgentGroup['run']> {
    // Levels follow from what the levels before have come to.
    if (this.#search !== null && !isSameLevel(plan, message.plan))
      throw new RampartError(
        'refused',
        `--resume: what was measured of ${this.#session} leads to another level than its controller had begun (${run})`,
        'Start the search again.',
      );
    this.#rowsLeft.push(...Object.values(message.agents).flatMap(({ rows }) => rows ?? []));
    const group = this.#groupOf(run, plan, message, register, standing);
    yield* this.#follow(run, group, register, async () => {}, signal, commands);
  }

  #groupOf(run: string, plan: Plan, parts: Parts, register: Register, resumed: Standing | null): AgentGroup {
    const { clock, wallTime } = this.#world;
    return new AgentGroup({
      ...{ nats: this.#nats, run, plan, clock, wallTime, register, resumed, tolerateLoss: this.#settings.tolerateLoss },
      ...{ agents: this.agents.filter(({ name }) => parts.agents[name] !== undefined), parts },
      tell: (event) => this.#news.push(event),
      lose: (name) => this.#lost.add(name),
    });
  }

  async *#follow(
    run: string,
    group: AgentGroup,
    register: Register,
    begin: () => Promise<void>,
    signal: AbortSignal,
    commands: Parameters<LoadSource>[3],
  ): ReturnType<AgentGroup['run']> {
    this.#group = group;
    try {
      await begin();
      group.follow(await this.#store.deliveries(run));
      yield* group.run(signal, commands);
    } finally {
      this.#group = null;
      await group.close();
      this.#isReplaced ||= group.isReplaced;
      await register.close();
      if (!group.isReplaced && !this.#levels.includes(run)) await this.#store.forget(run);
    }
  }

  async #forgetLevels(): Promise<void> {
    for (const run of this.#levels.splice(0)) await this.#store.forget(run);
  }

  #borrowed(plan: Plan): Plan {
    return borrowSecrets(plan, this.#world.env, this.#captured);
  }
}

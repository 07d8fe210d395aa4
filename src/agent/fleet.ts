import { type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { FleetWish } from '../core/fleet.ts';
import type { Plan } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { segmentWithin, weightedPart } from '../core/segment.ts';
import { type Count, count, type Micros, millis } from '../core/units.ts';
import type { Files, Machine } from '../core/world.ts';
import { AgentGroup, type Parts } from './agent-group.ts';
import { borrowSecrets, repaySecrets } from './borrowed.ts';
import { openNats } from './connection.ts';
import { type Place, placeOf } from './place.ts';
import {
  type AgentPart,
  decode,
  encode,
  type Greeting,
  PLANS,
  type PlanMessage,
  PROTOCOL,
  SNAPSHOTS,
  SUBJECT,
} from './protocol.ts';
import { Register, type Standing } from './register.ts';
import { gatherAgents } from './roster.ts';
import { forgetRows, RowStore } from './row-store.ts';
import { openStreams } from './streams.ts';
import { type Task, takersOf, threadsFor, weighAgents } from './weights.ts';

/** ms. */
const PATIENCE = 5_000;

const SAME_VERSION = 'Install the same version everywhere.';
const AGAIN = 'Start it again.';

/** A load that another controller has begun. */
interface Resumed {
  readonly run: string;
  readonly plan: Plan;
  readonly parts: Parts;
  readonly register: Register;
  readonly standing: Standing;
}

/** What a fleet needs of the world. */
export type FleetWorld = Pick<Machine, 'clock' | 'version' | 'env' | 'wallTime'> & {
  readonly files: Pick<Files, 'readText' | 'scratch' | 'discard'>;
};

/** Agents that make the loads of one session, from this controller. */
export class Fleet {
  readonly agents: readonly Greeting[];
  readonly #nats: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #wish: FleetWish;
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
  #resumed: Resumed | null = null;
  readonly #news: RunEvent[] = [];

  private constructor(
    nats: NatsConnection,
    manager: JetStreamManager,
    wish: FleetWish,
    session: string,
    world: FleetWorld,
    agents: readonly Greeting[],
    tasks: ReadonlyMap<string, Task>,
  ) {
    this.#nats = nats;
    this.#manager = manager;
    this.#wish = wish;
    this.#session = session;
    this.#world = world;
    this.#place = placeOf(world.files);
    this.agents = agents;
    this.#tasks = tasks;
  }

  /** @throws {RampartError} what NATS, or a lack of agents, ends it with; nothing was sent to any target. */
  static async open(wish: FleetWish, session: string, world: FleetWorld): Promise<Fleet> {
    const { clock, version } = world;
    const nats = await openNats(wish.access, `rampart controller ${session}`);
    try {
      const manager = await openStreams(nats);
      const agents = await gatherAgents(nats, clock, wish.wanted, version);
      return new Fleet(nats, manager, wish, session, world, agents, await weighAgents(nats, agents, wish));
    } catch (error) {
      await nats.close();
      throw error;
    }
  }

  /**
   * Takes a run over that another controller has begun, and died of.
   *
   * @param run its id, as its agents tell it. @throws {RampartError} bad-flag, refused or taken-over.
   */
  static async takeOver(
    wish: Pick<FleetWish, 'access' | 'tolerateLoss'>,
    session: string,
    world: FleetWorld,
  ): Promise<{ readonly fleet: Fleet; readonly plan: Plan }> {
    const { clock } = world;
    const nats = await openNats(wish.access, `rampart controller ${session}`);
    try {
      const manager = await openStreams(nats);
      const run = `${session}-0`;
      const found = await Register.look(manager, run);
      const stored = await manager.streams
        .getMessage(PLANS.name, { last_by_subj: SUBJECT.plan(run) })
        .catch(() => null);
      const message = stored === null ? null : (decode<PlanMessage>(stored.data) as PlanMessage | null);
      // Whichever of its levels it was at.
      if (message?.plan?.kind === 'find')
        throw new RampartError(
          'refused',
          `--resume: ${session} is a search, and what it had learnt went with its controller; its agents end by themselves`,
          `Start it again. What it had measured is in the folder of its run: rampart report reports/${session}`,
        );
      if (found === null || message === null)
        throw new RampartError(
          'bad-flag',
          `--resume: there is no run ${session} under way`,
          message === null ? 'Its agents tell its id: run 20260102-030405-ab12-0.' : 'It is over, or was taken over.',
        );
      const { standing } = found.entry;
      if (message.protocol !== PROTOCOL)
        throw new RampartError('other-version', `--resume: the run ${session} is of another version`, SAME_VERSION);
      if (standing === null)
        throw new RampartError('refused', `--resume: the run ${session} had not begun: nothing was sent`, AGAIN);
      const register = await Register.takeOver(nats, manager, clock, run, found);
      if (register === null)
        throw new RampartError('taken-over', `another controller has just taken the run ${session} over`);
      const agents = standing.agents.map(({ name, version, cores, host, region = null }) => ({
        ...{ protocol: PROTOCOL, version, name, cores, host, region },
        ...{ instance: '', session },
      }));
      const all = { access: wish.access, tolerateLoss: wish.tolerateLoss, orphanTimeout: message.orphanTimeout };
      const wanted = { agents: agents.length, atLeast: agents.length, within: millis(0) };
      const given = { ...all, wanted, weights: 'equal', threads: null } as const;
      const fleet = new Fleet(nats, manager, given, session, world, agents, new Map());
      const { plan } = repaySecrets(message.plan, world.env);
      fleet.#resumed = { run, plan, parts: message, register, standing };
      return { fleet, plan };
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

  /**
   * Where snapshots come from: all agents, merged.
   *
   * @param rows of the plans' data, or null. @param captured by the set-up: they are in the plan.
   */
  sourceFor(rows: RowTable | null, captured?: ReadonlySet<string>): LoadSource {
    this.#captured = captured;
    const before = this.#rows;
    // A page has one run after the other.
    if (before !== null) this.#closing.push(before.close());
    this.#rows = rows === null ? null : new RowStore(this.#nats, this.#session, rows, this.#world.files);
    const resumed = this.#resumed;
    return (...asked) => (resumed === null ? this.#run(...asked) : this.#resume(resumed, ...asked));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, this.#rows?.close()]);
    if (this.#resumed !== null)
      await forgetRows(
        this.#nats,
        Object.values(this.#resumed.parts.agents).flatMap(({ rows }) => rows ?? []),
      );
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
      ...{ orphanTimeout: this.#wish.orphanTimeout, place: this.#place },
    };
    const register = await Register.begin(this.#nats, this.#manager, this.#world.clock, run);
    const group = this.#groupOf(run, plan, message, register, null);
    yield* this.#follow(run, group, register, () => this.#publish(run, message), signal, commands);
  }

  /** What another controller has begun: all that was published of it, and then what comes. */
  async *#resume(
    { run, plan, parts, register, standing }: Resumed,
    ...[, , signal, commands]: Parameters<LoadSource>
  ): ReturnType<AgentGroup['run']> {
    const group = this.#groupOf(run, plan, parts, register, standing);
    yield* this.#follow(run, group, register, async () => {}, signal, commands);
  }

  #groupOf(run: string, plan: Plan, parts: Parts, register: Register, resumed: Standing | null): AgentGroup {
    const { clock, wallTime } = this.#world;
    return new AgentGroup({
      ...{ nats: this.#nats, run, plan, clock, wallTime, register, resumed, tolerateLoss: this.#wish.tolerateLoss },
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
    try {
      await begin();
      group.follow(await this.#deliveries(run));
      yield* group.run(signal, commands);
    } finally {
      await group.close();
      if (group.isReplaced) await register.close();
      else {
        await register.clear();
        await this.#manager.streams.purge(SNAPSHOTS.name, { filter: SUBJECT.snapshotsOf(run) }).catch(() => {});
      }
    }
  }

  #borrowed(plan: Plan): Plan {
    return borrowSecrets(plan, this.#world.env, this.#captured);
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

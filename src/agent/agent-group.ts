/** The agents of one load, as the controller sees them: they begin at one instant, change and end together, and are missed. */
import type { ConsumerMessages } from '@nats-io/jetstream';
import { type NatsConnection, NoRespondersError, RequestError, type Subscription } from '@nats-io/transport-node';
import type { Commanded, CommandReply, Commands, LoadChange, LoadCommand } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { Joiner } from '../run/join.ts';
import { LoadChanges } from '../run/load-changes.ts';
import { Queue } from '../run/queue.ts';
import { named } from '../run/source-names.ts';
import { SourceLost } from '../run/worker-group.ts';
import { startSkew } from './clock-offset.ts';
import {
  type ClockOffset,
  type Delivery,
  decode,
  encode,
  type Greeting,
  SUBJECT,
  type Wish,
  type Word,
} from './protocol.ts';

/** Between "all are ready" and the common start, or between an order and its instant: enough for it to reach every agent. */
const HEAD_START = millis(500);
const READY_WITHIN = seconds(30);
const LOOK = millis(200);
/** Looks without a word, after which NATS is asked whether the agent is still connected; and after which it counts as frozen. */
const QUIET = 4;
const FROZEN = 27;
/** Answers in a row that nobody is there. */
const GONE = 2;
/** Looks for which nobody is missed after NATS itself was away, since agents come back one by one. */
const GRACE = 50;
/** ms. */
const PING = 1_000;
/** Wishes are repeated, for who missed one. */
const REPEAT = 2;

interface Member {
  readonly name: string;
  readonly index: number;
  readonly greeting: Greeting;
  clock: ClockOffset | null;
  /** Looks since its last word. */
  quiet: number;
  missing: number;
  asked: boolean;
  /** Number of the delivery that comes next. */
  next: number;
  /** How far its snapshots have come, µs since the start. */
  reached: Micros;
  working: boolean;
}

export interface AgentGroupOptions {
  readonly nats: NatsConnection;
  readonly run: string;
  readonly plan: Plan;
  readonly agents: readonly Greeting[];
  readonly clock: Clock;
  readonly tolerateLoss: boolean;
  readonly tell: (event: RunEvent) => void;
  readonly lose: (name: string) => void;
}

export class AgentGroup implements Commanded {
  readonly #options: AgentGroupOptions;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #snapshots = new Queue<IntervalSnapshot>();
  readonly #joiner: Joiner;
  readonly #changes: LoadChanges;
  readonly #orders: LoadChange[] = [];
  readonly #subscriptions: Subscription[];
  readonly #lost: { readonly name: string; readonly after: Micros }[] = [];
  #deliveries: ConsumerMessages | null = null;
  #looks = 0;
  #grace = 0;
  #watch: unknown = null;
  #patience: unknown = null;
  #startAt: Micros | null = null;
  #stopped = false;
  #over = false;
  #failure: Error | null = null;
  #closed = false;

  constructor(options: AgentGroupOptions) {
    this.#options = options;
    const { nats, run, plan, agents, clock } = options;
    this.#changes = new LoadChanges(plan);
    this.#members = new Map(
      agents.map((greeting, index) => [
        greeting.name,
        {
          ...{ name: greeting.name, index, greeting, clock: null, quiet: 0, missing: 0, asked: false },
          ...{ next: 0, reached: 0 as Micros, working: true },
        },
      ]),
    );
    this.#joiner = new Joiner(agents.length, (snapshot) => this.#snapshots.push(this.#marked(snapshot)));
    this.#subscriptions = [
      nats.subscribe(SUBJECT.word(run), { callback: (_, message) => this.#hear(decode<Word>(message.data)) }),
      nats.subscribe(SUBJECT.clock(run), {
        callback: (_, message) => void message.respond(encode({ now: clock.now() })),
      }),
    ];
    this.#patience = clock.after(READY_WITHIN, () => {
      const late = [...this.#members.values()].filter(({ clock: known }) => known === null).map(({ name }) => name);
      this.#fail(new RampartError('never-ready', `not ready within 30 s: ${late.join(', ')}; nothing was sent`));
    });
    void this.#followStatus(nats);
    this.#look();
  }

  /** Takes what agents deliver, from now on. */
  follow(deliveries: ConsumerMessages): void {
    this.#deliveries = deliveries;
    void (async () => {
      for await (const message of deliveries) {
        const agent = message.subject.split('.').at(-1) ?? '';
        this.#take(agent, decode<Delivery>(message.data));
      }
    })().catch((error: Error) => this.#fail(error));
  }

  get load(): LoadProfile {
    return this.#changes.load;
  }

  get elapsed(): Micros {
    return (this.#startAt === null ? -1 : this.#options.clock.now() - this.#startAt) as Micros;
  }

  get soonest(): Micros {
    return Math.max(0, Math.ceil(this.elapsed + HEAD_START)) as Micros;
  }

  carryOut(command: LoadCommand): CommandReply {
    if (this.#startAt === null || this.elapsed < 0) return { ok: false, reason: 'The load has not begun yet.' };
    const reply = this.#changes.carryOut(command, this.soonest, this.#stopped);
    if (reply.ok && !this.#orders.includes(reply.change)) {
      this.#orders.push(reply.change);
      this.#wish();
    }
    return reply;
  }

  /** The snapshots of all agents, merged, to the end of the drain; once. */
  async *run(signal: AbortSignal, commands: Commands | undefined): AsyncGenerator<IntervalSnapshot, void, undefined> {
    const stop = (): void => this.#stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const detach = commands?.attach(this);
    try {
      yield* this.#snapshots;
    } finally {
      signal.removeEventListener('abort', stop);
      detach?.();
    }
  }

  /** Whoever still works is told to end. */
  async close(): Promise<void> {
    const { clock, nats } = this.#options;
    this.#closed = true;
    this.#stopped = true;
    this.#over = true;
    this.#wish();
    clock.cancel(this.#patience);
    clock.cancel(this.#watch);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#deliveries?.close();
    await nats.flush().catch(() => {});
  }

  #stop(): void {
    this.#stopped = true;
    this.#wish();
  }

  #wish(): void {
    const { nats, run } = this.#options;
    const wish: Wish = {
      ...{ startAt: this.#startAt, stopped: this.#stopped, changes: this.#orders, over: this.#over },
      lost: this.#lost.map(({ name }) => name),
    };
    if (!nats.isClosed()) nats.publish(SUBJECT.wish(run), encode(wish));
  }

  #hear(word: Partial<Word> | null): void {
    const member = this.#members.get(word?.agent ?? '');
    if (word === null || member === undefined || !member.working) return;
    member.quiet = 0;
    member.missing = 0;
    if (word.type === 'ready' && word.clock !== undefined) {
      member.clock = word.clock;
      this.#ready();
    } else if (word.type === 'unable') this.#lose(member, word.problem ?? 'it could not');
  }

  #ready(): void {
    const { clock, tell } = this.#options;
    if (this.#startAt !== null || this.#failure !== null) return;
    const members = [...this.#members.values()];
    const clocks = members.flatMap((member) => member.clock ?? []);
    if (clocks.length < members.length) return;
    clock.cancel(this.#patience);
    const skew = startSkew(clocks);
    this.#startAt = (clock.now() + HEAD_START + skew) as Micros;
    const { threads } = this.#options.plan;
    tell({
      ...{ type: 'agents', at: 0 as Micros, startSkew: skew },
      agents: members.map(({ name, greeting, clock: known }) => ({
        ...{ name, version: greeting.version, host: greeting.host, cores: greeting.cores, threads },
        ...{
          clockOffset: Math.round(known?.offset ?? 0) as Micros,
          roundTrip: Math.round(known?.roundTrip ?? 0) as Micros,
        },
      })),
    });
    this.#wish();
  }

  #take(agent: string, delivery: Partial<Delivery> | null): void {
    const member = this.#members.get(agent);
    if (member === undefined || delivery === null || !member.working) return;
    member.quiet = 0;
    // The same again, or one of a later start of the agent: each number counts once.
    if (delivery.number !== member.next) return;
    member.next += 1;
    if (delivery.type === 'snapshot' && delivery.snapshot !== undefined) {
      const { snapshot } = delivery;
      member.reached = Math.max(member.reached, snapshot.endAt) as Micros;
      this.#joiner.accept(member.index, [named(snapshot, `agent ${agent}`)]);
    } else if (delivery.type === 'end') {
      if (delivery.failure != null) this.#lose(member, delivery.failure);
      else this.#ended(member);
    }
  }

  #ended(member: Member): void {
    if (!member.working) return;
    member.working = false;
    this.#joiner.end(member.index);
    if ([...this.#members.values()].some(({ working }) => working)) return;
    if (this.#failure === null) this.#snapshots.end();
    else this.#snapshots.fail(this.#failure);
  }

  /** An agent is gone, or of no use. Its share is nobody else's; before the start nothing begins. */
  #lose(member: Member, message: string): void {
    const { tolerateLoss, tell, lose } = this.#options;
    if (!member.working) return;
    if (this.#startAt === null || this.elapsed < 0) {
      const error = `agent ${member.name}: ${message}; nothing was sent`;
      this.#stopped = true;
      this.#fail(new RampartError('never-ready', error));
      this.#wish();
      return;
    }
    this.#lost.push({ name: member.name, after: member.reached });
    lose(member.name);
    const source = `agent ${member.name}`;
    const others = [...this.#members.values()].some((other) => other !== member && other.working);
    if (tolerateLoss && others)
      tell({ type: 'lost', at: Math.round(this.elapsed) as Micros, source, message, tolerated: true });
    else {
      this.#failure ??= new SourceLost(source, message);
      this.#stopped = true;
    }
    this.#wish();
    this.#ended(member);
  }

  /** What lacks a lost agent's part says so. */
  #marked(snapshot: IntervalSnapshot): IntervalSnapshot {
    const missing = this.#lost.filter(({ after }) => snapshot.endAt > after).map(({ name }) => `agent ${name}`);
    return missing.length === 0 ? snapshot : { ...snapshot, missing };
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#failure ??= error;
    this.#snapshots.fail(this.#failure);
  }

  /** NATS itself may be away: nobody is missed then. */
  async #followStatus(nats: NatsConnection): Promise<void> {
    for await (const { type } of nats.status()) {
      if (this.#closed) return;
      if (type === 'disconnect' || type === 'reconnecting' || type === 'reconnect') this.#grace = GRACE;
    }
  }

  #look(): void {
    const { clock } = this.#options;
    this.#watch = clock.after(LOOK, () => {
      this.#looks += 1;
      if (this.#looks % REPEAT === 0) this.#wish();
      if (this.#grace > 0) {
        this.#grace -= 1;
        for (const member of this.#members.values()) member.quiet = 0;
      } else for (const member of this.#members.values()) if (member.working) this.#miss(member);
      this.#look();
    });
  }

  #miss(member: Member): void {
    const { nats } = this.#options;
    member.quiet += 1;
    if (member.quiet >= FROZEN) {
      this.#lose(
        member,
        `it said nothing for ${((FROZEN * LOOK) / 1e6).toFixed(0)} s, as one that is frozen or cut off`,
      );
      return;
    }
    if (member.quiet < QUIET || member.asked) return;
    member.asked = true;
    nats
      .request(SUBJECT.agent(member.name), undefined, { timeout: PING })
      .then(
        () => {
          member.missing = 0;
        },
        (error: Error) => {
          const gone = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
          member.missing = gone && this.#grace === 0 ? member.missing + 1 : 0;
          if (member.missing >= GONE) this.#lose(member, 'its connection is closed: it has ended, or was cut off');
        },
      )
      .finally(() => {
        member.asked = false;
      });
  }
}

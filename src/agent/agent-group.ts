/** A load that agents make together, as the controller sees it: they begin at one instant, change and end together. */
import type { ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { CommandReply, Commands, LoadChange, LoadCommand } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { JoinedSnapshots, type Stoppable } from '../run/joined-snapshots.ts';
import { LoadChanges } from '../run/load-changes.ts';
import { NeverReady, SourceLost } from '../run/lost.ts';
import { ofRegion } from '../run/merge.ts';
import { namedAgent } from '../run/source-names.ts';
import { startSkew } from './clock-offset.ts';
import { type Member, Members } from './members.ts';
import {
  type Delivery,
  decode,
  encode,
  type Greeting,
  type PlanMessage,
  SUBJECT,
  type Wish,
  type Word,
} from './protocol.ts';
import type { Register, Standing } from './register.ts';

/** Between "all are ready" and the common start, or between an order and its instant: enough for it to reach every agent. */
const HEAD_START = millis(500);
const READY_WITHIN = seconds(30);
/** Wishes are repeated with every other look at the agents, for who missed one. */
const REPEAT = 2;

/** Who makes what of a load. */
export type Parts = Pick<PlanMessage, 'agents' | 'weights'>;

export interface AgentGroupOptions {
  readonly nats: NatsConnection;
  readonly run: string;
  readonly plan: Plan;
  readonly agents: readonly Greeting[];
  readonly parts: Parts;
  readonly clock: Clock;
  readonly tolerateLoss: boolean;
  readonly register: Register;
  /** Of a load that another controller began. */
  readonly resumed: Standing | null;
  readonly wallTime: () => Date;
  readonly tell: (event: RunEvent) => void;
  readonly lose: (name: string) => void;
}

export class AgentGroup implements Stoppable {
  readonly #options: AgentGroupOptions;
  readonly #members: Members;
  readonly #joined: JoinedSnapshots;
  readonly #changes: LoadChanges;
  readonly #orders: LoadChange[] = [];
  readonly #subscriptions: Subscription[];
  readonly #lost: Standing['lost'][number][] = [];
  /** What was kept of the start. */
  #begun: Pick<Standing, 'startAt' | 'startedAt' | 'agents' | 'startSkew'> | null = null;
  #replaced = false;
  #deliveries: ConsumerMessages | null = null;
  #looks = 0;
  #patience: unknown = null;
  #startAt: Micros | null = null;
  #stopped = false;
  #over = false;
  #closed = false;

  constructor(options: AgentGroupOptions) {
    this.#options = options;
    const { nats, run, plan, agents, clock } = options;
    this.#changes = new LoadChanges(plan);
    this.#joined = new JoinedSnapshots(agents.length, (snapshot) => this.#marked(snapshot));
    this.#members = new Members(
      nats,
      clock,
      agents,
      (member, message) => this.#lose(member, message),
      () => {
        this.#looks += 1;
        if (this.#looks % REPEAT === 0) this.#wish();
      },
    );
    this.#subscriptions = [
      nats.subscribe(SUBJECT.word(run), { callback: (_, message) => this.#hear(decode<Word>(message.data)) }),
      nats.subscribe(SUBJECT.wish(run), {
        callback: (_, message) => {
          if ((decode<Wish>(message.data)?.term ?? 0) > options.register.term) this.#leave();
        },
      }),
      nats.subscribe(SUBJECT.clock(run), {
        callback: (_, message) => void message.respond(encode({ now: clock.now() })),
      }),
    ];
    options.register.onReplaced = () => this.#leave();
    if (options.resumed !== null) {
      this.#resume(options.resumed);
      return;
    }
    this.#bePatient();
  }

  #bePatient(): void {
    const { clock } = this.#options;
    clock.cancel(this.#patience);
    this.#patience = clock.after(READY_WITHIN, () => {
      const late = this.#members.all.filter(({ clock: known }) => known === null).map(({ name }) => name);
      this.#fail(new NeverReady('agents', `agents were not ready within 30 s: ${late.join(', ')}; nothing was sent`));
    });
  }

  /** Many rows take their time: who still gets more of them is waited for. */
  #progress(member: Member, fetched: number): void {
    if (this.#startAt !== null || fetched <= member.fetched) return;
    member.fetched = fetched;
    if (this.#joined.failure === null) this.#bePatient();
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

  /** Whether another controller has the load: then it is none of our business any more. */
  get isReplaced(): boolean {
    return this.#replaced;
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
      this.#decide();
    }
    return reply;
  }

  /** The snapshots of all agents, merged, to the end of the drain; once. */
  run(signal: AbortSignal, commands: Commands | undefined): AsyncGenerator<IntervalSnapshot, void, undefined> {
    return this.#joined.read(this, signal, commands);
  }

  /** Whoever still works is told to end. */
  async close(): Promise<void> {
    const { clock, nats } = this.#options;
    this.#closed = true;
    this.#stopped = true;
    this.#over = true;
    this.#wish();
    clock.cancel(this.#patience);
    this.#members.close();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#deliveries?.close();
    await nats.flush().catch(() => {});
  }

  stop(): void {
    this.#stopped = true;
    this.#decide();
  }

  /** Something else is wanted than before: it is kept for a successor, and told. */
  #decide(): void {
    if (this.#begun !== null && !this.#replaced)
      this.#options.register.keep({
        ...{ ...this.#begun, stopped: this.#stopped },
        ...{ changes: [...this.#orders], lost: [...this.#lost] },
      });
    this.#wish();
  }

  /** Of what another controller has begun. */
  #resume({ startAt, startedAt, agents, startSkew: skew, changes, stopped, lost }: Standing): void {
    const { clock, wallTime, tell, tolerateLoss, lose } = this.#options;
    this.#begun = { startAt, startedAt, agents, startSkew: skew };
    // Our clock may be another one than that of who began.
    this.#startAt = (clock.now() - (wallTime().getTime() - Date.parse(startedAt)) * 1e3) as Micros;
    this.#stopped = stopped;
    tell({ type: 'agents', at: 0 as Micros, startSkew: skew, agents });
    for (const change of changes) {
      this.#changes.apply(change);
      this.#orders.push(change);
      tell(change);
    }
    for (const { name, after, message } of lost) {
      this.#lost.push({ name, after, message });
      lose(name);
      const source = `agent ${name}`;
      if (tolerateLoss) tell({ type: 'lost', of: 'agents', at: after, source, message, tolerated: true });
      else this.#joined.failAtEnd(new SourceLost('agents', source, message));
      const member = this.#members.all.find((one) => one.name === name);
      if (member !== undefined && after <= 0) this.#ended(member);
    }
    this.#wish();
  }

  /** Another controller has the load: what it does with it is not to be disturbed. */
  #leave(): void {
    if (this.#replaced || this.#closed) return;
    this.#replaced = true;
    this.#fail(
      new RampartError(
        'taken-over',
        'another controller has taken this run over',
        'Its report has all of it. The agents do what it says, and nothing more of what is said here.',
      ),
    );
  }

  #wish(): void {
    const { nats, run, register } = this.#options;
    if (this.#replaced) return;
    const wish: Wish = {
      ...{
        term: register.term,
        startAt: this.#begun?.startAt ?? null,
        stopped: this.#stopped,
        changes: this.#orders,
        over: this.#over,
      },
      lost: this.#lost.map(({ name }) => name),
    };
    if (!nats.isClosed()) nats.publish(SUBJECT.wish(run), encode(wish));
  }

  #hear(word: Partial<Word> | null): void {
    const member = this.#members.heard(word?.agent ?? '');
    if (word === null || member === null) return;
    if (word.type === 'ready' && word.clock !== undefined) {
      member.clock = word.clock;
      this.#ready();
    } else if (word.type === 'beat') this.#progress(member, word.fetched ?? 0);
    else if (word.type === 'unable') this.#lose(member, word.problem ?? 'it could not');
  }

  #ready(): void {
    const { clock, tell, wallTime } = this.#options;
    if (this.#startAt !== null || this.#joined.failure !== null) return;
    const members = this.#members.all;
    const clocks = members.flatMap((member) => member.clock ?? []);
    if (clocks.length < members.length) return;
    clock.cancel(this.#patience);
    const skew = startSkew(clocks);
    this.#startAt = (clock.now() + HEAD_START + skew) as Micros;
    const { agents: parts, weights } = this.#options.parts;
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const agents = members.map(({ name, greeting, clock: known }) => ({
      ...{ name, version: greeting.version, host: greeting.host, cores: greeting.cores },
      ...{ threads: parts[name]?.threads ?? 1, share: (weights[parts[name]?.index ?? 0] ?? 0) / whole },
      ...(greeting.region === null ? {} : { region: greeting.region }),
      ...{
        clockOffset: Math.round(known?.offset ?? 0) as Micros,
        roundTrip: Math.round(known?.roundTrip ?? 0) as Micros,
      },
    }));
    tell({ type: 'agents', at: 0 as Micros, startSkew: skew, agents });
    const startedAt = new Date(wallTime().getTime() + (this.#startAt - clock.now()) / 1e3).toISOString();
    this.#begun = { startAt: this.#startAt, startedAt, agents, startSkew: skew };
    this.#decide();
  }

  #take(agent: string, delivery: Partial<Delivery> | null): void {
    const member = delivery === null ? null : this.#members.heard(agent);
    if (member === null || delivery === null) return;
    // The same again, or one of a later start of the agent: each number counts once.
    if (delivery.number !== member.next) return;
    member.next += 1;
    if (delivery.type === 'snapshot' && delivery.snapshot !== undefined) {
      const { snapshot } = delivery;
      // Of one that our predecessor had given up.
      const given = this.#lost.find(({ name }) => name === agent);
      if (given !== undefined && snapshot.endAt > given.after) {
        this.#ended(member);
        return;
      }
      member.reached = Math.max(member.reached, snapshot.endAt) as Micros;
      const { region } = member.greeting;
      const named = namedAgent(snapshot, agent);
      this.#joined.accept(member.index, [region === null ? named : ofRegion(named, region)]);
      if (given !== undefined && member.reached >= given.after) this.#ended(member);
    } else if (delivery.type === 'end') {
      if (delivery.failure != null) this.#lose(member, delivery.failure);
      else this.#ended(member);
    }
  }

  #ended(member: Member): void {
    if (!member.working) return;
    member.working = false;
    this.#joined.end(member.index);
  }

  /** An agent is gone, or of no use. Its share is nobody else's; before the start nothing begins. */
  #lose(member: Member, message: string): void {
    const { tolerateLoss, tell, lose } = this.#options;
    if (!member.working || this.#lost.some(({ name }) => name === member.name)) return;
    if (this.#startAt === null || this.elapsed < 0) {
      this.#stopped = true;
      this.#fail(new NeverReady('agents', `agent ${member.name}: ${message}; nothing was sent`));
      this.#wish();
      return;
    }
    this.#lost.push({ name: member.name, after: member.reached, message });
    lose(member.name);
    const source = `agent ${member.name}`;
    if (tolerateLoss && this.#joined.working.size > 1)
      tell({ type: 'lost', of: 'agents', at: Math.round(this.elapsed) as Micros, source, message, tolerated: true });
    else {
      this.#joined.failAtEnd(new SourceLost('agents', source, message));
      this.#stopped = true;
    }
    this.#decide();
    this.#ended(member);
  }

  /** What lacks a lost agent's part says so. */
  #marked(snapshot: IntervalSnapshot): IntervalSnapshot {
    const missing = this.#lost.filter(({ after }) => snapshot.endAt > after).map(({ name }) => `agent ${name}`);
    return missing.length === 0 ? snapshot : { ...snapshot, missing };
  }

  #fail(error: Error): void {
    if (!this.#closed) this.#joined.fail(error);
  }
}

/** A load that agents make together, as the controller sees it: they begin at one instant, change and end together. */
import type { ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { CommandReply, Commands, LoadCommand } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import { type RunEvent, STOPPED } from '../core/event.ts';
import { durationOf, type LoadProfile, type Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { JoinedSnapshots, type Stoppable } from '../run/joined-snapshots.ts';
import { LoadChanges } from '../run/load-changes.ts';
import { NeverReady, SourceLost } from '../run/lost.ts';
import { ofRegion } from '../run/merge.ts';
import { namedAgent } from '../run/source-names.ts';
import { startSkew } from './clock-offset.ts';
import { accountOf, type Member, Members, type Parts } from './members.ts';
import { Orders } from './orders.ts';
import { type Delivery, decode, encode, type Greeting, type OrdersMessage, SUBJECT, type Word } from './protocol.ts';
import type { Register, Standing } from './register.ts';

/** Between "all are ready" and the common start, or between an order and its instant: enough for it to reach every agent. */
const HEAD_START = millis(500);
const READY_WITHIN = seconds(30);
/** Orders are repeated with every other look at the agents, for who missed one. */
const REPEAT = 2;

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
  readonly #orders: Orders;
  readonly #subscriptions: Subscription[];
  #deliveries: ConsumerMessages | null = null;
  #looks = 0;
  #patience: unknown = null;
  #startAt: Micros | null = null;
  #signal: AbortSignal | null = null;
  #closed = false;

  constructor(options: AgentGroupOptions) {
    this.#options = options;
    const { nats, run, plan, agents, clock, register } = options;
    this.#changes = new LoadChanges(plan);
    this.#orders = new Orders(nats, run, register);
    this.#joined = new JoinedSnapshots(agents.length, (snapshot) => this.#orders.marked(snapshot));
    this.#members = new Members(
      nats,
      clock,
      agents,
      (member, message) => this.#lose(member, message),
      () => {
        this.#looks += 1;
        if (this.#looks % REPEAT === 0) this.#orders.tell();
      },
    );
    this.#subscriptions = [
      nats.subscribe(SUBJECT.word(run), { callback: (_, message) => this.#hear(decode<Word>(message.data)) }),
      nats.subscribe(SUBJECT.orders(run), {
        callback: (_, message) => {
          if ((decode<OrdersMessage>(message.data)?.term ?? 0) > register.term) this.#leave();
        },
      }),
      nats.subscribe(SUBJECT.clock(run), {
        callback: (_, message) => void message.respond(encode({ now: clock.now() })),
      }),
    ];
    register.onReplaced = () => this.#leave();
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
      const loss = new SourceLost('agents', `agent ${late.join(', ')}`, 'it was not ready within 30 s');
      this.#fail(new NeverReady(loss, `agents were not ready within 30 s: ${late.join(', ')}; nothing was sent`));
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
        this.#receive(agent, decode<Delivery>(message.data));
      }
    })().catch((error: Error) => this.#fail(error));
  }

  /** Whether another controller has the load: then it is none of our business any more. */
  get isReplaced(): boolean {
    return this.#orders.hasLeft;
  }

  /** When it began, or will, by the wall clock, ISO 8601; null: that is not known yet. */
  get startedAt(): string | null {
    return this.#orders.begun?.startedAt ?? null;
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
    const reply = this.#changes.carryOut(command, this.soonest, this.#orders.isStopped);
    if (reply.ok) this.#orders.change(reply.change);
    return reply;
  }

  /** The snapshots of all agents, merged, to the end of the drain; once. */
  run(signal: AbortSignal, commands: Commands | undefined): AsyncGenerator<IntervalSnapshot, void, undefined> {
    this.#signal = signal;
    return this.#joined.read(this, signal, commands);
  }

  /** Whoever still works is told to end. */
  async close(): Promise<void> {
    const { clock, nats } = this.#options;
    this.#closed = true;
    this.#orders.end();
    clock.cancel(this.#patience);
    this.#members.close();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#deliveries?.close();
    await nats.flush().catch(() => {});
  }

  /** Who stops it by hand has all agents end at one instant; what a search does need not wait for that. */
  stop(): void {
    const at = this.soonest;
    const isByHand = this.#signal?.reason === STOPPED;
    if (!isByHand || this.elapsed < 0 || at >= durationOf(this.load)) this.#orders.stop();
    else if (!this.#orders.isStopped) {
      this.#options.tell({ type: 'stopping', at });
      this.#orders.stopAt(at);
    }
  }

  /** Of what another controller has begun. */
  #resume(standing: Standing): void {
    const { clock, wallTime, tell, tolerateLoss, lose } = this.#options;
    // Our clock may be another one than that of who began.
    this.#startAt = (clock.now() - (wallTime().getTime() - Date.parse(standing.startedAt)) * 1e3) as Micros;
    tell({ type: 'agents', at: 0 as Micros, startSkew: standing.startSkew, agents: standing.agents });
    for (const change of standing.changes) {
      this.#changes.apply(change);
      tell(change);
    }
    for (const { name, after, message } of standing.lost) {
      lose(name);
      const source = `agent ${name}`;
      if (tolerateLoss) tell({ type: 'lost', of: 'agents', at: after, source, message, tolerated: true });
      else this.#joined.failAtEnd(new SourceLost('agents', source, message));
      const member = this.#members.all.find((one) => one.name === name);
      if (member !== undefined && after <= 0) this.#ended(member);
    }
    this.#orders.takeOver(standing);
  }

  /** Another controller has the load: what it does with it is not to be disturbed. */
  #leave(): void {
    if (this.#orders.hasLeft || this.#closed) return;
    this.#orders.leave();
    this.#fail(
      new RampartError(
        'taken-over',
        'another controller has taken this run over',
        'Its report has all of it. The agents do what it says, and nothing more of what is said here.',
      ),
    );
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
    const agents = members.map((member) => accountOf(member, this.#options.parts));
    tell({ type: 'agents', at: 0 as Micros, startSkew: skew, agents });
    const startedAt = new Date(wallTime().getTime() + (this.#startAt - clock.now()) / 1e3).toISOString();
    this.#orders.begin({ startAt: this.#startAt, startedAt, agents, startSkew: skew });
  }

  #receive(agent: string, delivery: Partial<Delivery> | null): void {
    const member = delivery === null ? null : this.#members.heard(agent);
    if (member === null || delivery === null) return;
    // The same again, or one of a later start of the agent: each number counts once.
    if (delivery.number !== member.next) return;
    member.next += 1;
    if (delivery.type !== 'piece') {
      this.#take(member, delivery);
      return;
    }
    member.pieces.push(Buffer.from(delivery.bytes ?? '', 'base64'));
    if (delivery.last === true) this.#take(member, decode<Delivery>(Buffer.concat(member.pieces.splice(0))));
  }

  #take(member: Member, delivery: Partial<Delivery> | null): void {
    if (delivery?.type === 'snapshot' && delivery.snapshot !== undefined) {
      const { snapshot } = delivery;
      // Of one that our predecessor had given up.
      const given = this.#orders.lossOf(member.name);
      if (given !== undefined && snapshot.endAt > given.after) {
        this.#ended(member);
        return;
      }
      member.reached = Math.max(member.reached, snapshot.endAt) as Micros;
      const { region } = member.greeting;
      const named = namedAgent(snapshot, member.name);
      this.#joined.accept(member.index, [region === null ? named : ofRegion(named, region)]);
      if (given !== undefined && member.reached >= given.after) this.#ended(member);
    } else if (delivery?.type === 'end') {
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
    const { name, reached } = member;
    if (!member.working || this.#orders.lossOf(name) !== undefined) return;
    const source = `agent ${name}`;
    if (this.#startAt === null || this.elapsed < 0) {
      const loss = new SourceLost('agents', source, message);
      this.#fail(new NeverReady(loss, `${source}: ${message}; nothing was sent`));
      this.#orders.stop();
      return;
    }
    lose(name);
    const goesOn = tolerateLoss && this.#joined.working.size > 1;
    if (goesOn)
      tell({ type: 'lost', of: 'agents', at: Math.round(this.elapsed) as Micros, source, message, tolerated: true });
    else this.#joined.failAtEnd(new SourceLost('agents', source, message));
    this.#orders.lose({ name, after: reached, message }, !goesOn);
    this.#ended(member);
  }

  #fail(error: Error): void {
    if (!this.#closed) this.#joined.fail(error);
  }
}

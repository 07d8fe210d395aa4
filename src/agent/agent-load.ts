/** An agent's part in one load: takes the plan, makes its share, and sends snapshots until the last is stored. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { Commanded } from '../core/command.ts';
import type { Plan } from '../core/plan.ts';
import type { Segment } from '../core/segment.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import type { Machine } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import type { ThreadPool } from '../run/threads.ts';
import type { AllowedTargets } from './allowed.ts';
import { repaySecrets } from './borrowed.ts';
import { measureOffset } from './clock-offset.ts';
import { Outbox } from './outbox.ts';
import { areNeighbours, intrusion, type Place } from './place.ts';
import {
  type ClockOffset,
  decode,
  encode,
  type OrdersMessage,
  type PlanMessage,
  SUBJECT,
  type Word,
} from './protocol.ts';
import type { RateCeiling } from './rate-ceiling.ts';

const BEAT = millis(400);
/** Of the controller, ms. */
const ANSWER = 5_000;
/** How long what was measured is still tried to be delivered once its controller is gone. */
const LAST_DELIVERY = seconds(60);

export interface AgentOptions {
  readonly name: string;
  /** Null: it does not say. */
  readonly region: string | null;
  readonly allowed: AllowedTargets;
  /** Null: no bound. */
  readonly ceiling: RateCeiling | null;
  /** Where it is itself. */
  readonly place: Place;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What one of its threads can do, requests per second. */
  readonly measure: () => Promise<number>;
  readonly tell: (line: string) => void;
}

export type Surroundings = Pick<Machine, 'clock' | 'workerEntry' | 'files' | 'host' | 'version' | 'randomSeed'>;

/** An agent's part of one load, from the plan to its last snapshot. */
export class AgentLoad {
  readonly session: string;
  /** How it ended, once all is delivered. */
  readonly over: Promise<string>;
  readonly #nats: NatsConnection;
  readonly #machine: Surroundings;
  readonly #options: AgentOptions;
  readonly #message: PlanMessage;
  readonly #part: Segment;
  readonly #stop = new AbortController();
  #clock: ClockOffset | null = null;
  #begin: ((at: Micros) => void) | null = null;
  /** On our clock; null: not yet. */
  #startedAt: Micros | null = null;
  #ender: unknown = null;
  #commanded: Commanded | null = null;
  #changes = 0;
  /** The highest that a controller of this load had. */
  #term = 0;
  failed = false;
  #heardAt: number;
  #ending = 'done';
  #abandoned = false;
  /** Bytes of its data rows. */
  #fetched = 0;
  /** Why it makes its part no longer. */
  #broken: string | null = null;

  constructor(
    nats: NatsConnection,
    machine: Surroundings,
    options: AgentOptions,
    message: PlanMessage,
    segment: Segment,
    poolFor: (fetched: (bytes: number) => void) => Promise<ThreadPool>,
  ) {
    this.#nats = nats;
    this.#machine = machine;
    this.#options = options;
    this.#message = message;
    this.#part = segment;
    this.session = message.session;
    this.#heardAt = machine.clock.now();
    const { run } = message;
    const heard = nats.subscribe(SUBJECT.orders(run), {
      callback: (_, each) => this.#heed(decode<OrdersMessage>(each.data)),
    });
    let watch: unknown = null;
    const look = (): void => {
      this.#look();
      watch = machine.clock.after(BEAT, look);
    };
    look();
    this.over = this.#work(poolFor)
      .catch((error: Error) => {
        this.#say({ type: 'unable', agent: options.name, problem: error.message });
        return `not run: ${error.message}`;
      })
      .finally(() => {
        heard.unsubscribe();
        machine.clock.cancel(watch);
        machine.clock.cancel(this.#ender);
      });
  }

  /** Sends nothing more, and delivers what there is. */
  end(reason: string): void {
    this.#ending = reason;
    this.#stop.abort();
  }

  async #work(poolFor: (fetched: (bytes: number) => void) => Promise<ThreadPool>): Promise<string> {
    const { run, plan: sent } = this.#message;
    const { name, env } = this.#options;
    const { plan, missing } = repaySecrets(sent, env);
    const refusal = await this.#refusal(plan);
    if (refusal !== null) throw new Error(refusal);
    if (missing.length > 0)
      throw new Error(`it has no ${missing.join(', ')} in its environment, from which secrets are taken`);
    await reach(plan);
    const pool = await poolFor((bytes) => {
      this.#fetched = bytes;
    });
    const outbox = new Outbox(this.#nats, this.#machine.clock, run, name);
    let failure: string | null = null;
    try {
      const snapshots = pool.source(plan, this.#part, this.#stop.signal, this.#commands, () => this.#ready());
      for await (const snapshot of snapshots) {
        outbox.put((number) => ({ type: 'snapshot', number, snapshot }));
        const problem = outbox.failure ?? this.#options.ceiling?.excess(snapshot) ?? null;
        if (problem !== null) this.#giveUp(problem);
      }
      failure = this.#broken;
    } catch (error) {
      this.failed = true;
      failure = this.#broken ?? (error as Error).message;
      if (this.#startedAt === null) throw error;
    }
    if (this.#abandoned) return this.#ending;
    outbox.put((number) => ({ type: 'end', number, failure }));
    const given = this.#machine.clock.after(LAST_DELIVERY, () => outbox.discard());
    await outbox.empty();
    this.#machine.clock.cancel(given);
    // What cannot be stored can still be said.
    if (outbox.failure !== null) this.#say({ type: 'unable', agent: name, problem: outbox.failure });
    return failure === null ? this.#ending : `failed: ${failure}`;
  }

  /** Why the plan is not for this agent; null: it is. */
  async #refusal(plan: Plan): Promise<string | null> {
    const { allowed, ceiling, place } = this.#options;
    if (plan.functions !== undefined) return 'the scenario has functions, and an agent runs no code of a controller';
    const refusal = allowed.refusal(plan) ?? ceiling?.refusal(plan.load, this.#part) ?? null;
    if (refusal !== null || allowed.isGiven || areNeighbours(place, this.#message.place)) return refusal;
    const intruded = await intrusion(plan);
    return intruded === null
      ? null
      : `${intruded}, and the controller is in another network: --allow of the agent would have to name the target`;
  }

  /** What was measured until now is still told. */
  #giveUp(problem: string): void {
    if (this.#broken !== null) return;
    this.#broken = problem;
    this.end(problem);
  }

  readonly #commands = {
    attach: (commanded: Commanded): (() => void) => {
      this.#commanded = commanded;
      return () => {
        this.#commanded = null;
      };
    },
  };

  /** Our threads are: finds out how late our clock is, tells, and waits for the start. */
  async #ready(): Promise<Micros> {
    const { run } = this.#message;
    const ask = async (): Promise<Micros> => {
      const answer = await this.#nats.request(SUBJECT.clock(run), undefined, { timeout: ANSWER });
      return (decode<{ now: Micros }>(answer.data)?.now ?? Number.NaN) as Micros;
    };
    const clock = await measureOffset(this.#machine.clock, ask);
    this.#clock = clock;
    // Who is stopped before the start waits for none.
    const begun = new Promise<Micros>((resolve) => {
      this.#begin = resolve;
    });
    this.#say({ type: 'ready', agent: this.#options.name, clock });
    return begun;
  }

  #heed(orders: Partial<OrdersMessage> | null): void {
    // A controller that was replaced may not know it yet.
    if (orders === null || (orders.term ?? 0) < this.#term) return;
    this.#term = orders.term ?? 0;
    this.#heardAt = this.#machine.clock.now();
    if (orders.lost?.includes(this.#options.name) === true) {
      this.#abandoned = true;
      this.end('counted as lost by the controller');
      return;
    }
    if (orders.startAt != null && this.#clock !== null && this.#begin !== null) {
      const at = (orders.startAt - this.#clock.offset) as Micros;
      const begin = this.#begin;
      this.#begin = null;
      if (at < this.#machine.clock.now()) this.#missStart();
      else {
        this.#startedAt = at;
        begin(at);
      }
    }
    for (const change of (orders.changes ?? []).slice(this.#changes)) {
      const { ceiling } = this.#options;
      const over =
        change.type === 'edited' && change.edit.model === 'open'
          ? (ceiling?.refusalOf(change.stages, this.#part) ?? null)
          : null;
      if (over === null) this.#commanded?.apply?.(change);
      else this.#giveUp(over);
      this.#changes += 1;
    }
    if (orders.stopAt != null) this.#endAt(orders.stopAt);
    if (orders.stopped === true && !this.#stop.signal.aborted) this.end('stopped');
    if (orders.over === true) this.end(this.#ending);
  }

  /** At the same instant as all others. */
  #endAt(at: Micros): void {
    if (this.#ender !== null || this.#startedAt === null) return;
    const { clock } = this.#machine;
    this.#ender = clock.after(Math.max(0, this.#startedAt + at - clock.now()) as Micros, () => this.end('stopped'));
  }

  #missStart(): void {
    const problem = 'the start reached it too late';
    this.#say({ type: 'unable', agent: this.#options.name, problem });
    this.#abandoned = true;
    this.end(problem);
  }

  /** Lives, and sees whether the controller does. */
  #look(): void {
    const fetched = this.#startedAt !== null || this.#fetched === 0 ? {} : { fetched: this.#fetched };
    this.#say({ type: 'beat', agent: this.#options.name, ...fetched });
    const silent = this.#machine.clock.now() - this.#heardAt;
    if (silent > this.#message.orphanTimeout && !this.#stop.signal.aborted)
      this.#giveUp(`no word of the controller for ${Math.round(silent / 1e6)} s: its load is ended`);
  }

  #say(word: Word): void {
    // While NATS is away the client keeps what is published; a beat of then says nothing now.
    if (!this.#nats.isClosed()) this.#nats.publish(SUBJECT.word(this.#message.run), encode(word));
  }
}

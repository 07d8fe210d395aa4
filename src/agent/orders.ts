/** What a controller wants of the agents of a load: told again and again, and kept for who may have to take it over. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { LoadChange } from '../core/command.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { encode, type OrdersMessage, SUBJECT } from './protocol.ts';
import type { Register, Standing } from './register.ts';

/** What was decided of the start. */
type Begun = Pick<Standing, 'startAt' | 'startedAt' | 'agents' | 'startSkew'>;
/** An agent that is no longer counted on, and up to where it was. */
type Loss = Standing['lost'][number];

export class Orders {
  readonly #nats: NatsConnection;
  readonly #run: string;
  readonly #register: Register;
  readonly #changes: LoadChange[] = [];
  readonly #lost: Loss[] = [];
  #begun: Begun | null = null;
  #stopped = false;
  #stopAt: Micros | null = null;
  #over = false;
  #mute = false;

  constructor(nats: NatsConnection, run: string, register: Register) {
    this.#nats = nats;
    this.#run = run;
    this.#register = register;
  }

  get begun(): Begun | null {
    return this.#begun;
  }

  get isStopped(): boolean {
    return this.#stopped || this.#stopAt !== null;
  }

  lossOf(name: string): Loss | undefined {
    return this.#lost.find((loss) => loss.name === name);
  }

  /** All begin then. */
  begin(begun: Begun): void {
    this.#begun = begun;
    this.#decided();
  }

  /** What another controller had decided. */
  takeOver({ startAt, startedAt, agents, startSkew, changes, stopped, stopAt, lost }: Standing): void {
    this.#begun = { startAt, startedAt, agents, startSkew };
    this.#changes.push(...changes);
    this.#lost.push(...lost);
    this.#stopped = stopped;
    this.#stopAt = stopAt;
    this.tell();
  }

  change(change: LoadChange): void {
    if (this.#changes.includes(change)) return;
    this.#changes.push(change);
    this.#decided();
  }

  /** @param stops whether the others end too. */
  lose(loss: Loss, stops: boolean): void {
    this.#lost.push(loss);
    this.#stopped ||= stops;
    this.#decided();
  }

  /** All end together, as a person wants it. */
  stopAt(at: Micros): void {
    this.#stopAt = at;
    this.#decided();
  }

  /** At once. */
  stop(): void {
    this.#stopped = true;
    this.#decided();
  }

  /** Whoever still works is to end. */
  end(): void {
    this.#stopped = true;
    this.#over = true;
    this.tell();
  }

  /** Another controller has the load: nothing is wanted from here any more. */
  leave(): void {
    this.#mute = true;
  }

  get hasLeft(): boolean {
    return this.#mute;
  }

  /** For who missed it, too. */
  tell(): void {
    if (this.#mute || this.#nats.isClosed()) return;
    const message: OrdersMessage = {
      ...{ term: this.#register.term, startAt: this.#begun?.startAt ?? null, stopped: this.#stopped },
      ...{ stopAt: this.#stopAt, changes: this.#changes, lost: this.#lost.map(({ name }) => name), over: this.#over },
    };
    this.#nats.publish(SUBJECT.orders(this.#run), encode(message));
  }

  /** What lacks a lost agent's part says so. */
  marked(snapshot: IntervalSnapshot): IntervalSnapshot {
    const missing = this.#lost.filter(({ after }) => snapshot.endAt > after).map(({ name }) => `agent ${name}`);
    return missing.length === 0 ? snapshot : { ...snapshot, missing };
  }

  #decided(): void {
    if (this.#begun !== null && !this.#mute)
      this.#register.keep({
        ...{ ...this.#begun, stopped: this.#stopped, stopAt: this.#stopAt },
        ...{ changes: [...this.#changes], lost: [...this.#lost] },
      });
    this.tell();
  }
}

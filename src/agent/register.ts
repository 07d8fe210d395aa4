/** Which controller a load belongs to: the last one that wrote its entry, so that a replaced one learns of it. */
import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { LoadChange } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import type { AgentAccount } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { type Micros, millis } from '../core/units.ts';
import { CONTROLLERS, decode, encode, SUBJECT } from './protocol.ts';

/** ms. */
const PATIENCE = 2_000;
/** Before a load begins it is no use to wait for long. */
const FIRST_TRIES = 3;
const PAUSE = millis(250);
/** Of JetStream: somebody else has written since. */
const WRONG_SEQUENCE = 10_071;

/** What a load stands at, for who may have to take it over. */
export interface Standing {
  /** On the clock of the controller that began it; the agents know how far theirs are from it. */
  readonly startAt: Micros;
  /** The same instant by the wall clock, ISO 8601. */
  readonly startedAt: string;
  readonly stopped: boolean;
  /** See `OrdersMessage`. */
  readonly stopAt: Micros | null;
  readonly changes: readonly LoadChange[];
  readonly lost: readonly { readonly name: string; readonly after: Micros; readonly message: string }[];
  readonly agents: readonly AgentAccount[];
  readonly startSkew: Micros;
}

/** An entry: which controller it is now, and where the load stands. Null: it has not begun. */
interface Entry {
  readonly term: number;
  readonly writer: string;
  readonly standing: Standing | null;
}

/**
 * Which controller counts: whoever wrote the last entry, each on top of the one before. A controller that meets an entry of
 * another has been replaced, however long it was away, and is told so.
 */
export class Register {
  readonly term: number;
  readonly #clock: Clock;
  readonly #manager: JetStreamManager;
  readonly #stream: JetStreamClient;
  readonly #subject: string;
  readonly #writer: string;
  #sequence: number;
  #next: Standing | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;
  /** Is called when another controller has taken over. */
  onReplaced: () => void = () => {};

  private constructor(
    nats: NatsConnection,
    manager: JetStreamManager,
    clock: Clock,
    run: string,
    [term, sequence]: readonly [number, number],
  ) {
    this.#manager = manager;
    this.#clock = clock;
    this.#stream = jetstream(nats, { timeout: PATIENCE });
    this.#subject = SUBJECT.controller(run);
    this.#writer = `${nats.info?.client_id ?? 0}/${nats.info?.server_id ?? ''}/${Math.round(clock.now())}`;
    this.term = term;
    this.#sequence = sequence;
  }

  /** Of a load that is about to begin. @throws {RampartError} taken-over where another controller has begun it. */
  static async begin(nats: NatsConnection, manager: JetStreamManager, clock: Clock, run: string): Promise<Register> {
    const register = new Register(nats, manager, clock, run, [1, 0]);
    if (!(await register.#write(null, FIRST_TRIES)))
      throw new RampartError(
        'taken-over',
        'another controller has taken this search over',
        'Its report has all of it.',
      );
    return register;
  }

  /** Of a load that another controller began: what it stands at. Null: there is none such, or it is over. */
  static async look(manager: JetStreamManager, run: string): Promise<{ entry: Entry; sequence: number } | null> {
    const stored = await manager.streams
      .getMessage(CONTROLLERS.name, { last_by_subj: SUBJECT.controller(run) })
      .catch(() => null);
    const entry = stored === null ? null : (decode<Entry>(stored.data) as Entry | null);
    return stored === null || entry === null ? null : { entry, sequence: stored.seq };
  }

  /** Takes over from who wrote that entry. Null: somebody else did meanwhile. */
  static async takeOver(
    nats: NatsConnection,
    manager: JetStreamManager,
    clock: Clock,
    run: string,
    { entry, sequence }: { readonly entry: Entry; readonly sequence: number },
  ): Promise<Register | null> {
    const register = new Register(nats, manager, clock, run, [entry.term + 1, sequence]);
    return (await register.#write(entry.standing, FIRST_TRIES)) ? register : null;
  }

  /** Where the load stands now. It is written as soon as may be, the last of several alone. */
  keep(standing: Standing): void {
    this.#next = standing;
    this.#writing ??= this.#work().finally(() => {
      this.#writing = null;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  async #work(): Promise<void> {
    for (let standing = this.#next; standing !== null && !this.#closed; standing = this.#next) {
      this.#next = null;
      if (await this.#write(standing)) continue;
      this.#closed = true;
      this.onReplaced();
    }
  }

  /** False: another controller has written. @throws {RampartError} nats-unfit after so many tries. */
  async #write(standing: Standing | null, tries = Number.POSITIVE_INFINITY): Promise<boolean> {
    const entry: Entry = { term: this.term, writer: this.#writer, standing };
    for (let tried = 1; !this.#closed; tried++) {
      try {
        const { seq } = await this.#stream.publish(this.#subject, encode(entry), {
          expect: { lastSubjectSequence: this.#sequence },
        });
        this.#sequence = seq;
        return true;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === WRONG_SEQUENCE) {
          const known = await Register.look(this.#manager, this.#subject.split('.').at(-1) ?? '');
          // Our own, of which we had not heard that it was stored.
          if (known?.entry.writer !== this.#writer) return false;
          this.#sequence = known.sequence;
        } else if (tried >= tries)
          throw new RampartError(
            'nats-unfit',
            `NATS does not store who controls the run: ${(error as Error).message}`,
            'The controller needs to publish rampart.controller.*, and to administer the stream RAMPART_CONTROLLERS.',
            { cause: error },
          );
        else
          await new Promise<void>((resolve) => {
            this.#clock.after(PAUSE, resolve);
          });
      }
    }
    return true;
  }
}

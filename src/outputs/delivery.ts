/** The way of messages to a receiver that may be slow, or down: it holds up nobody, and has a bound. */
import type { Clock } from '../core/ports.ts';
import { millis } from '../core/units.ts';

/** Messages that wait at most; the oldest go first. */
const MOST = 120;
/** At the end what is left is tried so often, with a pause before each further time. */
const LAST_TRIES = 3;
const PAUSE = millis(500);

/** A receiver that understood the message, and does not want it: it is not sent again. */
export class Refused extends Error {}

export interface DeliveryOptions {
  readonly clock: Clock;
  /** Told once, with the first that goes wrong. */
  readonly warn: (problem: string) => void;
  readonly most?: number;
}

export class Delivery<Message> {
  readonly #send: (message: Message) => Promise<unknown>;
  readonly #options: DeliveryOptions;
  readonly #waiting: Message[] = [];
  #busy: Promise<void> | null = null;
  #sent = 0;
  #dropped = 0;
  #problem = '';

  /** @param send must end by itself, and soon. */
  constructor(send: (message: Message) => Promise<unknown>, options: DeliveryOptions) {
    this.#send = send;
    this.#options = options;
  }

  /** Sends it as soon as those before it are gone. One that cannot be sent now is tried again with the next. */
  offer(message: Message): void {
    const { most = MOST } = this.#options;
    this.#waiting.push(message);
    // The first may be under way.
    if (this.#waiting.length > most) {
      this.#waiting.splice(this.#busy === null ? 0 : 1, 1);
      this.#dropped++;
    }
    this.#busy ??= this.#pass().finally(() => {
      this.#busy = null;
    });
  }

  /** Sends what is left. @throws Error where not all arrived, with how much did not and why. */
  async finish(): Promise<void> {
    await this.#busy;
    for (let tries = 1; this.#waiting.length > 0 && tries <= LAST_TRIES; tries++) {
      if (tries > 1) await new Promise<void>((resolve) => void this.#options.clock.after(PAUSE, resolve));
      await this.#pass();
    }
    this.#dropped += this.#waiting.length;
    this.#waiting.length = 0;
    const all = this.#sent + this.#dropped;
    if (this.#dropped > 0) throw new Error(`${this.#dropped} of ${all} messages did not arrive: ${this.#problem}`);
  }

  async #pass(): Promise<void> {
    for (let [message] = this.#waiting; message !== undefined; [message] = this.#waiting) {
      try {
        await this.#send(message);
        this.#sent++;
      } catch (error) {
        this.#tell(error);
        if (!(error instanceof Refused)) return;
        this.#dropped++;
      }
      this.#waiting.shift();
    }
  }

  #tell(error: unknown): void {
    const first = this.#problem === '';
    this.#problem = problemOf(error);
    if (first) this.#options.warn(this.#problem);
  }
}

/** Node's `fetch` hides the reason in a cause. */
function problemOf(error: unknown): string {
  const { message, cause, name } = error instanceof Error ? error : new Error(String(error));
  if (name === 'TimeoutError') return 'it did not respond in time';
  const { code, message: inner } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? (inner || message);
}

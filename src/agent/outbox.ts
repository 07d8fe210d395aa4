/** An agent's snapshots on their way into NATS: each is tried until it is stored, and stored once. */
import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../core/ports.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { type Delivery, ENVELOPE, encode, SUBJECT } from './protocol.ts';

/** ms. */
const PATIENCE = 2_000;
const PAUSE = millis(250);

/** A NATS that answers, and says for so long that it does not store what it gets, is not tried any more. */
const REFUSED = seconds(5);

/** Bytes that wait for a NATS that is away; beyond them the agent gives its load up, rather than lose what it measured. */
const ROOM = 64 * 1024 * 1024;

/** A piece without its bytes. */
const FRAME = 128;

/**
 * What an agent has measured on its way into the stream: one message after the other, each tried until it is stored. A message
 * that was stored, though its acknowledgement was lost, is the same again by its id, and is kept once.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #stream: JetStreamClient;
  readonly #subject: string;
  readonly #id: string;
  readonly #largest: number;
  readonly #waiting: { readonly number: number; readonly data: Uint8Array }[] = [];
  readonly #isClosed: () => boolean;
  #bytes = 0;
  #number = 0;
  #working: Promise<void> | null = null;
  /** Since when it is told that nothing is stored; null: it is not. */
  #refusedSince: Micros | null = null;
  /** Why it takes nothing any more. */
  failure: string | null = null;

  constructor(nats: NatsConnection, clock: Clock, run: string, agent: string) {
    this.#clock = clock;
    this.#stream = jetstream(nats, { timeout: PATIENCE });
    this.#subject = SUBJECT.snapshot(run, agent);
    this.#id = `${run}/${agent}`;
    this.#largest = (nats.info?.max_payload ?? 1024 * 1024) - ENVELOPE;
    this.#isClosed = () => nats.isClosed();
  }

  /** @param make of the message's number: they count from 0 without a gap. */
  put(make: (number: number) => Delivery): void {
    if (this.failure !== null) return;
    const whole = encode(make(this.#number));
    const messages = whole.length <= this.#largest ? [whole] : this.#piecesOf(whole);
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    if (messages.length === 0)
      this.failure = `a snapshot of ${whole.length} bytes is more than NATS takes even in pieces (max_payload ${this.#largest + ENVELOPE})`;
    else if (this.#bytes + bytes > ROOM)
      this.failure = `NATS took nothing for so long that ${this.#waiting.length} snapshots wait: there is no room for more`;
    if (this.failure !== null) return;
    for (const data of messages) this.#waiting.push({ number: this.#number++, data });
    this.#bytes += bytes;
    this.#working ??= this.#deliver().finally(() => {
      this.#working = null;
    });
  }

  /** What is larger than NATS takes at once; none where nothing fits. */
  #piecesOf(whole: Uint8Array): Uint8Array[] {
    const each = Math.floor((this.#largest - FRAME) / 4) * 3;
    if (each <= 0) return [];
    const pieces = Math.ceil(whole.length / each);
    return Array.from({ length: pieces }, (_, n) => {
      const bytes = Buffer.from(whole.subarray(n * each, (n + 1) * each)).toString('base64');
      return encode({ type: 'piece', number: this.#number + n, bytes, last: n === pieces - 1 } satisfies Delivery);
    });
  }

  /** Resolves when all is stored, or nobody will store it any more. */
  async empty(): Promise<void> {
    await this.#working;
  }

  /** What waits is let go. */
  discard(): void {
    this.#waiting.length = 0;
    this.#bytes = 0;
  }

  #isRefused(error: Error): boolean {
    if (!(error instanceof JetStreamApiError)) {
      this.#refusedSince = null;
      return false;
    }
    const now = this.#clock.now();
    this.#refusedSince ??= now;
    if (now - this.#refusedSince < REFUSED) return false;
    this.failure = `NATS does not store what it measures: ${error.message}`;
    this.discard();
    return true;
  }

  async #deliver(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined && !this.#isClosed(); first = this.#waiting[0]) {
      try {
        await this.#stream.publish(this.#subject, first.data, {
          msgID: `${this.#id}/${first.number}`,
          timeout: PATIENCE,
        });
        this.#refusedSince = null;
      } catch (error) {
        // Not stored for all we know: the same message again, until it is.
        if (this.#isRefused(error as Error)) return;
        await new Promise<void>((resolve) => {
          this.#clock.after(PAUSE, resolve);
        });
        continue;
      }
      if (this.#waiting[0] === first) {
        this.#waiting.shift();
        this.#bytes -= first.data.length;
      }
    }
  }
}

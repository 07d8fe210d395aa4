/**
 * One request under way, as it goes between load model, driver and recorder. It is reused, never made anew per request.
 */
import type { OutcomeCode } from './sample.ts';
import type { Micros } from './units.ts';

/** What came of a response that was read as a stream. Instants as in `Exchange`. */
export interface StreamedTimes {
  /** Events (or lines, or reads) with a piece of the response. */
  readonly pieces: number;
  /** When the first and the last of them came; 0: none has. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  readonly longestGap: Micros;
  /** Tokens of response and prompt by the server's count; -1: it did not say. */
  readonly outputTokens: number;
  readonly inputTokens: number;
  /** They are not the server's count, but a tokenizer's. Absent: no. */
  readonly countedOutput?: boolean;
  readonly countedInput?: boolean;
  /** What it said, where a tokenizer is to count it; null: it was too long to be kept. Absent: nobody asks. */
  readonly text?: string | null;
  /** How generation ended: an index into `FINISHES` of `core/streamed`. */
  readonly finish: number;
}

/**
 * One request on its way. Mutable and reused: a million requests must not be a million objects. It belongs to the load
 * model until `Driver.send`, to the driver until `Driver.onDone` is called with it, then to the load model again.
 *
 * All instants are of the clock of `core/ports`, in microseconds; 0 means "has not happened".
 */
export interface Exchange {
  /** Which entry of `plan.requests`. */
  request: number;
  /**
   * Its number among the requests of all segments, from 0; of flows with several steps, that of its pass, which its steps
   * share. The row of data it uses follows from it.
   */
  index: number;
  /** What responses of its pass gave, by `capturedNames`; null: nothing is captured. */
  captured: string[] | null;
  /** What functions of the scenario made of it, by their numbers; null: none did. */
  made: string[] | null;
  /** Which flow of the plan it belongs to, and which of that flow's requests it is; written by the load model. */
  flow: number;
  step: number;
  /** The virtual user it belongs to (closed model), or -1. A virtual user keeps its own connection. */
  readonly user: number;
  /** When the request should have left; in the closed model when its user was ready to send it. */
  dueAt: Micros;
  /** When its bytes were handed to the kernel (after the connect, where it needed one). */
  sentAt: Micros;
  firstByteAt: Micros;
  doneAt: Micros;
  /** Time it waited for its own new connection, or -1 where it used an open one. */
  connectTook: Micros;
  /** The TLS handshake's part of `connectTook`, or -1 where there was none. */
  tlsTook: Micros;
  /** Time it waited for one of a limited number of connections; -1 where their number is not limited. */
  waitTook: Micros;
  outcome: OutcomeCode;
  /** HTTP status, or 0 where there was none. */
  status: number;
  bytesIn: number;
  /** The part of `bytesIn` that is body: without heads and chunk framing, compressed as it came. */
  bodyBytesIn: number;
  /** The rest of its body was given up, since that is longer than it may be. */
  tooLong: boolean;
  bytesOut: number;
  /** Why it failed, in a few words that are equal for equal causes; empty for ok. */
  message: string;
  /** What was expected and what came, where the response is wrong. */
  example: string;
  /** The body of a failed response that is kept as an example, as it may be shown. */
  body: string;
  /** What is known of a streamed response, valid until its owner has the exchange back; null: it was not streamed. */
  stream: StreamedTimes | null;
  /** The body of the request as it was sent, where a tokenizer is to count it; null: nobody asks. */
  sent: Buffer | null;
  /** Its user leaves if its response is not whole in time; written by `load/impatient-driver`. */
  impatient: boolean;
  /** Which stretch of the run it was due in (see `record/`): 0 = warm-up, 1 = measured; written by the load model. */
  epoch: number;
  /** For the driver's own bookkeeping; nobody else looks. */
  link: unknown;
  /** For the load model's: where it is in a flow; null: that is a single request. */
  walk: object | null;
}

export function createExchange(user: number): Exchange {
  const zero = 0 as Micros;
  return {
    request: 0,
    index: 0,
    captured: null,
    made: null,
    flow: 0,
    step: 0,
    user,
    dueAt: zero,
    sentAt: zero,
    firstByteAt: zero,
    doneAt: zero,
    connectTook: -1 as Micros,
    tlsTook: -1 as Micros,
    waitTook: -1 as Micros,
    outcome: 0,
    status: 0,
    bytesIn: 0,
    bodyBytesIn: 0,
    tooLong: false,
    bytesOut: 0,
    message: '',
    example: '',
    body: '',
    stream: null,
    sent: null,
    impatient: false,
    epoch: 1,
    link: null,
    walk: null,
  };
}

/** Forgets what became of the last send, before the next: every driver begins with it. */
export function clearExchange(exchange: Exchange): void {
  exchange.firstByteAt = 0 as Micros;
  exchange.doneAt = 0 as Micros;
  exchange.sentAt = 0 as Micros;
  exchange.connectTook = -1 as Micros;
  exchange.tlsTook = -1 as Micros;
  exchange.outcome = 0;
  exchange.status = 0;
  exchange.bytesIn = 0;
  exchange.bodyBytesIn = 0;
  exchange.tooLong = false;
  exchange.bytesOut = 0;
  exchange.message = '';
  exchange.waitTook = -1 as Micros;
  exchange.example = '';
  exchange.body = '';
  exchange.stream = null;
  exchange.sent = null;
}

/** Follows a streamed body: when its pieces came, what they hold, and whether it came to its end. */
import type { StreamedTimes } from '../../core/exchange.ts';
import type { StreamFormat } from '../../core/plan.ts';
import type { Micros } from '../../core/units.ts';
import { END, EventContent } from './event-content.ts';
import { EVENT_TOO_LONG, type EventSink, EventSplitter, type Splitter } from './event-splitter.ts';
import { LineSplitter } from './line-splitter.ts';
import { StreamDecoder } from './stream-decoder.ts';
import { StreamText } from './stream-text.ts';

/** How much of an error event is kept, bytes. */
const ERROR_EXCERPT = 300;

/** Which of its kinds the end of a stream has: it came to it, was cut short, had an error event, or is compressed as nobody knows. */
export type StreamEnd = 'whole' | 'cut' | 'error' | 'compressed';

/** Below all of END: nothing has come that could tell. */
const NO_EVENT = -1;

/** Of a body that nobody can decode no event is seen: it is let pass. */
const DEAF: Splitter = { begin: () => {}, feed: () => true, end: () => {} };

/** Follows one streamed body after the other, on one connection: when its pieces came, and whether it came to its end. */
export class StreamReader implements EventSink, StreamedTimes {
  /** Pieces with content that came in the read under way; the driver empties it (see `came`). */
  fresh = 0;
  pieces = 0;
  firstAt = 0 as Micros;
  lastAt = 0 as Micros;
  longestGap = 0 as Micros;
  outputTokens = -1;
  inputTokens = -1;
  finish = 0;
  /** Why nothing more of it is read, where an event is longer than it may be or the body cannot be decoded; empty: it is. */
  broken = '';
  /** How its body is compressed; empty: it is not. */
  coding = '';
  /** The beginning of the error event's data; empty: there was none. */
  error = '';
  #format: StreamFormat = 'sse';
  #splitter: Splitter | null = null;
  #events: EventSplitter | null = null;
  #lines: LineSplitter | null = null;
  /** Of the stream under way; null: it is not compressed, or is read as it comes. */
  #decoder: StreamDecoder | null = null;
  /** Kept for the next. */
  #kept: StreamDecoder | null = null;
  readonly #content = new EventContent();
  /** What it says, for a tokenizer; null: nobody wants it. */
  readonly #texts: StreamText | null;
  #done = false;
  /** It is compressed, and its body ended before that did. */
  #torn = false;
  /** Of END: how the protocol of this stream ends; or NO_EVENT. */
  #ends: number = NO_EVENT;

  /** @param keepsText whether what streams say is gathered. */
  constructor(keepsText = false) {
    this.#texts = keepsText ? new StreamText() : null;
    this.#content.texts = this.#texts;
  }

  /** @param coding how the body is compressed, in lower case. */
  begin(format: StreamFormat, coding = ''): void {
    this.#texts?.begin();
    this.fresh = 0;
    this.pieces = 0;
    this.firstAt = 0 as Micros;
    this.lastAt = 0 as Micros;
    this.longestGap = 0 as Micros;
    this.outputTokens = -1;
    this.inputTokens = -1;
    this.finish = 0;
    this.broken = '';
    this.coding = coding;
    this.error = '';
    this.#done = false;
    this.#torn = false;
    this.#ends = format === 'chunks' ? END.body : NO_EVENT;
    this.#format = format;
    // Where reads are pieces nobody looks into them, but for who counts what they say.
    const isRead = format !== 'chunks' || this.#texts !== null;
    this.#decoder = coding !== '' && isRead ? this.#decoderOf(coding) : null;
    if (format === 'sse') this.#splitter = this.#events ??= new EventSplitter(this);
    else if (format === 'ndjson') this.#splitter = this.#lines ??= new LineSplitter(this);
    else this.#splitter = null;
    if (coding !== '' && this.#decoder === null) {
      if (this.#splitter !== null) this.#splitter = DEAF;
      this.#texts?.giveUp();
    }
    this.#splitter?.begin();
  }

  /** A piece of the body. @returns false: nothing more of it is read, and `broken` says why. */
  feed(bytes: Buffer, start: number, end: number): boolean {
    // Text without a format has no events: what comes in one read is a piece.
    if (this.#splitter === null) {
      if (end > start) this.fresh = 1;
      if (this.#texts !== null) {
        if (this.#decoder === null) this.#texts.addBytes(bytes, start, end);
        else if (this.#decoder.feed(bytes, start, end) !== '') this.#texts.giveUp();
        this.#texts.settle(true);
      }
      return true;
    }
    if (this.broken !== '') return false;
    if (this.#decoder === null) {
      if (!this.#splitter.feed(bytes, start, end)) this.broken = EVENT_TOO_LONG;
    } else {
      const problem = this.#decoder.feed(bytes, start, end);
      if (problem !== '') this.broken = problem;
    }
    return this.broken === '';
  }

  /** Null: nobody knows that coding. */
  #decoderOf(coding: string): StreamDecoder | null {
    if (this.#kept?.coding !== coding) this.#kept = StreamDecoder.of(coding, this.#split);
    this.#kept?.begin();
    return this.#kept;
  }

  /** What a read of a compressed body holds. */
  readonly #split = (bytes: Buffer): void => {
    if (this.#splitter === null) this.#texts?.addBytes(bytes, 0, bytes.length);
    else if (this.broken === '' && !this.#splitter.feed(bytes, 0, bytes.length)) this.broken = EVENT_TOO_LONG;
  };

  /** What it said, where a tokenizer is to count it. Null: nobody asks, or it was too long to be kept, or could not be read. */
  get text(): string | null {
    return this.#texts?.text ?? null;
  }

  /** The body has ended. */
  end(): void {
    // Where the stream has told its end itself, that decides.
    if (this.#splitter !== null && !this.#done) this.#torn = this.#decoder?.end() === false;
    this.#splitter?.end();
    // Nobody counted: some servers send zeros in the place of a count.
    if (this.outputTokens === 0 && this.pieces + this.fresh > 0) this.outputTokens = -1;
  }

  event(bytes: Buffer, start: number, end: number): void {
    const content = this.#content;
    content.read(bytes, start, end);
    if (content.content) this.fresh++;
    if (content.done) this.#done = true;
    if (content.output >= 0) this.outputTokens = content.output;
    if (content.input >= 0) this.inputTokens = content.input;
    if (content.finish > 0) this.finish = content.finish;
    if (content.ends > this.#ends) this.#ends = content.ends;
    const named = this.#format === 'sse' && this.#events?.named === true && this.#events.name === 'error';
    if ((content.error || named) && this.error === '') {
      if (named && content.content) this.fresh--;
      this.error = bytes.toString('utf8', start, Math.min(end, start + ERROR_EXCERPT)) || 'error';
    }
  }

  /** Pieces came at `now`. @returns the gap to those before, or -1 where they are the first. */
  came(now: Micros): number {
    const { fresh } = this;
    this.fresh = 0;
    const first = this.pieces === 0;
    this.pieces += fresh;
    if (first) {
      this.firstAt = now;
      this.lastAt = now;
      return -1;
    }
    const gap = (now - this.lastAt) as Micros;
    this.lastAt = now;
    if (gap > this.longestGap) this.longestGap = gap;
    return gap;
  }

  /** How it ended, once its body has. */
  get ending(): StreamEnd {
    if (this.error !== '') return 'error';
    if (this.#splitter === DEAF) return 'compressed';
    if (this.#done) return 'whole';
    return this.#ends === END.body && !this.#torn ? 'whole' : 'cut';
  }

  /** What a stream that was cut short lacks. */
  get missing(): string {
    if (this.#torn && this.#ends <= END.body)
      return `the stream ended in the middle of what is compressed (${this.coding})`;
    if (this.#ends === NO_EVENT) return 'the stream ended without an event';
    if (this.#ends === END.marker) return 'the stream ended without [DONE]';
    return `the stream ended without its last event${this.#ends === END.flag ? ' ("done": true)' : ''}`;
  }
}

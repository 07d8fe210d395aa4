/**
 * An incremental HTTP/1.x response parser that keeps nothing it does not need: the framing is what decides when a response
 * is complete. It is as strict as llhttp, since a client that forgives hides a broken target; `parser.fuzz.test.ts`
 * compares the two, and `llhttp-differences.fixture.ts` lists where they differ on purpose. Bodies are counted, not kept.
 * Grammar: RFC 9112.
 */

import type { Plan } from '../../core/plan.ts';
import { ResponseBuffer } from '../response-buffer.ts';
import { isSuccess } from '../status.ts';
import { StreamReader } from '../stream/stream-reader.ts';
import { Chunks, STEP } from './chunks.ts';
import { Head } from './head.ts';
import { findHeadEnd, HEAD_LIMIT, HEAD_TOO_LONG, HeadPieces } from './head-pieces.ts';
import { KnownHead } from './known-head.ts';

/** What `feed` and `end` say. */
export const PROGRESS = { more: 0, done: 1, broken: 2 } as const;
export type Progress = (typeof PROGRESS)[keyof typeof PROGRESS];

const HEAD = 0;
const BODY = 1;
const UNTIL_CLOSE = 2;
const CHUNK_FRAMING = 3;
const CHUNK_DATA = 4;
const CLOSED = 5;
const COMPLETE = 6;

/** Of all connections of the thread. */
const KNOWN = new KnownHead();

export class ResponseParser {
  /** Valid once `feed` has seen the end of the head of a final (not 1xx) response. */
  status = 0;
  /** May the connection be used again after this response? */
  reusable = false;
  /** What to ask instead (see `Head`); empty: it does not say. Valid with a `status` of 300 to 399, and 405. */
  pointer = '';
  /** The target's `Keep-Alive: timeout=n` in seconds, or -1. */
  keepAliveTimeout = -1;
  /** Bytes of body seen, without chunk framing. */
  bodyBytes = 0;
  /** A longer body is broken off, bytes. */
  bodyLimit = Number.POSITIVE_INFINITY;
  /** That is what broke it. */
  excessive = false;
  /** Where in the last fed buffer the response ended; bytes behind it are not part of it. */
  consumed = 0;
  /** Keeps head and body, where somebody wants to look at them. */
  response: ResponseBuffer | null = null;
  /** Whether a response that is no success is to be kept too, where others are not. */
  wanted: { wants(status: number): boolean } | null = null;
  /** How bodies of successes are split: see `Plan.stream`. */
  streams: Plan['stream'] = undefined;
  /** What streams say is gathered, for a tokenizer. */
  keepsText = false;
  /** Follows the body, while `streaming`: it is a stream. */
  stream: StreamReader | null = null;
  streaming = false;
  /** What is wrong, after `broken`. */
  error = '';

  #state = HEAD;
  #bodiless = false;
  #remaining = 0;
  /** Null until a body comes in chunks. */
  #chunks: Chunks | null = null;
  /** Holds `answer` for one response only. */
  #failed: ResponseBuffer | null = null;
  /** A head that came in pieces; null while it comes whole. */
  #pieces: HeadPieces | null = null;

  /** @param bodiless the request was a HEAD: its response has no body whatever its headers say. */
  reset(bodiless: boolean): void {
    this.#state = HEAD;
    this.#bodiless = bodiless;
    this.#pieces = null;
    this.bodyBytes = 0;
    this.status = 0;
    this.reusable = false;
    this.keepAliveTimeout = -1;
    this.error = '';
    this.excessive = false;
    if (this.response === this.#failed) this.response = null;
    else this.response?.reset();
    this.streaming = false;
  }

  /** Reads bytes `start` (included) to `end` (not). After `done` or `broken`, call `reset` before the next response. */
  feed(bytes: Buffer, start: number, end: number): Progress {
    let at = start;
    while (at < end || this.#state === COMPLETE) {
      switch (this.#state) {
        case HEAD: {
          at = this.#head(bytes, at, end);
          if (at < 0) return PROGRESS.broken;
          break;
        }
        case BODY: {
          const take = Math.min(this.#remaining, end - at);
          this.#remaining -= take;
          this.bodyBytes += take;
          this.response?.body(bytes, at, at + take);
          if (this.streaming && this.#follow(bytes, at, at + take) < 0) return PROGRESS.broken;
          at += take;
          if (this.#remaining === 0) this.#state = COMPLETE;
          break;
        }
        case UNTIL_CLOSE:
          this.bodyBytes += end - at;
          if (this.bodyBytes > this.bodyLimit && this.#excess() < 0) return PROGRESS.broken;
          this.response?.body(bytes, at, end);
          if (this.streaming && this.#follow(bytes, at, end) < 0) return PROGRESS.broken;
          at = end;
          break;
        case CHUNK_DATA: {
          const take = Math.min(this.#remaining, end - at);
          this.#remaining -= take;
          this.bodyBytes += take;
          this.response?.body(bytes, at, at + take);
          if (this.streaming && this.#follow(bytes, at, at + take) < 0) return PROGRESS.broken;
          at += take;
          if (this.#remaining === 0) {
            this.#chunks?.past();
            this.#state = CHUNK_FRAMING;
          }
          break;
        }
        case CHUNK_FRAMING:
          if (!this.#framing(bytes[at] as number)) return PROGRESS.broken;
          at++;
          break;
        case COMPLETE:
          this.consumed = at;
          return PROGRESS.done;
        default:
          this.#fail('bytes behind an interim response that closes the connection');
          return PROGRESS.broken;
      }
    }
    this.consumed = at;
    return PROGRESS.more;
  }

  /** A piece of a streamed body. */
  #follow(bytes: Buffer, start: number, end: number): number {
    const stream = this.stream as StreamReader;
    return stream.feed(bytes, start, end) ? end : this.#fail(stream.broken);
  }

  /** A body begins that is to be split. */
  #stream(head: Head): void {
    const { streams = head.format } = this;
    if (streams === null || streams === 'off' || !isSuccess(head.status)) return;
    if (this.#bodiless || head.status === 204) return;
    this.stream ??= new StreamReader(this.keepsText);
    this.stream.begin(streams, head.coding);
    this.streaming = true;
  }

  /** The target closed its side. `done` where that is how the body ends; `more` where the response is cut off. */
  end(): Progress {
    return this.#state === UNTIL_CLOSE ? PROGRESS.done : PROGRESS.more;
  }

  /** Has any byte of the response arrived? */
  get begun(): boolean {
    return this.#state !== HEAD || this.#pieces !== null;
  }

  #fail(error: string): -1 {
    this.error = error;
    return -1;
  }

  /** Finds the end of the head, parses it when whole. Returns the position behind what it read, or -1 when broken. */
  #head(bytes: Buffer, start: number, end: number): number {
    if (this.#pieces === null) {
      const known = KNOWN.match(bytes, start, end);
      if (known !== null) return this.#frame(known, bytes, start, start + KNOWN.length);
      const close = findHeadEnd(bytes, start, end);
      if (close > 0) {
        if (close - start > HEAD_LIMIT) return this.#fail(HEAD_TOO_LONG);
        const head = new Head(bytes, start, close);
        if (head.error === '') KNOWN.learn(head, bytes, start, close);
        return this.#frame(head, bytes, start, close);
      }
    }
    this.#pieces ??= new HeadPieces(end - start);
    const pieces = this.#pieces;
    const before = pieces.length;
    const close = pieces.add(bytes, start, end);
    if (close < 0) return this.#fail(pieces.error);
    if (close === 0) return end;
    if (this.#frame(new Head(pieces.bytes, 0, close), pieces.bytes, 0, close) < 0) return -1;
    return start + (close - before);
  }

  #excess(): -1 {
    this.excessive = true;
    return this.#fail('the body is longer than it may be');
  }

  /** A whole head has been read: decides how the body is delimited (RFC 9112, 6.3). */
  #frame(head: Head, bytes: Buffer, start: number, end: number): number {
    this.#pieces = null;
    if (head.error !== '') return this.#fail(head.error);
    this.status = head.status;
    if ((head.status >= 300 && head.status < 400) || head.status === 405) this.pointer = head.pointer;
    this.keepAliveTimeout = head.keepAliveTimeout;
    if (head.status >= 300 && this.response === null && this.wanted?.wants(head.status) === true) {
      this.#failed ??= new ResponseBuffer();
      this.#failed.reset();
      this.response = this.#failed;
    }
    this.response?.head(bytes, start, end);
    if (head.encoded && head.length >= 0) return this.#fail('both Content-Length and Transfer-Encoding');
    if (head.status < 200) {
      if (head.status === 101) return this.#fail('the target switched protocols, which nobody asked for');
      if (head.close || (head.minor === 0 && !head.persist)) this.#state = CLOSED;
      return end;
    }
    if (head.format !== null || this.streams !== undefined) this.#stream(head);
    this.reusable = !head.close && (head.minor === 1 || head.persist);
    if (this.#bodiless || head.status === 204 || head.status === 304) this.#state = COMPLETE;
    else if (head.chunked) {
      this.#chunks ??= new Chunks(HEAD_LIMIT);
      this.#chunks.begin();
      this.#state = CHUNK_FRAMING;
    } else if (!head.encoded && head.length >= 0) {
      if (head.length > this.bodyLimit) return this.#excess();
      this.#remaining = head.length;
      this.#state = head.length === 0 ? COMPLETE : BODY;
    } else {
      this.#state = UNTIL_CLOSE;
      this.reusable = false;
    }
    return end;
  }

  /** One byte between chunks, or behind them. Returns false when broken. */
  #framing(byte: number): boolean {
    const chunks = this.#chunks as Chunks;
    switch (chunks.feed(byte)) {
      case STEP.framing:
        return true;
      case STEP.body:
        if (this.bodyBytes + chunks.size > this.bodyLimit) return this.#excess() > 0;
        this.#remaining = chunks.size;
        this.#state = CHUNK_DATA;
        return true;
      case STEP.last:
        this.#state = COMPLETE;
        return true;
      default:
        return this.#fail(chunks.error) > 0;
    }
  }
}

/** A pass through a flow: where it is, what it waits for, and what its groups came to. */
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Distribution } from '../core/plan.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import type { Choice, Course, Move } from './course.ts';
import type { Flows } from './flows.ts';

/** What a group of requests, or a whole pass through a flow, came to. */
export interface Span {
  /** Which of what is measured: see `Flows.seriesCount`. */
  measured: number;
  /** Of its first request; -1: nothing was sent in it yet. */
  epoch: number;
  /** Sums over its requests, µs: pauses between them are none of the target's. */
  response: number;
  service: number;
  bytesIn: number;
  bodyBytesIn: number;
  /** The pass failed by a response whose body was given up as too long. */
  tooLong: boolean;
  bytesOut: number;
  /** Of its first request that failed; 0: none did. */
  outcome: OutcomeCode;
  /** It ended before its last step: its user went, or the load ended. */
  cut: boolean;
  /** The generator stood still in it. */
  leftOut: boolean;
}

/** Who is told of spans. */
export interface SpanSink {
  begun(span: Span): void;
  ended(span: Span): void;
}

/** An exchange that goes through flows; null where these are single requests. */
export interface Walker extends Exchange {
  readonly walk: Walk | null;
}

export function createWalker(user: number, flows: Flows, spans: SpanSink): Walker {
  const exchange = createExchange(user);
  exchange.walk = flows.plain ? null : new Walk(flows, user, spans);
  return exchange as Walker;
}

/**
 * One pass after the other through flows: where it is, what it waits for, and what its groups came to. What comes next depends
 * on plan, seed, the pass's number and what responses gave.
 */
export class Walk {
  /** Nothing is under way: the next pass may begin. */
  over = true;
  /** Requests of the pass that were sent. */
  sent = 0;
  /** Whether the pass may send more: for the load model's account. */
  counted = false;
  /** What to wait for before the next request. */
  pauses: Distribution[] = [];
  readonly #flows: Flows;
  readonly #user: number;
  readonly #spans: SpanSink;
  #course: Course = { moves: [], counters: 0, after: [] };
  #at = 0;
  /** Of the user's pass, or of the arrival. */
  #number = 0;
  readonly #counters: number[] = [];
  /** Those open are the first `#depth`. */
  readonly #open: Span[] = [];
  #depth = 0;

  /** @param user -1: each pass is an arrival's. */
  constructor(flows: Flows, user: number, spans: SpanSink) {
    this.#flows = flows;
    this.#user = user;
    this.#spans = spans;
  }

  /** @param number of the user's pass, or of the arrival. */
  begin(flow: number, number: number): void {
    this.#course = this.#flows.courseOf(flow);
    this.#number = number;
    this.#at = 0;
    this.#depth = 0;
    this.sent = 0;
    this.over = false;
    this.pauses.length = 0;
    this.#advance(null);
  }

  /** The request that comes next. */
  get request(): number {
    return (this.#course.moves[this.#at] as Extract<Move, { kind: 'send' }>).request;
  }

  /** Whether nothing comes behind that request, whatever its response. */
  get last(): boolean {
    return (this.#course.moves[this.#at] as Extract<Move, { kind: 'send' }>).last;
  }

  /** The request is sent; with the first of a group that begins. */
  send(epoch: number): void {
    this.sent += 1;
    for (let at = 0; at < this.#depth; at++) {
      const span = this.#open[at] as Span;
      if (span.epoch >= 0) continue;
      span.epoch = epoch;
      this.#spans.begun(span);
    }
  }

  /** The request has ended: what comes next is found, or the pass is over. */
  done(exchange: Exchange, leftOut: boolean): void {
    const { outcome } = exchange;
    for (let at = 0; at < this.#depth; at++) addTo(this.#open[at] as Span, exchange, leftOut);
    const { needed } = this.#course.moves[this.#at] as Extract<Move, { kind: 'send' }>;
    this.pauses.length = 0;
    if (outcome !== OUTCOME_CODE.ok && needed) {
      this.#end(false);
      this.pauses.push(...this.#course.after);
      return;
    }
    this.#at += 1;
    this.#advance(exchange.captured);
  }

  /** Ends the pass where it is. */
  cut(): void {
    if (!this.over) this.#end(true);
  }

  #end(cut: boolean): void {
    this.over = true;
    while (this.#depth > 0) this.#close(cut);
  }

  /** Goes on to the next request. */
  #advance(captured: readonly string[] | null): void {
    const { moves } = this.#course;
    for (;;) {
      const move = moves[this.#at];
      if (move === undefined) {
        this.over = true;
        return;
      }
      switch (move.kind) {
        case 'send':
          return;
        case 'pause':
          this.pauses.push(move.time);
          break;
        case 'loop':
          this.#counters[move.counter] = 0;
          break;
        case 'again': {
          const times = (this.#counters[move.counter] as number) + 1;
          this.#counters[move.counter] = times;
          if (times === move.times) break;
          this.#at = move.to;
          continue;
        }
        case 'choose':
          this.#at = move.to[this.#chosen(move.choice)] as number;
          continue;
        case 'if':
          if (move.holds(captured?.[move.place] ?? '')) break;
          this.#at = move.to;
          continue;
        case 'jump':
          this.#at = move.to;
          continue;
        case 'open':
          this.#begin(move.measured);
          break;
        case 'close':
          this.#close(false);
      }
      this.#at += 1;
    }
  }

  /** Counted along what the choice lies within, so that each branch comes as often as it weighs, in whatever it is. */
  #chosen({ mix, within }: Choice): number {
    const user = this.#user;
    let number = this.#flows.rankOf(user, this.#number);
    for (const outer of within) {
      if (outer.kind === 'loop') number = number * outer.times + (this.#counters[outer.counter] as number);
      else number = user < 0 ? outer.mix.rankOfArrival(number) : outer.mix.rankOfUser(user, number);
    }
    return user < 0 ? mix.ofArrival(number) : mix.ofUser(user, number);
  }

  #begin(measured: number): void {
    const span = this.#open[this.#depth] ?? { ...NOTHING };
    Object.assign(span, NOTHING);
    span.measured = measured;
    this.#open[this.#depth] = span;
    this.#depth += 1;
  }

  #close(cut: boolean): void {
    this.#depth -= 1;
    const span = this.#open[this.#depth] as Span;
    if (span.epoch < 0) return;
    span.cut = cut;
    this.#spans.ended(span);
  }
}

const NOTHING: Span = {
  measured: 0,
  epoch: -1,
  response: 0,
  service: 0,
  bytesIn: 0,
  bodyBytesIn: 0,
  tooLong: false,
  bytesOut: 0,
  outcome: 0,
  cut: false,
  leftOut: false,
};

function addTo(span: Span, exchange: Exchange, leftOut: boolean): void {
  span.response += exchange.doneAt - exchange.dueAt;
  span.service += exchange.doneAt - exchange.sentAt;
  span.bytesIn += exchange.bytesIn;
  span.bodyBytesIn += exchange.bodyBytesIn;
  span.bytesOut += exchange.bytesOut;
  if (span.outcome === OUTCOME_CODE.ok) {
    span.outcome = exchange.outcome;
    span.tooLong = exchange.tooLong;
  }
  if (leftOut) span.leftOut = true;
}

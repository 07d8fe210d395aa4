import { createExchange, type Exchange } from '../core/exchange.ts';
import { durationOf, type Segment, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import { Arrivals, type OpenProfile } from './arrivals.ts';
import type { Banks } from './banks.ts';
import { LoadCounts, type LoadModel, type LoadOptions, type LoadTotals, shareOf } from './model.ts';
import type { Pulse } from './pulse.ts';

/** A timer may be a millisecond late, so precise timing wakes this long (µs) before the next due instant and turns. */
const WAKE_AHEAD = 1_500;
/** The clock is read again after so many requests within a turn. */
const BATCH = 16;
/** A turn ends after so long (µs), whatever is still overdue, so that answers are read in between. */
const LONGEST_TURN = 1_000;

export interface OpenOptions extends LoadOptions {
  /**
   * `precise` (default) turns with the event loop before each due instant: microseconds late, at the cost of a busy
   * core. `relaxed` sleeps all the way: about a millisecond late.
   */
  readonly timing?: 'precise' | 'relaxed';
}

/**
 * The open model: requests leave when they are due, whatever became of those before. If the loop was held up, the overdue
 * ones leave at once, their `dueAt` unchanged, so that the delay shows in lag and response time. Only what was due while
 * the thread stood still altogether is passed over and counted: sent at once, it would be a flood that nobody asked for.
 * One that is due while `maxInFlight` are under way is dropped and counted, never queued.
 *
 * It is finished when the curve has ended, not with the last arrival, which may be long before; but with the last
 * arrival where `maxRequests` cut the schedule short.
 *
 * Each segment gets its share of `maxInFlight`, but at least 1: with more segments than that, they may exceed it.
 */
export class OpenLoad implements LoadModel {
  finished = false;
  onFinished: () => void = () => {};
  readonly vus = 0;
  due = 0;
  sent = 0;
  dropped = 0;
  readonly counts: LoadCounts;
  readonly #arrivals: Arrivals;
  readonly #clock: Clock;
  readonly #driver: Driver;
  readonly #duration: Micros;
  readonly #banks: Banks;
  readonly #pulse: Pulse | null;
  readonly #warmupRequests: number;
  readonly #requestCount: number;
  readonly #maxInFlight: number;
  readonly #wakeAhead: number;
  readonly #free: Exchange[] = [];
  readonly #turnCallback = (): void => this.#turn();
  #startAt = 0 as Micros;
  #inFlight = 0;
  #timer: unknown = null;

  constructor(profile: OpenProfile, segment: Segment, options: OpenOptions) {
    this.counts = new LoadCounts(options.requestCount);
    this.#arrivals = new Arrivals(profile, options.seed, segment, options.maxRequests);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#duration = durationOf(profile);
    this.#banks = options.banks;
    this.#pulse = options.pulse ?? null;
    this.#warmupRequests = options.warmupRequests;
    this.#requestCount = options.requestCount;
    this.#maxInFlight = Math.max(1, shareOf(profile.maxInFlight, segment));
    this.#wakeAhead = options.timing === 'relaxed' ? 0 : WAKE_AHEAD;
  }

  start(startAt: Micros): void {
    this.#startAt = startAt;
    this.#waitFor(startAt, this.#clock.now());
  }

  stop(): void {
    if (this.finished) return;
    this.finished = true;
    this.#clock.cancel(this.#timer);
    this.onFinished();
  }

  edit(at: Micros, rest: readonly Stage<number>[]): void {
    if (this.finished) return;
    this.#arrivals.edit(at, rest);
    // Where no timer is set, a turn is about to come anyway.
    if (this.#timer === null) return;
    this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#clock.soon(this.#turnCallback);
  }

  takeCounts(): LoadTotals {
    const { due, sent, dropped } = this;
    this.due = 0;
    this.sent = 0;
    this.dropped = 0;
    return { due, sent, dropped };
  }

  done(exchange: Exchange): void {
    this.#inFlight -= 1;
    this.#free.push(exchange);
  }

  #turn(): void {
    if (this.finished) return;
    const arrivals = this.#arrivals;
    const startAt = this.#startAt;
    const turnAt = this.#clock.now();
    this.#pulse?.look(turnAt);
    const sendFrom = this.#pulse?.until ?? Number.NEGATIVE_INFINITY;
    let now: number = turnAt;
    let dueAt = startAt + arrivals.peek();
    for (let offered = 1; dueAt <= now; offered++) {
      if (dueAt < sendFrom) this.counts.skipped++;
      else this.#offer(arrivals.index, arrivals.peek());
      arrivals.take();
      dueAt = startAt + arrivals.peek();
      if (offered % BATCH === 0) {
        now = this.#clock.now();
        if (now - turnAt > LONGEST_TURN) break;
      }
    }
    if (dueAt === Number.POSITIVE_INFINITY) {
      dueAt = startAt + this.#duration;
      if (arrivals.cut || dueAt <= now) {
        this.stop();
        return;
      }
    }
    this.#waitFor(dueAt, now);
  }

  #waitFor(at: number, now: number): void {
    const delay = at - now - this.#wakeAhead;
    this.#timer = null;
    if (delay > 0) this.#timer = this.#clock.after(delay as Micros, this.#turnCallback);
    else this.#clock.soon(this.#turnCallback);
  }

  #offer(index: number, due: Micros): void {
    const dueAt = (this.#startAt + due) as Micros;
    const bank = index < this.#warmupRequests ? 0 : this.#banks.of(dueAt);
    const request = index % this.#requestCount;
    const slot = bank * this.#requestCount + request;
    const { counts } = this;
    this.due += 1;
    counts.due[slot] = (counts.due[slot] as number) + 1;
    if (this.#inFlight >= this.#maxInFlight) {
      this.dropped += 1;
      counts.dropped[slot] = (counts.dropped[slot] as number) + 1;
      return;
    }
    this.sent += 1;
    counts.sent[slot] = (counts.sent[slot] as number) + 1;
    this.#inFlight += 1;
    const exchange = this.#free.pop() ?? createExchange(-1);
    exchange.request = request;
    exchange.index = index;
    exchange.bank = bank;
    exchange.dueAt = dueAt;
    this.#driver.send(exchange);
  }
}

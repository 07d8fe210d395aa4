import { createExchange, type Exchange } from '../core/exchange.ts';
import { durationOf, type Segment, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import { Arrivals, type OpenProfile } from './arrivals.ts';
import type { Epochs } from './epochs.ts';
import type { Flows } from './flows.ts';
import { LoadCounts, type LoadModel, type LoadOptions, type LoadTotals, shareOf } from './model.ts';
import { drawAll, randomOfStep } from './pauses.ts';
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
 * What arrives is a flow: its first request is due then, each further one when the one before it has ended and its pause is
 * over. Those are never dropped, and are gone through to their end, or that of the curve, which cuts them.
 *
 * It is finished when the curve has ended, not with the last arrival, which may be long before; but with the last
 * arrival (and the last step of its flow) where `maxRequests` cut the schedule short.
 *
 * Each segment has its share of `maxInFlight`; with a share of none it drops all (see `partsOf`).
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
  readonly #epochs: Epochs;
  readonly #pulse: Pulse | null;
  readonly #warmupRequests: number;
  readonly #flows: Flows;
  readonly #seed: number;
  readonly #maxInFlight: number;
  readonly #wakeAhead: number;
  readonly #free: Exchange[] = [];
  readonly #turnCallback = (): void => this.#turn();
  /** Flows under way with requests still to be sent, and those of them that pause. */
  #unsent = 0;
  readonly #pausing = new Map<Exchange, unknown>();
  #startAt = 0 as Micros;
  #inFlight = 0;
  #timer: unknown = null;

  constructor(profile: OpenProfile, segment: Segment, options: OpenOptions) {
    this.counts = new LoadCounts(options.flows.requestCount);
    this.#arrivals = new Arrivals(profile, options.seed, segment, options.maxRequests);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#duration = durationOf(profile);
    this.#epochs = options.epochs;
    this.#pulse = options.pulse ?? null;
    this.#warmupRequests = options.warmupRequests;
    this.#flows = options.flows;
    this.#seed = options.seed;
    this.#maxInFlight = shareOf(profile.maxInFlight, segment);
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
    for (const timer of this.#pausing.values()) this.#clock.cancel(timer);
    this.#pausing.clear();
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
    const step = exchange.step + 1;
    if (this.finished || this.#flows.only !== null || step === this.#flows.lengthOf(exchange.flow)) {
      this.#free.push(exchange);
      return;
    }
    if (exchange.outcome !== OUTCOME_CODE.ok && this.#flows.endsWith(exchange.flow, exchange.step)) {
      this.#free.push(exchange);
      this.#unsent -= 1;
      if (this.#unsent === 0 && this.#arrivals.cut) this.stop();
      return;
    }
    exchange.step = step;
    this.#pause(exchange, exchange.doneAt);
  }

  /** Sends what comes next for an exchange, when its pause is over. */
  #pause(exchange: Exchange, from: Micros): void {
    const { flow, step, index } = exchange;
    const pause = drawAll(this.#flows.pausesBefore(flow, step), () => randomOfStep(this.#seed, index, step));
    if (pause === 0) {
      this.#go(exchange, from);
      return;
    }
    const goOn = (): void => {
      this.#pausing.delete(exchange);
      this.#go(exchange, this.#clock.now());
    };
    this.#pausing.set(exchange, this.#clock.after(pause, goOn));
  }

  /** A further step of a flow. */
  #go(exchange: Exchange, dueAt: Micros): void {
    const { flow, step, index } = exchange;
    if (dueAt >= this.#startAt + this.#duration) {
      // The timer of the end may be late, and arrivals of before it not offered yet: it is for that timer to stop.
      this.#free.push(exchange);
      this.#unsent -= 1;
      return;
    }
    exchange.request = this.#flows.requestAt(flow, step);
    if (step + 1 === this.#flows.lengthOf(flow)) this.#unsent -= 1;
    this.#send(exchange, dueAt, index < this.#warmupRequests ? 0 : this.#epochs.of(dueAt));
    if (this.#unsent === 0 && this.#arrivals.cut) this.stop();
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
      if ((arrivals.cut && this.#unsent === 0) || dueAt <= now) {
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
    const flows = this.#flows;
    const epoch = index < this.#warmupRequests ? 0 : this.#epochs.of(dueAt);
    const flow = flows.only === null ? flows.ofArrival(index) : 0;
    const request = flows.only ?? flows.requestAt(flow, 0);
    if (this.#inFlight >= this.#maxInFlight) {
      this.dropped += 1;
      const slot = this.#countDue(epoch, request);
      this.counts.dropped[slot] = (this.counts.dropped[slot] as number) + 1;
      return;
    }
    const exchange = this.#free.pop() ?? createExchange(-1);
    exchange.request = request;
    exchange.index = index;
    exchange.flow = flow;
    exchange.step = 0;
    if (flows.only === null && flows.lengthOf(flow) > 1) this.#unsent += 1;
    this.#send(exchange, dueAt, epoch);
  }

  #send(exchange: Exchange, dueAt: Micros, epoch: number): void {
    const slot = this.#countDue(epoch, exchange.request);
    const { sent } = this.counts;
    this.sent += 1;
    sent[slot] = (sent[slot] as number) + 1;
    this.#inFlight += 1;
    exchange.epoch = epoch;
    exchange.dueAt = dueAt;
    this.#driver.send(exchange);
  }

  #countDue(epoch: number, request: number): number {
    const slot = epoch * this.#flows.requestCount + request;
    const { due } = this.counts;
    this.due += 1;
    due[slot] = (due[slot] as number) + 1;
    return slot;
  }
}

/** The open model: requests leave when they are due, whatever became of those before. */
import type { Exchange } from '../core/exchange.ts';
import { durationOf, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { type Segment, shareOf } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import { Arrivals, type OpenProfile, type Schedule } from './arrivals.ts';
import type { Epochs } from './epochs.ts';
import type { Flows } from './flows.ts';
import { ALONE, LoadCounts, type LoadModel, type LoadOptions, type LoadTotals, spansOf } from './model.ts';
import { drawAll, randomOfStep } from './pauses.ts';
import type { Pulse } from './pulse.ts';
import { createWalker, type SpanSink, type Walk, type Walker } from './walk.ts';

/** A timer may be a millisecond late, so precise timing wakes this long (µs) before the next due instant and turns. */
const WAKE_AHEAD = 1_500;
/** The clock is read again after so many requests within a turn. */
const BATCH = 16;
/** A turn ends after so long (µs), whatever is still overdue, so that responses are read in between. */
const LONGEST_TURN = 1_000;

export interface OpenOptions extends LoadOptions {
  /**
   * `precise` (default) turns with the event loop before each due instant: microseconds late, at the cost of a busy
   * core. `relaxed` sleeps all the way: about a millisecond late.
   */
  readonly timing?: 'precise' | 'relaxed';
  /** When arrivals are due, instead of what the profile says. */
  readonly schedule?: Schedule | undefined;
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
  readonly #arrivals: Schedule;
  readonly #clock: Clock;
  readonly #driver: Driver;
  readonly #duration: Micros;
  readonly #epochs: Epochs;
  readonly #pulse: Pulse | null;
  readonly #warmupRequests: number;
  readonly #flows: Flows;
  readonly #spans: SpanSink;
  readonly #seed: number;
  readonly #maxInFlight: number;
  readonly #wakeAhead: number;
  /** Numbers of arrivals among those of all loads. */
  readonly #loads: number;
  readonly #place: number;
  readonly #free: Walker[] = [];
  readonly #turnCallback = (): void => this.#turn();
  /** Flows under way that may send more, and those of them that pause. */
  #unsent = 0;
  readonly #pausing = new Map<Walker, unknown>();
  #startAt = 0 as Micros;
  #inFlight = 0;
  #timer: unknown = null;

  constructor(profile: OpenProfile, segment: Segment, options: OpenOptions) {
    this.counts = options.among?.counts ?? new LoadCounts(options.flows.seriesCount);
    const { loads, place } = options.among ?? ALONE;
    this.#loads = loads;
    this.#place = place;
    this.#arrivals = options.schedule ?? new Arrivals(profile, options.seed, segment, options.maxRequests);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#duration = durationOf(profile);
    this.#epochs = options.epochs;
    this.#pulse = options.pulse ?? null;
    this.#warmupRequests = options.warmupRequests;
    this.#flows = options.flows;
    this.#spans = spansOf(this, options);
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
    for (const [{ walk }, timer] of this.#pausing) {
      this.#clock.cancel(timer);
      walk?.cut();
    }
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

  done(exchange: Exchange, leftOut = false): void {
    this.#inFlight -= 1;
    const walker = exchange as Walker;
    const { walk } = walker;
    if (walk === null) {
      this.#free.push(walker);
      return;
    }
    walk.done(walker, leftOut);
    if (this.finished) walk.cut();
    this.#account(walk, !walk.over);
    if (!walk.over) {
      this.#pause(walker, walk, exchange.doneAt);
      return;
    }
    this.#free.push(walker);
    if (this.#unsent === 0 && this.#arrivals.cut) this.stop();
  }

  /** Sends what comes next for an exchange, when its pause is over. */
  #pause(walker: Walker, walk: Walk, from: Micros): void {
    const pause = drawAll(walk.pauses, () => randomOfStep(this.#seed, walker.index, walk.sent));
    if (pause === 0) {
      this.#go(walker, walk, from);
      return;
    }
    const goOn = (): void => {
      this.#pausing.delete(walker);
      this.#go(walker, walk, this.#clock.now());
    };
    this.#pausing.set(walker, this.#clock.after(pause, goOn));
  }

  /** A further request of a flow. */
  #go(walker: Walker, walk: Walk, dueAt: Micros): void {
    if (dueAt >= this.#startAt + this.#duration) {
      // The timer of the end may be late, and arrivals of before it not offered yet: it is for that timer to stop.
      walk.cut();
      this.#account(walk, false);
      this.#free.push(walker);
      return;
    }
    walker.request = walk.request;
    this.#send(walker, dueAt, walker.index < this.#warmupRequests ? 0 : this.#epochs.of(dueAt));
    if (this.#unsent === 0 && this.#arrivals.cut) this.stop();
  }

  /** @param sends whether a flow under way may send more. */
  #account(walk: Walk, sends: boolean): void {
    if (walk.counted === sends) return;
    walk.counted = sends;
    this.#unsent += sends ? 1 : -1;
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
    const walker = this.#free.pop() ?? createWalker(-1, flows, this.#spans);
    const { walk } = walker;
    walker.index = index * this.#loads + this.#place;
    walker.flow = flow;
    walk?.begin(flow, index);
    walker.request = flows.only ?? (walk === null ? flows.requestOf(flow) : walk.request);
    if (this.#inFlight < this.#maxInFlight) {
      this.#send(walker, dueAt, epoch);
      return;
    }
    this.dropped += 1;
    this.due += 1;
    this.#countDropped(epoch * flows.seriesCount + walker.request);
    if (walk !== null) this.#countDropped(epoch * flows.seriesCount + flows.requestCount + flow);
    this.#free.push(walker);
  }

  #send(walker: Walker, dueAt: Micros, epoch: number): void {
    const slot = epoch * this.#flows.seriesCount + walker.request;
    const { due, sent } = this.counts;
    const { walk } = walker;
    this.due += 1;
    this.sent += 1;
    due[slot] = (due[slot] as number) + 1;
    sent[slot] = (sent[slot] as number) + 1;
    this.#inFlight += 1;
    walker.epoch = epoch;
    walker.dueAt = dueAt;
    if (walk !== null) {
      walker.step = walk.sent;
      walk.send(epoch);
      this.#account(walk, !walk.last);
    }
    this.#driver.send(walker);
  }

  #countDropped(slot: number): void {
    const { due, dropped } = this.counts;
    due[slot] = (due[slot] as number) + 1;
    dropped[slot] = (dropped[slot] as number) + 1;
  }
}

/** The closed model: virtual users, each of which sends its next request after its last response. */
import type { Exchange } from '../core/exchange.ts';
import { type Distribution, durationOf, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import { numberAt, placeIn, type Segment, segmentBelow } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import { type Piece, piecesOf, replacedFrom } from './curve.ts';
import type { Epochs } from './epochs.ts';
import type { Flows } from './flows.ts';
import { ALONE, LoadCounts, type LoadModel, type LoadOptions, type LoadTotals, spansOf } from './model.ts';
import { draw, drawAll, randomOfUser } from './pauses.ts';
import type { Random } from './random.ts';
import { type ClosedProfile, peakUsers, UserChanges } from './users.ts';
import { createWalker, type SpanSink, type Walk, type Walker } from './walk.ts';

/** µs. A dead target refuses within microseconds: without a pause its users would turn the loop into a busy spin. */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 1_000_000;
/** Requests of segments that have users only since an edit are numbered from here on, where no others are. */
const LATECOMERS = 2 ** 31;

interface VirtualUser {
  readonly id: number;
  /** Its only one, sent again and again. */
  readonly exchange: Walker;
  /** Made when it first draws a pause. */
  random: Random | null;
  /** How many passes it has begun. */
  passes: number;
  /** Made once, for every pause of this user. */
  readonly wake: () => void;
  wanted: boolean;
  underWay: boolean;
  timer: unknown;
  /** With pacing: when its pass began, and when its next one is to; 0: at once. */
  begunAt: number;
  nextAt: number;
  /** The pause after the last failure to connect, µs; 0 after an attempt that connected. */
  backoff: number;
}

/**
 * The closed model: each virtual user goes through flows, one after the other, and sends its next request when its last one
 * has ended and it has paused; between two passes it also thinks. A user that the curve no longer asks for finishes its
 * request first, and its pass is cut; one that comes back meanwhile just goes on.
 *
 * Without think time a user that cannot connect pauses 10 ms, then 20 ms and so on up to 1 s, until it connects again.
 *
 * `maxRequests` is split among the segments that have a user at all, as those users are. It counts passes; those
 * begun are gone through to their end.
 */
export class ClosedLoad implements LoadModel {
  finished = false;
  onFinished: () => void = () => {};
  vus = 0;
  due = 0;
  sent = 0;
  readonly dropped = 0;
  readonly counts: LoadCounts;
  #pieces: readonly Piece[];
  #changes: UserChanges;
  readonly #clock: Clock;
  readonly #driver: Driver;
  readonly #segment: Segment;
  readonly #thinkTime: Distribution | null;
  /** µs; 0: none. */
  readonly #pacing: number;
  /** Nobody ever pauses. */
  readonly #pauseless: boolean;
  readonly #seed: number;
  readonly #duration: Micros;
  readonly #epochs: Epochs;
  readonly #warmupRequests: number;
  readonly #flows: Flows;
  readonly #spans: SpanSink;
  /** The next pass's number among those of all segments; which are this segment's, from where on, and how many it has begun. */
  #index: number;
  readonly #passes: Segment;
  readonly #from: number;
  #begun = 0;
  readonly #limit: number;
  /** Numbers of passes and users among those of all loads. */
  readonly #loads: number;
  readonly #place: number;
  readonly #firstUser: number;
  /** Passes under way that may send more. */
  #unsent = 0;
  /** By the user's place among the segment's. */
  readonly #users: VirtualUser[] = [];
  readonly #turnCallback = (): void => this.#turn();
  #startAt = 0 as Micros;
  #endAt = 0;
  #timer: unknown = null;
  /** Up to which instant the users are what the curve asks for. */
  #turnedAt = Number.NEGATIVE_INFINITY as Micros;

  constructor(profile: ClosedProfile, segment: Segment, options: LoadOptions) {
    this.counts = options.among?.counts ?? new LoadCounts(options.flows.seriesCount);
    const { loads, place, firstUser } = options.among ?? ALONE;
    this.#loads = loads;
    this.#place = place;
    this.#firstUser = firstUser;
    this.#pieces = piecesOf(profile.vus);
    this.#changes = new UserChanges(this.#pieces, segment);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#segment = segment;
    this.#thinkTime = profile.thinkTime;
    this.#seed = options.seed;
    this.#duration = durationOf(profile);
    this.#epochs = options.epochs;
    this.#warmupRequests = options.warmupRequests;
    this.#flows = options.flows;
    this.#pacing = profile.pacing ?? 0;
    this.#pauseless = options.flows.pauseless && this.#thinkTime === null && this.#pacing === 0;
    this.#spans = spansOf(this, options);
    const sharers = Math.min(segment.count, peakUsers(profile.vus));
    const shares = segment.index < sharers;
    this.#passes = shares ? segmentBelow(segment, sharers) : segment;
    this.#from = shares ? 0 : LATECOMERS;
    this.#index = this.#from + numberAt(this.#passes, 0);
    this.#limit = options.maxRequests ?? Number.POSITIVE_INFINITY;
    if (options.maxRequests !== null && !shares) this.#limit = 0;
  }

  start(startAt: Micros): void {
    this.#startAt = startAt;
    this.#endAt = startAt + this.#duration;
    const delay = startAt - this.#clock.now();
    if (delay > 0) this.#timer = this.#clock.after(delay as Micros, this.#turnCallback);
    else this.#clock.soon(this.#turnCallback);
  }

  stop(): void {
    if (this.finished) return;
    this.finished = true;
    this.#clock.cancel(this.#timer);
    for (const user of this.#users) if (user.wanted) this.#leave(user);
    this.onFinished();
  }

  edit(at: Micros, rest: readonly Stage<number>[]): void {
    if (this.finished) return;
    this.#pieces = replacedFrom(this.#pieces, at, rest);
    this.#changes = new UserChanges(this.#pieces, this.#segment);
    const present = this.#changes.passTo(this.#turnedAt, this.#startAt);
    // Before the edit is due nothing differs; if it came late, what the old curve did since is put right.
    this.#users.forEach((user, place) => {
      if (user.wanted && place >= present) this.#leave(user);
    });
    for (let place = 0; place < present && !this.finished; place++)
      if (this.#users[place]?.wanted !== true) this.#come(numberAt(this.#segment, place));
    if (this.finished || this.#timer === null) return;
    this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#clock.soon(this.#turnCallback);
  }

  takeCounts(): LoadTotals {
    const { due, sent, dropped } = this;
    this.due = 0;
    this.sent = 0;
    return { due, sent, dropped };
  }

  done(exchange: Exchange, leftOut = false): void {
    const user = this.#userOf(exchange.user - this.#firstUser);
    const { walk } = user.exchange;
    const { wanted } = user;
    user.underWay = false;
    if (walk !== null) {
      walk.done(exchange, leftOut);
      if (!wanted) walk.cut();
      this.#account(walk, !walk.over);
    }
    if (!wanted) this.#driver.retire(user.id);
    if (walk?.over === true && this.#sentAll) this.stop();
    if (!wanted || this.finished) return;
    let pause = this.#pauseless ? 0 : this.#pauseOf(user, exchange.doneAt);
    // A function that throws does so at once, as a dead target refuses.
    const { outcome } = exchange;
    if (outcome !== OUTCOME_CODE['connect-error'] && outcome !== OUTCOME_CODE['function-failed']) {
      user.backoff = 0;
    } else if (pause === 0) {
      user.backoff = Math.min(LONGEST_BACKOFF, Math.max(FIRST_BACKOFF, 2 * user.backoff));
      pause = user.backoff;
    }
    if (pause > 0) user.timer = this.#clock.after(pause as Micros, user.wake);
    else this.#send(user, exchange.doneAt);
  }

  /** How long a user waits before what comes next. */
  #pauseOf(user: VirtualUser, doneAt: Micros): number {
    const { walk } = user.exchange;
    const random = (): Random => (user.random ??= randomOfUser(this.#seed, user.id));
    const pause = walk === null ? 0 : drawAll(walk.pauses, random);
    const over = walk === null || walk.over;
    const whole = !over || this.#thinkTime === null ? pause : pause + draw(this.#thinkTime, random());
    return over && this.#pacing > 0 ? this.#paced(user, doneAt, whole) : whole;
  }

  /** A pass begins by the plan of its user, not by when a timer came: else each would be a little later than the one before. */
  #paced(user: VirtualUser, doneAt: Micros, pause: number): number {
    const next = user.begunAt + this.#pacing;
    const over = doneAt + pause > next;
    if (over) this.counts.overran += 1;
    user.nextAt = over ? 0 : next;
    return over ? pause : next - doneAt;
  }

  /** Brings the users to what the curve asks for now. */
  #turn(): void {
    if (this.finished) return;
    if (this.#sentAll) {
      this.stop();
      return;
    }
    this.#timer = null;
    const changes = this.#changes;
    const now = this.#clock.now();
    this.#turnedAt = now;
    while (this.#startAt + changes.peek() <= now) {
      if (changes.comes) this.#come(changes.user);
      else this.#go(changes.user);
      if (this.finished) return;
      changes.take();
    }
    const next = Math.min(this.#startAt + changes.peek(), this.#endAt);
    if (next <= now || this.#sentAll) this.stop();
    else this.#timer = this.#clock.after((next - now) as Micros, this.#turnCallback);
  }

  #come(id: number): void {
    const place = placeIn(this.#segment, id);
    let user = this.#users[place];
    if (user === undefined) {
      user = this.#createUser(this.#firstUser + id);
      this.#users[place] = user;
    }
    user.wanted = true;
    this.vus += 1;
    if (!user.underWay) this.#send(user, this.#clock.now());
  }

  #go(id: number): void {
    this.#leave(this.#userOf(id));
  }

  /** @param id among those of this load. */
  #userOf(id: number): VirtualUser {
    const { index, count, own } = this.#segment;
    return this.#users[own === undefined ? (id - index) / count : placeIn(this.#segment, id)] as VirtualUser;
  }

  #createUser(id: number): VirtualUser {
    const user: VirtualUser = {
      id,
      exchange: createWalker(id, this.#flows, this.#spans),
      random: null,
      passes: 0,
      wake: () => this.#send(user, this.#clock.now()),
      wanted: false,
      underWay: false,
      timer: null,
      begunAt: 0,
      nextAt: 0,
      backoff: 0,
    };
    return user;
  }

  #leave(user: VirtualUser): void {
    user.wanted = false;
    this.vus -= 1;
    // Where a request is under way, its pass is cut when that has ended.
    if (user.underWay) return;
    const { walk } = user.exchange;
    if (walk !== null) {
      walk.cut();
      this.#account(walk, false);
    }
    this.#clock.cancel(user.timer);
    user.nextAt = 0;
    user.backoff = 0;
    this.#driver.retire(user.id);
  }

  #send(user: VirtualUser, dueAt: Micros): void {
    // The timer of the end may be late; no request is due after the end.
    if (dueAt >= this.#endAt) {
      this.stop();
      return;
    }
    const { exchange } = user;
    const { walk } = exchange;
    const flows = this.#flows;
    if (walk === null || walk.over) {
      // Others still send what they have begun.
      if (this.#index >= this.#limit) return;
      exchange.index = this.#index * this.#loads + this.#place;
      this.#begun += 1;
      this.#index = this.#from + numberAt(this.#passes, this.#begun);
      if (flows.only === null) exchange.flow = flows.ofUser(user.id, user.passes);
      if (this.#pacing > 0) {
        user.begunAt = user.nextAt > 0 ? user.nextAt : dueAt;
        user.nextAt = 0;
      }
      walk?.begin(exchange.flow, user.passes);
      user.passes += 1;
    }
    exchange.request = flows.only ?? (walk === null ? flows.requestOf(exchange.flow) : walk.request);
    const epoch = exchange.index < this.#warmupRequests ? 0 : this.#epochs.of(dueAt);
    const slot = epoch * flows.seriesCount + exchange.request;
    const { counts } = this;
    this.due += 1;
    this.sent += 1;
    counts.due[slot] = (counts.due[slot] as number) + 1;
    counts.sent[slot] = (counts.sent[slot] as number) + 1;
    exchange.epoch = epoch;
    exchange.dueAt = dueAt;
    if (walk !== null) {
      exchange.step = walk.sent;
      walk.send(epoch);
      this.#account(walk, !walk.last);
    }
    user.underWay = true;
    this.#driver.send(exchange);
    if (this.#sentAll) this.stop();
  }

  /** @param sends whether a pass may send more. */
  #account(walk: Walk, sends: boolean): void {
    if (walk.counted === sends) return;
    walk.counted = sends;
    this.#unsent += sends ? 1 : -1;
  }

  get #sentAll(): boolean {
    return this.#index >= this.#limit && this.#unsent === 0;
  }
}

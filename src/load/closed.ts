import { createExchange, type Exchange } from '../core/exchange.ts';
import { type Distribution, durationOf, type Segment, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import type { Banks } from './banks.ts';
import { type Piece, piecesOf, replacedFrom } from './curve.ts';
import { LoadCounts, type LoadModel, type LoadOptions, type LoadTotals } from './model.ts';
import { ThinkTimes } from './think.ts';
import { type ClosedProfile, peakUsers, UserChanges } from './users.ts';

/** µs. A dead target refuses within microseconds: without a pause its users would turn the loop into a busy spin. */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 1_000_000;
/** Requests of segments that have users only since an edit are numbered from here on, where no others are. */
const LATECOMERS = 2 ** 31;

interface VirtualUser {
  readonly id: number;
  /** Its only one, sent again and again. */
  readonly exchange: Exchange;
  readonly think: ThinkTimes | null;
  /** Made once, for every pause of this user. */
  readonly wake: () => void;
  wanted: boolean;
  underWay: boolean;
  timer: unknown;
  /** The pause after the last failure to connect, µs; 0 after an attempt that connected. */
  backoff: number;
}

/**
 * The closed model: each virtual user sends its next request when its last one has ended and it has thought. A user that
 * the curve no longer asks for finishes its request first; one that comes back meanwhile just goes on.
 *
 * Without think time a user that cannot connect pauses 10 ms, then 20 ms and so on up to 1 s, until it connects again.
 *
 * `maxRequests` is split among the segments that have a user at all (n ≡ index mod their number).
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
  readonly #seed: number;
  readonly #duration: Micros;
  readonly #banks: Banks;
  readonly #warmupRequests: number;
  readonly #requestCount: number;
  /** The next request's number among those of all segments, and how far apart this segment's are. */
  #index: number;
  readonly #step: number;
  readonly #limit: number;
  /** By (id − segment.index) / segment.count. */
  readonly #users: VirtualUser[] = [];
  readonly #turnCallback = (): void => this.#turn();
  #startAt = 0 as Micros;
  #endAt = 0;
  #timer: unknown = null;
  /** Up to which instant the users are what the curve asks for. */
  #turnedAt = Number.NEGATIVE_INFINITY as Micros;

  constructor(profile: ClosedProfile, segment: Segment, options: LoadOptions) {
    this.counts = new LoadCounts(options.requestCount);
    this.#pieces = piecesOf(profile.vus);
    this.#changes = new UserChanges(this.#pieces, segment);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#segment = segment;
    this.#thinkTime = profile.thinkTime;
    this.#seed = options.seed;
    this.#duration = durationOf(profile);
    this.#banks = options.banks;
    this.#warmupRequests = options.warmupRequests;
    this.#requestCount = options.requestCount;
    const { index, count } = segment;
    const sharers = Math.min(count, peakUsers(profile.vus));
    const shares = index < sharers;
    this.#index = shares ? index : LATECOMERS + index;
    this.#step = shares ? sharers : count;
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
      if (this.#users[place]?.wanted !== true) this.#come(this.#segment.index + place * this.#segment.count);
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

  done(exchange: Exchange): void {
    const { index, count } = this.#segment;
    const user = this.#users[(exchange.user - index) / count] as VirtualUser;
    user.underWay = false;
    if (!user.wanted) {
      this.#driver.retire(user.id);
      return;
    }
    let pause: number = user.think === null ? 0 : user.think.next();
    if (exchange.outcome !== OUTCOME_CODE['connect-error']) {
      user.backoff = 0;
    } else if (pause === 0) {
      user.backoff = Math.min(LONGEST_BACKOFF, Math.max(FIRST_BACKOFF, 2 * user.backoff));
      pause = user.backoff;
    }
    if (pause > 0) user.timer = this.#clock.after(pause as Micros, user.wake);
    else this.#send(user, exchange.doneAt);
  }

  /** Brings the users to what the curve asks for now. */
  #turn(): void {
    if (this.finished) return;
    if (this.#index >= this.#limit) {
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
    if (next <= now) this.stop();
    else this.#timer = this.#clock.after((next - now) as Micros, this.#turnCallback);
  }

  #come(id: number): void {
    const { index, count } = this.#segment;
    const place = (id - index) / count;
    let user = this.#users[place];
    if (user === undefined) {
      user = this.#createUser(id);
      this.#users[place] = user;
    }
    user.wanted = true;
    this.vus += 1;
    if (!user.underWay) this.#send(user, this.#clock.now());
  }

  #go(id: number): void {
    const { index, count } = this.#segment;
    this.#leave(this.#users[(id - index) / count] as VirtualUser);
  }

  #createUser(id: number): VirtualUser {
    const user: VirtualUser = {
      id,
      exchange: createExchange(id),
      think: this.#thinkTime === null ? null : new ThinkTimes(this.#thinkTime, this.#seed, id),
      wake: () => this.#send(user, this.#clock.now()),
      wanted: false,
      underWay: false,
      timer: null,
      backoff: 0,
    };
    return user;
  }

  #leave(user: VirtualUser): void {
    user.wanted = false;
    this.vus -= 1;
    if (user.underWay) return;
    this.#clock.cancel(user.timer);
    user.backoff = 0;
    this.#driver.retire(user.id);
  }

  #send(user: VirtualUser, dueAt: Micros): void {
    // The timer of the end may be late; no request is due after the end.
    if (dueAt >= this.#endAt) {
      this.stop();
      return;
    }
    const index = this.#index;
    this.#index = index + this.#step;
    const { exchange } = user;
    const request = index % this.#requestCount;
    const bank = index < this.#warmupRequests ? 0 : this.#banks.of(dueAt);
    const slot = bank * this.#requestCount + request;
    const { counts } = this;
    this.due += 1;
    this.sent += 1;
    counts.due[slot] = (counts.due[slot] as number) + 1;
    counts.sent[slot] = (counts.sent[slot] as number) + 1;
    exchange.request = request;
    exchange.index = index;
    exchange.bank = bank;
    exchange.dueAt = dueAt;
    user.underWay = true;
    this.#driver.send(exchange);
    if (this.#index >= this.#limit) this.stop();
  }
}

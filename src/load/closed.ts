/** The closed model: virtual users, each of which sends its next request after its last response. */
import type { Exchange } from '../core/exchange.ts';
import { durationOf, type Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { numberAt, placeIn, type Segment } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import { type Piece, piecesOf, replacedFrom } from './curve.ts';
import type { Epochs } from './epochs.ts';
import type { Flows } from './flows.ts';
import { ALONE, LoadCounts, type LoadModel, type LoadOptions, type LoadTotals, spansOf } from './model.ts';
import { PassNumbers } from './pass-numbers.ts';
import { type ClosedProfile, peakUsers, UserChanges } from './users.ts';
import { createUser, UserPauses, type VirtualUser } from './virtual-user.ts';
import { createWalker, type SpanSink, type Walk } from './walk.ts';

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
  readonly #pauses: UserPauses;
  readonly #duration: Micros;
  readonly #epochs: Epochs;
  readonly #warmupRequests: number;
  readonly #flows: Flows;
  readonly #spans: SpanSink;
  readonly #passes: PassNumbers;
  /** The number of its first user among those of all loads. */
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
    const among = options.among ?? ALONE;
    this.#firstUser = among.firstUser;
    this.#pieces = piecesOf(profile.vus);
    this.#changes = new UserChanges(this.#pieces, segment);
    this.#clock = options.clock;
    this.#driver = options.driver;
    this.#segment = segment;
    this.#duration = durationOf(profile);
    this.#epochs = options.epochs;
    this.#warmupRequests = options.warmupRequests;
    this.#flows = options.flows;
    this.#pauses = new UserPauses(profile, options.seed, options.flows.pauseless, this.counts);
    this.#spans = spansOf(this, options);
    this.#passes = new PassNumbers(segment, peakUsers(profile.vus), options.maxRequests, among);
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
    const pause = this.#pauses.after(user, exchange);
    if (pause > 0) user.timer = this.#clock.after(pause as Micros, user.wake);
    else this.#send(user, exchange.doneAt);
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
    const user = createUser(id, createWalker(id, this.#flows, this.#spans));
    user.wake = () => this.#send(user, this.#clock.now());
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
      if (this.#passes.spent) return;
      exchange.index = this.#passes.take();
      if (flows.only === null) exchange.flow = flows.ofUser(user.id, user.passes);
      this.#pauses.begin(user, dueAt);
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
    return this.#passes.spent && this.#unsent === 0;
  }
}

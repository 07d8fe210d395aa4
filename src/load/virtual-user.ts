/** A virtual user of the closed model, and how long it waits before what comes next. */
import type { Exchange } from '../core/exchange.ts';
import type { Distribution } from '../core/plan.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import type { LoadCounts } from './model.ts';
import { draw, drawAll, randomOfUser } from './pauses.ts';
import type { Random } from './random.ts';
import type { ClosedProfile } from './users.ts';
import type { Walker } from './walk.ts';

/** µs. A dead target refuses within microseconds: without a pause its users would turn the loop into a busy spin. */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 1_000_000;

export interface VirtualUser {
  readonly id: number;
  /** Its only one, sent again and again. */
  readonly exchange: Walker;
  /** Made when it first draws a pause. */
  random: Random | null;
  /** How many passes it has begun. */
  passes: number;
  /** Made once by its load, for every pause of this user. */
  wake: () => void;
  wanted: boolean;
  underWay: boolean;
  timer: unknown;
  /** With pacing: when its pass began, and when its next one is to; 0: at once. */
  begunAt: number;
  nextAt: number;
  /** The pause after the last failure to connect, µs; 0 after an attempt that connected. */
  backoff: number;
}

const NEVER = (): void => {};

export function createUser(id: number, exchange: Walker): VirtualUser {
  return {
    id,
    exchange,
    random: null,
    passes: 0,
    wake: NEVER,
    wanted: false,
    underWay: false,
    timer: null,
    begunAt: 0,
    nextAt: 0,
    backoff: 0,
  };
}

/** How long virtual users wait: the pauses of their flows, think time, pacing, and where the target cannot be reached. */
export class UserPauses {
  readonly #thinkTime: Distribution | null;
  /** µs; 0: none. */
  readonly #pacing: number;
  /** Nobody ever pauses, but for a dead target. */
  readonly #pauseless: boolean;
  readonly #seed: number;
  readonly #counts: LoadCounts;

  /** @param pauseless flows have no pauses. @param counts are told of passes that take longer than their pacing. */
  constructor({ thinkTime, pacing }: ClosedProfile, seed: number, pauseless: boolean, counts: LoadCounts) {
    this.#thinkTime = thinkTime;
    this.#pacing = pacing ?? 0;
    this.#pauseless = pauseless && thinkTime === null && this.#pacing === 0;
    this.#seed = seed;
    this.#counts = counts;
  }

  /** A user begins a pass. */
  begin(user: VirtualUser, dueAt: Micros): void {
    if (this.#pacing === 0) return;
    user.begunAt = user.nextAt > 0 ? user.nextAt : dueAt;
    user.nextAt = 0;
  }

  /** How long a user waits after its request has ended, µs. */
  after(user: VirtualUser, { doneAt, outcome }: Exchange): number {
    const pause = this.#pauseless ? 0 : this.#pauseOf(user, doneAt);
    // A function that throws does so at once, as a dead target refuses.
    if (outcome !== OUTCOME_CODE['connect-error'] && outcome !== OUTCOME_CODE['function-failed']) {
      user.backoff = 0;
      return pause;
    }
    if (pause > 0) return pause;
    user.backoff = Math.min(LONGEST_BACKOFF, Math.max(FIRST_BACKOFF, 2 * user.backoff));
    return user.backoff;
  }

  /** As its flow, its thinking and its pacing have it. */
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
    if (over) this.#counts.overran += 1;
    user.nextAt = over ? 0 : next;
    return over ? pause : next - doneAt;
  }
}

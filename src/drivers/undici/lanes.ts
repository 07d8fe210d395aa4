/**
 * The connections of a driver, and which of them a request takes: shared over HTTP/2, one for each request over
 * HTTP/1.1.
 */
import type { Micros } from '../../core/units.ts';
import type { Lane } from './lane.ts';

export class Lanes {
  readonly #create: () => Lane;
  readonly #shared: boolean;
  readonly #most: number;
  readonly #all = new Set<Lane>();
  /** Lanes that a request without a user may take, the most recently used last. */
  readonly #idle: Lane[] = [];
  readonly #byUser = new Map<number, Lane>();

  /**
   * @param shared a lane carries several requests at once.
   * @param most so many shared ones at the most.
   */
  constructor(create: () => Lane, shared: boolean, most: number) {
    this.#create = create;
    this.#shared = shared;
    this.#most = most;
  }

  /** @param user below 0: the request is nobody's. */
  for(user: number, now: Micros): Lane {
    if (this.#shared) return this.#leastBusy(now);
    return user < 0 ? this.#idleOne(now) : this.#ownOf(user, now);
  }

  /** The request that it was taken for has ended. */
  give(lane: Lane, user: number): void {
    if (!this.#shared && user < 0 && !lane.gone) this.#idle.push(lane);
  }

  /** A lane has ended, in order or not. */
  remove(lane: Lane): void {
    this.#all.delete(lane);
    const index = this.#idle.indexOf(lane);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  retire(user: number): void {
    const lane = this.#byUser.get(user);
    if (lane === undefined || lane.live > 0) return;
    this.#byUser.delete(user);
    lane.destroy();
  }

  close(): void {
    for (const lane of [...this.#all]) lane.destroy();
    this.#idle.length = 0;
    this.#byUser.clear();
  }

  #leastBusy(now: Micros): Lane {
    let least: Lane | null = null;
    for (const lane of this.#all)
      if (isTooOld(lane, now)) lane.retire();
      else if (least === null || lane.live < least.live) least = lane;
    if (least !== null && (least.live < least.capacity || this.#all.size >= this.#most)) return least;
    return this.#open();
  }

  #idleOne(now: Micros): Lane {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!isTooOld(idle, now)) return idle;
      idle.retire();
    }
    return this.#open();
  }

  #ownOf(user: number, now: Micros): Lane {
    const own = this.#byUser.get(user);
    if (own !== undefined && !own.gone) {
      if (!isTooOld(own, now)) return own;
      own.retire();
    }
    const lane = this.#open();
    this.#byUser.set(user, lane);
    return lane;
  }

  #open(): Lane {
    const lane = this.#create();
    this.#all.add(lane);
    return lane;
  }
}

const isTooOld = ({ openedAt, mostAge }: Lane, now: Micros): boolean => openedAt > 0 && now - openedAt >= mostAge;

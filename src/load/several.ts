/** Several loads at once over one driver, each as if it were alone. */
import type { Exchange } from '../core/exchange.ts';
import type { FlowLoad, Plan } from '../core/plan.ts';
import type { Segment } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import { ClosedLoad } from './closed.ts';
import { Flows } from './flows.ts';
import { LoadCounts, type LoadModel, type LoadTotals } from './model.ts';
import { OpenLoad, type OpenOptions } from './open.ts';
import { splitmix32 } from './random.ts';
import { peakUsers } from './users.ts';

/** Of its own among the streams of a seed. */
const STREAM = 0x6c6f6164;

type Planned = Pick<Plan, 'flows' | 'requests' | 'seed' | 'targets' | 'cookies'>;

/**
 * Several loads at once over one driver: users and arrivals of flows that have a load of their own, each with a schedule and random
 * numbers of its own, as if it were alone. Each is split among segments as the only one would be, so that the segments together
 * are all of the unsplit schedules.
 *
 * Numbers are nobody's twice: passes are dealt like cards (`PlaceAmong`), so that a pass says whose it is, and each row of
 * the data is used by one load; users of one load come behind those of the load before it.
 *
 * It is finished when all of them are.
 */
export class SeveralLoads implements LoadModel {
  finished = false;
  onFinished: () => void = () => {};
  readonly counts: LoadCounts;
  readonly #loads: readonly LoadModel[];

  constructor(loads: readonly FlowLoad[], plan: Planned, segment: Segment, options: OpenOptions) {
    const counts = new LoadCounts(options.flows.seriesCount);
    this.counts = counts;
    let users = 0;
    this.#loads = loads.map(({ profile, maxPasses }, place) => {
      const seed = seedOf(plan.seed, place);
      const its: OpenOptions = {
        ...options,
        seed,
        maxRequests: leastOf(maxPasses, dealt(options.maxRequests, loads.length, place)),
        flows: new Flows({ ...plan, seed }, undefined, place),
        among: { loads: loads.length, place, firstUser: users, counts },
      };
      if (profile.model === 'open') return new OpenLoad(profile, segment, its);
      users += peakUsers(profile.vus);
      return new ClosedLoad(profile, segment, its);
    });
    for (const load of this.#loads) load.onFinished = () => this.#oneFinished();
  }

  start(startAt: Micros): void {
    for (const load of this.#loads) load.start(startAt);
  }

  stop(): void {
    for (const load of this.#loads) load.stop();
  }

  edit(): void {
    throw new Error('of several loads at once none is edited');
  }

  done(exchange: Exchange, leftOut = false): void {
    (this.#loads[exchange.index % this.#loads.length] as LoadModel).done(exchange, leftOut);
  }

  get vus(): number {
    return this.#sum(({ vus }) => vus);
  }

  get due(): number {
    return this.#sum(({ due }) => due);
  }

  get sent(): number {
    return this.#sum(({ sent }) => sent);
  }

  get dropped(): number {
    return this.#sum(({ dropped }) => dropped);
  }

  takeCounts(): LoadTotals {
    const taken = this.#loads.map((load) => load.takeCounts());
    return {
      due: taken.reduce((sum, { due }) => sum + due, 0),
      sent: taken.reduce((sum, { sent }) => sum + sent, 0),
      dropped: taken.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }

  #sum(of: (load: LoadModel) => number): number {
    let sum = 0;
    for (const load of this.#loads) sum += of(load);
    return sum;
  }

  #oneFinished(): void {
    if (this.finished || !this.#loads.every(({ finished }) => finished)) return;
    this.finished = true;
    this.onFinished();
  }
}

/** Two loads of one rate are not due at the same instants. */
const seedOf = (seed: number, place: number): number => splitmix32(seed ^ splitmix32(STREAM + place)) >>> 0;

/** Of so many passes those that are a load's own; null: there is no limit. */
const dealt = (passes: number | null, loads: number, place: number): number | null =>
  passes === null ? null : Math.max(0, Math.ceil((passes - place) / loads));

const leastOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

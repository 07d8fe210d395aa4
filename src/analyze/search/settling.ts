/** Waits for a target that scales itself: when a load that has just grown is served steadily. */
import type { Settled } from '../../core/breaking-point.ts';
import { type IntervalSnapshot, timesOf } from '../../core/snapshot.ts';
import { Histogram } from '../../stats/histogram.ts';
import { trendOf } from '../../stats/trend.ts';

/** Which instance of the target answered. */
export interface Sighting {
  readonly id: string;
  /** Whether the target named itself; else the id is only the address that answered, and one may stand for many. */
  readonly named: boolean;
}

/** Into how many intervals the longest wait is cut. */
export const SETTLING_INTERVALS = 60;

/**
 * Steady is what has been steady for a third of the longest wait: an autoscaler looks again every so often, and a target
 * that rests between two looks is not done. Latency: no trend of the medians (Mann and Kendall, 5 %) that makes 10 % of
 * them over that stretch, and no more requests piling up than 3 % of the arrivals or chance. Instances: none is new, and
 * none has gone, which it has when it would have answered five times over since.
 */
const STEADY = { share: 1 / 3, z: 1.96, change: 0.1, piling: 0.03, deviations: 3, expected: 5, found: 0.1 } as const;

/** One interval of the load. Instants are s since it began. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  /** ln of the median response, µs; null: nobody answered. */
  readonly median: number | null;
  readonly due: number;
  /** At its end. */
  readonly inFlight: number;
}

export function stretchOf({ startAt, endAt, series, load }: IntervalSnapshot): Stretch {
  const times = Histogram.of(...Object.values(series).map((each) => timesOf(each, 'response')));
  const median = times.count > 0 ? Math.log(Math.max(1, times.quantile(0.5))) : null;
  return { from: startAt / 1e6, until: endAt / 1e6, median, due: load.due, inFlight: load.inFlight };
}

/** Watches a target under a load that has just grown. */
export class Settling {
  readonly #longest: number;
  readonly #stretches: Stretch[] = [];
  readonly #seen: { readonly at: number; readonly id: string }[] = [];
  #named = false;

  /** @param longest it may take, s. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** An interval of the load, in order. */
  add(stretch: Stretch): void {
    this.#stretches.push(stretch);
  }

  /** A reply to a question that was put lately. */
  see({ id, named }: Sighting): void {
    this.#seen.push({ at: this.#now, id });
    this.#named ||= named;
  }

  get isSteady(): boolean {
    const from = this.#recently;
    if (from < 0) return false;
    const recent = this.#stretches.filter((one) => one.from >= from - 1e-6);
    return isLatencySteady(recent) && !isPilingUp(recent) && this.#areInstancesSteady(from);
  }

  get result(): Settled {
    const { isSteady } = this;
    const recent = new Set(this.#seen.filter(({ at }) => at >= this.#recently).map(({ id }) => id));
    const known = this.#named || recent.size > 1;
    return { seconds: this.#now, steady: isSteady, instances: known && recent.size > 0 ? recent.size : null };
  }

  get #now(): number {
    return this.#stretches.at(-1)?.until ?? 0;
  }

  /** Where the stretch that must have been steady begins; negative: it is not over yet. */
  get #recently(): number {
    return this.#now - STEADY.share * this.#longest;
  }

  #areInstancesSteady(from: number): boolean {
    const recent = this.#seen.filter(({ at }) => at >= from).map(({ id }) => id);
    const now = new Set(recent);
    const enough = STEADY.expected * now.size;
    for (const id of now) {
      const first = this.#seen.find((one) => one.id === id)?.at ?? 0;
      // Those that were there from the start are not all found at once.
      if (first > Math.max(from, STEADY.found * this.#longest)) return false;
      if (recent.length - 1 - recent.lastIndexOf(id) > enough) return false;
    }
    return true;
  }
}

function isLatencySteady(recent: readonly Stretch[]): boolean {
  const medians = recent.flatMap(({ median }) => median ?? []);
  if (medians.length < recent.length / 2) return false;
  const trend = trendOf(medians);
  // Too few to tell: a target so slow that an interval holds no response.
  if (trend === null) return medians.length > 0;
  return Math.abs(trend.z) < STEADY.z || Math.abs(trend.change) < STEADY.change;
}

function isPilingUp(recent: readonly Stretch[]): boolean {
  const [first, last] = [recent[0], recent.at(-1)];
  const due = recent.slice(1).reduce((sum, one) => sum + one.due, 0);
  if (first === undefined || last === undefined || due === 0) return false;
  const allowed = Math.max(STEADY.piling * due, STEADY.deviations * Math.sqrt(2 * due));
  return last.inFlight - first.inFlight > allowed;
}

/**
 * Whether a target keeps up in the open model: as many requests must leave as arrive, to within the noise of arrivals.
 */
import type { ArrivalPattern, LoadProfile } from '../core/plan.ts';
import { type IntervalSnapshot, timesOf } from '../core/snapshot.ts';
import { constantStretches, type Stretch } from './stretches.ts';

/**
 * What imbalance counts as overload: the larger of a floor and one standard deviation; and how many deviations further out
 * the alarm is, so that noise raises it in 1 of 20 cases at exactly that imbalance.
 */
export const FLOW = { floor: 0.01, power: 1.645 } as const;

/** The arrivals of a stretch of time, and what became of them. */
export interface Arrivals {
  /** Requests that were due. */
  readonly offered: number;
  readonly dropped: number;
  /** How many more requests are under way at its end than at its start. */
  readonly pileUp: number;
  readonly spacing: ArrivalPattern;
}

export interface Flow {
  /** (arrivals − departures) / arrivals; a dropped request is one that did not leave. */
  readonly imbalance: number;
  /** Beyond it requests pile up. */
  readonly alarm: number;
}

/**
 * Whether as many requests leave as arrive. The deviation of the imbalance at full utilisation is √((c_a² + c_s²)/n) for n
 * arrivals; of the service exponential times are assumed (c_s² = 1), of the arrivals it is known (uniform: 0, Poisson: 1, in
 * bursts of b: b, the index of dispersion of their counts).
 * @param deviations how many of them the alarm is beyond the imbalance that counts.
 */
export function flowOf({ offered, dropped, pileUp, spacing }: Arrivals, deviations: number): Flow {
  if (offered === 0) return { imbalance: 0, alarm: 1 };
  const dispersion = spacing === 'uniform' ? 0 : spacing === 'poisson' ? 1 : spacing.bursty;
  const deviation = Math.sqrt((dispersion + 1) / offered);
  const alarm = Math.max(FLOW.floor, deviation) + deviations * deviation;
  return { imbalance: (pileUp + dropped) / offered, alarm };
}

/** Requests that pile up in front of the target under a load that stays the same. Instants in µs since the start. */
export interface PileUp extends Flow {
  /** The whole stretch; what the flow is judged by begins a little later. */
  readonly from: number;
  readonly to: number;
  readonly inFlightAtStart: number;
  readonly inFlightAtEnd: number;
  readonly offeredPerSec: number;
  /** How many responses or failures there were, 1/s. */
  readonly leftPerSec: number;
}

/** What the judgement needs of one interval. */
interface Interval {
  readonly startAt: number;
  endAt: number;
  inFlight: number;
  due: number;
  /** Requests that ended, whatever their outcome, and the sum of their response times, µs. */
  ended: number;
  response: number;
}

/** A stretch under a new load is judged after so many mean response times: until then the target fills up. */
const FILLING = { responses: 5, share: 0.5 } as const;

/** Open model: whether requests piled up in the stretches of constant load. The order of the intervals does not matter. */
export class FlowFold {
  /** In order of time. */
  readonly #intervals: Interval[] = [];

  /** Every interval of the run, warm-up included. */
  add({ startAt, endAt, phase, load, series, generator }: IntervalSnapshot): void {
    if (phase === 'drain') return;
    const interval = this.#at(startAt);
    interval.endAt = Math.max(interval.endAt, endAt);
    // A second snapshot of an interval repeats its gauges.
    if (generator !== undefined) interval.inFlight = load.inFlight;
    interval.due += load.due;
    for (const one of Object.values(series)) {
      interval.ended += one.ok + one.failed;
      interval.response += timesOf(one, 'response').sum + timesOf(one, 'failedResponse').sum;
    }
  }

  #at(startAt: number): Interval {
    let place = this.#intervals.length;
    while (place > 0 && (this.#intervals[place - 1] as Interval).startAt > startAt) place--;
    const known = this.#intervals[place - 1];
    if (known?.startAt === startAt) return known;
    const interval = { startAt, endAt: startAt, inFlight: 0, due: 0, ended: 0, response: 0 };
    this.#intervals.splice(place, 0, interval);
    return interval;
  }

  /**
   * The worst pile-up, or null.
   * @param load what was offered, with all edits.
   * @param since where the measured part begins.
   */
  worst(load: LoadProfile, since: number): PileUp | null {
    if (load.model === 'closed') return null;
    const { arrivals } = load;
    // A trace is no constant rate, in no part of it.
    if (typeof arrivals === 'object' && 'replay' in arrivals) return null;
    let worst: PileUp | null = null;
    for (const stretch of constantStretches(load, since)) {
      const pileUp = judge(this.#intervals, stretch, arrivals);
      if (pileUp === null || pileUp.imbalance <= pileUp.alarm) continue;
      if (worst === null || pileUp.imbalance > worst.imbalance) worst = pileUp;
    }
    return worst;
  }
}

function judge(all: readonly Interval[], stretch: Stretch, spacing: Arrivals['spacing']): PileUp | null {
  const within = all.filter(({ startAt, endAt }) => startAt >= stretch.from && endAt <= stretch.to);
  const settled = settledAt(within);
  const judged = within.filter(({ startAt }) => startAt >= settled);
  const [begin] = within;
  const [first] = judged;
  const last = judged.at(-1);
  if (begin === undefined || first === undefined || last === undefined) return null;
  const sum = (pick: (one: Interval) => number): number => judged.reduce((total, one) => total + pick(one), 0);
  const inFlightAtEnd = last.inFlight;
  const pileUp = inFlightAtEnd - inFlightAt(all, first.startAt);
  const offered = sum(({ due }) => due);
  const seconds = (last.endAt - first.startAt) / 1e6;
  return {
    // What was dropped since too much was in flight has a doubt of its own.
    ...flowOf({ offered, dropped: 0, pileUp, spacing }, FLOW.power),
    from: begin.startAt,
    to: last.endAt,
    inFlightAtStart: inFlightAt(all, begin.startAt),
    inFlightAtEnd,
    offeredPerSec: offered / seconds,
    leftPerSec: sum(({ ended }) => ended) / seconds,
  };
}

/**
 * Until a target holds as many requests as the load makes, more come than leave, however well it keeps up: a few response
 * times, as the first half of the stretch has them. At most half of the stretch, so that there is something left to judge.
 */
function settledAt(within: readonly Interval[]): number {
  const begin = within[0]?.startAt ?? 0;
  const half = begin + FILLING.share * ((within.at(-1)?.endAt ?? begin) - begin);
  let ended = 0;
  let response = 0;
  for (const interval of within) {
    if (interval.endAt > half) break;
    ended += interval.ended;
    response += interval.response;
  }
  // Nothing came back in all that time: either it takes longer still, or nothing comes.
  return ended === 0 ? half : Math.min(half, begin + (FILLING.responses * response) / ended);
}

/** Requests under way at an instant at which an interval begins; none before the first. */
function inFlightAt(all: readonly Interval[], at: number): number {
  return all.findLast(({ endAt }) => endAt <= at + 1)?.inFlight ?? 0;
}

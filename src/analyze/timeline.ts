/** From snapshots to the points of the timeline that results, pictures and the live view show. */
import { addGoodput } from '../core/goodput.ts';
import type { Plan } from '../core/plan.ts';
import type { TimelinePoint } from '../core/result.ts';
import {
  EMPTY_HISTOGRAM,
  type GeneratorSnapshot,
  type HistogramData,
  type IntervalSnapshot,
  type SeriesSnapshot,
  timesOf,
} from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { quantilesOf } from '../stats/histogram.ts';
import { mergeHistograms } from '../stats/packed-histogram.ts';
import { inMs } from './latency.ts';
import { isUnfit } from './limits.ts';
import { StandstillFold } from './standstill.ts';

/** A search's levels have short intervals: neighbours become one point of about this length, µs. */
const LEVEL_POINT = 1_000_000;

/**
 * One interval, or neighbours of one level; the last of the load and the first of the drain may share an index, but not
 * their time.
 */
interface Slot {
  readonly index: number;
  lastIndex: number;
  readonly level: number | undefined;
  readonly startAt: number;
  endAt: number;
  point: TimelinePoint;
}

/**
 * Snapshots -> timeline. Those of one interval (a request counts in the phase it was due in) become one point; they come
 * one after the other, and the one that carries the generator's health says which phase it is. So do the short intervals
 * of a search's level, up to a second: their histograms are merged. A straggler for an older point still counts, but
 * leaves that point's percentiles.
 */
export class TimelineFold {
  readonly #slots: Slot[] = [];
  readonly #open: boolean;
  readonly #rampEnd: number | undefined;
  readonly #standstills: StandstillFold;
  /** The newest point's times are kept, since more of it may follow. */
  #newest = -1;
  #resets = 0;
  #times = NO_TIMES;

  /** @param standstills knows those of a snapshot before it is added here. */
  constructor(plan: Plan, standstills = new StandstillFold()) {
    this.#open = plan.load.model !== 'closed';
    this.#rampEnd = plan.rampEnd;
    this.#standstills = standstills;
  }

  get points(): TimelinePoint[] {
    return this.#slots.map((slot) => slot.point);
  }

  /**
   * Indices of the measured intervals (0 and -1: none), and how long load was offered in them, in ms: not while the
   * generator stood still.
   */
  get measured(): { first: number; last: number; durationMs: number } {
    const slots = this.#slots.filter((slot) => slot.point.phase === 'measure');
    const duration = slots.reduce(
      (sum, { startAt, endAt }) => sum + endAt - startAt - this.#standstills.partOf(startAt, endAt),
      0,
    );
    return { first: slots[0]?.index ?? 0, last: slots.at(-1)?.lastIndex ?? -1, durationMs: inMs(duration) };
  }

  add(snapshot: IntervalSnapshot): void {
    const { phase, load, series, generator, resets = 0 } = snapshot;
    if (resets > this.#resets) {
      this.#resets = resets;
      this.#discardUntil(resetAt(snapshot));
    }
    const all = Object.values(series);
    const slot = this.#slotOf(snapshot);
    const before = slot.point;
    const fresh = before.seconds === 0;
    const grown = snapshot.endAt > slot.endAt;
    slot.endAt = Math.max(slot.endAt, snapshot.endAt);
    const merged = {
      ...before,
      t: inSeconds(slot.endAt),
      seconds: inSeconds(slot.endAt - slot.startAt),
      phase: fresh || generator !== undefined ? phase : before.phase,
      vus: Math.max(before.vus, load.vus),
      inFlight: grown ? load.inFlight : Math.max(before.inFlight, load.inFlight),
      offered: before.offered + load.due,
      sent: before.sent + load.sent,
      dropped: before.dropped + load.dropped,
      ok: before.ok + all.reduce((sum, each) => sum + each.ok, 0),
      failed: before.failed + all.reduce((sum, each) => sum + each.failed, 0),
      ...cancelledOf(before, all),
      ...goodputOf(before, all),
      ...this.#timesOf(slot, fresh, snapshot),
      ...(generator === undefined ? {} : healthOf(before, generator, inSeconds(snapshot.endAt - snapshot.startAt))),
    };
    // Searches run both models, level by level.
    const open = slot.level === undefined ? this.#open : load.vus === 0;
    slot.point = { ...merged, unfit: isUnfit(merged, open) || this.#standstills.touches(slot) };
    if (generator?.standstills !== undefined) this.#markStandstills();
  }

  /** A standstill is told of by the interval in which it was noticed; it may have begun before. */
  #markStandstills(): void {
    for (const slot of this.#slots)
      if (!slot.point.unfit && this.#standstills.touches(slot)) slot.point = { ...slot.point, unfit: true };
  }

  #discardUntil(at: number): void {
    const phase = at === this.#rampEnd ? 'ramp' : 'discarded';
    for (const slot of this.#slots)
      if (slot.startAt < at && slot.point.phase === 'measure') slot.point = { ...slot.point, phase };
  }

  #slotOf({ index, startAt, endAt, phase, level }: IntervalSnapshot): Slot {
    let at = this.#slots.length;
    while (at > 0 && (this.#slots[at - 1] as Slot).startAt > startAt) at--;
    const known = this.#slots[at - 1];
    if (known !== undefined) {
      const inside = startAt === known.startAt || (level !== undefined && startAt < known.endAt);
      const next =
        level !== undefined &&
        level === known.level &&
        phase === known.point.phase &&
        at === this.#slots.length &&
        endAt - known.startAt <= LEVEL_POINT + (endAt - startAt) / 2;
      if (next) known.lastIndex = Math.max(known.lastIndex, index);
      if (inside || next) return known;
    }
    const point = { ...EMPTY_POINT, phase };
    const slot: Slot = { index, lastIndex: index, level, startAt, endAt: startAt, point };
    this.#slots.splice(at, 0, slot);
    return slot;
  }

  /** What a snapshot adds to its point's percentiles. */
  #timesOf({ startAt }: Slot, fresh: boolean, { series, generator }: IntervalSnapshot): Partial<TimelinePoint> {
    if (startAt < this.#newest && !fresh) return {};
    // A point that is older, and new all the same, has only this; the newest one keeps what it has.
    const known = startAt === this.#newest ? this.#times : NO_TIMES;
    const all = Object.values(series);
    const streamed = all.some(({ streams }) => streams !== undefined) || known.tokens > 0;
    const merged = (measure: 'timeToFirstToken' | 'interTokenLatency'): HistogramData =>
      streamed
        ? all.reduce((sum, each) => mergeHistograms(sum, timesOf(each, measure)), known[measure])
        : EMPTY_HISTOGRAM;
    const times = {
      timeToFirstToken: merged('timeToFirstToken'),
      interTokenLatency: merged('interTokenLatency'),
      tokens: streamed ? all.reduce((sum, { streams }) => sum + (streams?.pieces ?? 0), known.tokens) : 0,
      response: all.reduce((sum, each) => mergeHistograms(sum, timesOf(each, 'response')), known.response),
      service: all.reduce((sum, each) => mergeHistograms(sum, timesOf(each, 'service')), known.service),
      lag: generator === undefined ? known.lag : mergeHistograms(known.lag, timesOf(generator, 'lag')),
    };
    if (startAt >= this.#newest) {
      this.#newest = startAt;
      this.#times = times;
    }
    const [p50 = null, p95 = null, p99 = null] = quantilesOf(times.response, [0.5, 0.95, 0.99]).map(inMs);
    const [serviceP95 = null] = quantilesOf(times.service, [0.95]).map(inMs);
    const [lagP99 = null] = quantilesOf(times.lag, [0.99]).map(inMs);
    return {
      p50,
      p95,
      p99,
      serviceP95,
      ...(streamed ? streamPoint(times) : {}),
      ...(generator === undefined ? {} : { lagP99 }),
    };
  }
}

/** With those that a snapshot adds. */
function cancelledOf(
  { cancelled = 0 }: TimelinePoint,
  series: readonly SeriesSnapshot[],
): Pick<TimelinePoint, 'cancelled'> {
  const all = series.reduce((sum, { byOutcome }) => sum + (byOutcome.cancelled ?? 0), cancelled);
  return all === 0 ? {} : { cancelled: all };
}

/** With what a snapshot adds; dropped requests are not good. */
function goodputOf(
  { good, bad }: TimelinePoint,
  series: readonly SeriesSnapshot[],
): Pick<TimelinePoint, 'good' | 'bad'> {
  const goodput = addGoodput(series.flatMap((each) => each.goodput ?? []));
  if (goodput === null && good === undefined) return {};
  const dropped = series.reduce((sum, each) => sum + each.dropped, 0);
  return { good: (good ?? 0) + (goodput?.good ?? 0), bad: (bad ?? 0) + (goodput?.bad ?? 0) + dropped };
}

/** What a point says of streamed responses; absent: there were none. */
function streamPoint({ timeToFirstToken, interTokenLatency, tokens }: typeof NO_TIMES): Partial<TimelinePoint> {
  const [ttftP50, ttftP95] = quantilesOf(timeToFirstToken, [0.5, 0.95]).map(inMs);
  const [itlP50, itlP99] = quantilesOf(interTokenLatency, [0.5, 0.99]).map(inMs);
  return {
    ...(ttftP50 === undefined || ttftP95 === undefined ? {} : { ttftP50, ttftP95 }),
    ...(itlP50 === undefined || itlP99 === undefined ? {} : { itlP50, itlP99 }),
    ...(tokens > 0 ? { tokens } : {}),
  };
}

const NO_TIMES = {
  timeToFirstToken: EMPTY_HISTOGRAM,
  interTokenLatency: EMPTY_HISTOGRAM,
  tokens: 0,
  response: EMPTY_HISTOGRAM,
  service: EMPTY_HISTOGRAM,
  lag: EMPTY_HISTOGRAM,
};

/**
 * When the reset was of which a snapshot is the first to tell. A thread whose interval ended a little late may tell of it
 * beside that interval's own snapshot, the one with the generator's health.
 */
export function resetAt({ generator, startAt, endAt }: IntervalSnapshot): Micros {
  return generator === undefined ? endAt : startAt;
}

/** The worst delay, and the mean of the cores used, after `seconds` more. */
function healthOf(
  { seconds: known, cpu, loopDelayP99 }: TimelinePoint,
  generator: GeneratorSnapshot,
  seconds: number,
): Pick<TimelinePoint, 'loopDelayP99' | 'cpu'> {
  const whole = known + seconds;
  return {
    loopDelayP99: Math.max(loopDelayP99 ?? 0, inMs(generator.loopDelayP99)),
    cpu: cpu === null || whole === 0 ? generator.cpu : (cpu * known + generator.cpu * seconds) / whole,
  };
}

const EMPTY_POINT: TimelinePoint = {
  t: 0,
  seconds: 0,
  phase: 'measure',
  vus: 0,
  offered: 0,
  sent: 0,
  dropped: 0,
  ok: 0,
  failed: 0,
  p50: null,
  p95: null,
  p99: null,
  serviceP95: null,
  inFlight: 0,
  lagP99: null,
  loopDelayP99: null,
  cpu: null,
  unfit: false,
};

const inSeconds = (micros: number): number => Math.round(micros) / 1e6;

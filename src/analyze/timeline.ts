import type { Plan } from '../core/plan.ts';
import type { TimelinePoint } from '../core/result.ts';
import type { HistogramData, IntervalSnapshot } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { inMs } from './latency.ts';
import { isUnfit } from './validity.ts';

/** One interval; the last of the load and the first of the drain may share an index, but not their time. */
interface Slot {
  readonly index: number;
  readonly startAt: number;
  endAt: number;
  point: TimelinePoint;
}

/** The successes' times in an interval. Those of the newest are kept, since the snapshot of another phase may follow. */
interface Times {
  readonly startAt: number;
  readonly response: HistogramData[];
  readonly service: HistogramData[];
}

/**
 * Snapshots -> timeline. Those of one interval (a request counts in the phase it was due in) become one point; they come
 * one after the other, and the one that carries the generator's health says which phase it is. A straggler for an older interval still counts, but leaves that point's percentiles.
 */
export class TimelineFold {
  readonly #slots: Slot[] = [];
  readonly #open: boolean;
  #newest: Times = { startAt: -1, response: [], service: [] };
  readonly #scratch = new Histogram();

  constructor(plan: Plan) {
    this.#open = plan.load.model === 'open';
  }

  get points(): TimelinePoint[] {
    return this.#slots.map((slot) => slot.point);
  }

  /** Indices of the measured intervals (0 and -1: none), and how long load was offered in them, in ms. */
  get measured(): { first: number; last: number; durationMs: number } {
    const slots = this.#slots.filter((slot) => slot.point.phase === 'measure');
    const duration = slots.reduce((sum, slot) => sum + slot.endAt - slot.startAt, 0);
    return { first: slots[0]?.index ?? 0, last: slots.at(-1)?.index ?? -1, durationMs: inMs(duration) };
  }

  add(snapshot: IntervalSnapshot): void {
    const { startAt, phase, load, series, generator } = snapshot;
    const all = Object.values(series);
    const slot = this.#slotOf(snapshot);
    const before = slot.point;
    const fresh = before.seconds === 0;
    const times: Times = startAt === this.#newest.startAt ? this.#newest : { startAt, response: [], service: [] };
    times.response.push(...all.map((each) => each.response));
    times.service.push(...all.map((each) => each.service));
    if (startAt > this.#newest.startAt) this.#newest = times;
    slot.endAt = Math.max(slot.endAt, snapshot.endAt);
    const merged = {
      ...before,
      t: inSeconds(slot.endAt),
      seconds: inSeconds(slot.endAt - startAt),
      phase: fresh || generator !== undefined ? phase : before.phase,
      vus: Math.max(before.vus, load.vus),
      inFlight: Math.max(before.inFlight, load.inFlight),
      offered: before.offered + load.due,
      sent: before.sent + load.sent,
      dropped: before.dropped + load.dropped,
      ok: before.ok + all.reduce((sum, each) => sum + each.ok, 0),
      failed: before.failed + all.reduce((sum, each) => sum + each.failed, 0),
      ...(fresh || times === this.#newest ? this.#percentiles(times) : {}),
      ...(generator === undefined
        ? {}
        : {
            lagP99: this.#quantiles([generator.lag], 0.99)[0],
            loopDelayP99: inMs(generator.loopDelayP99),
            cpu: generator.cpu,
          }),
    };
    slot.point = { ...merged, unfit: isUnfit(merged, this.#open) };
  }

  #slotOf({ index, startAt, endAt, phase }: IntervalSnapshot): Slot {
    let at = this.#slots.length;
    while (at > 0 && (this.#slots[at - 1] as Slot).startAt > startAt) at--;
    const known = this.#slots[at - 1];
    if (known?.startAt === startAt) return known;
    const slot: Slot = { index, startAt, endAt, point: { ...EMPTY_POINT, phase } };
    this.#slots.splice(at, 0, slot);
    return slot;
  }

  /** The quantiles of histograms taken together, in ms; null each where they hold nothing. */
  #quantiles<P extends readonly number[]>(
    parts: readonly HistogramData[],
    ...ps: P
  ): { [K in keyof P]: number | null } {
    this.#scratch.reset();
    for (const part of parts) this.#scratch.add(part);
    const { count } = this.#scratch;
    return ps.map((p) => (count > 0 ? inMs(this.#scratch.quantile(p)) : null)) as { [K in keyof P]: number | null };
  }

  #percentiles({ response, service }: Times): Pick<TimelinePoint, 'p50' | 'p95' | 'p99' | 'serviceP95'> {
    const [p50, p95, p99] = this.#quantiles(response, 0.5, 0.95, 0.99);
    const [serviceP95] = this.#quantiles(service, 0.95);
    return { p50, p95, p99, serviceP95 };
  }
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

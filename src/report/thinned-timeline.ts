/** The timeline of a long run, thinned for its pictures. */
import type { TimelinePoint } from '../core/result.ts';
import { Times } from './client/buckets.ts';
import { type PackedTimes, unpackTimes } from './packed-times.ts';
import type { ArchiveSlot } from './packing.ts';

/**
 * A long run's timeline for the pictures, a point for each slot: nobody sees ten thousand points, and they would take the
 * report's room from what a stretch is recomputed from. Counts are exact, percentiles at 2 significant digits.
 */
export function thinnedTimeline(timeline: readonly TimelinePoint[], slots: readonly ArchiveSlot[]): TimelinePoint[] {
  let next = 0;
  return slots.flatMap((slot, at) => {
    const first = next;
    const last = at === slots.length - 1;
    while (next < timeline.length && (last || (timeline[next] as TimelinePoint).t * 1e6 <= slot.endAt + 1)) next++;
    const points = timeline.slice(first, next);
    return points.length > 1 ? [pointOf(points as [TimelinePoint, ...TimelinePoint[]], slot)] : points;
  });
}

function pointOf(points: readonly [TimelinePoint, ...TimelinePoint[]], { parts, times }: ArchiveSlot): TimelinePoint {
  const end = points[points.length - 1] as TimelinePoint;
  const sum = (field: 'seconds' | 'offered' | 'sent' | 'dropped' | 'ok' | 'failed'): number =>
    points.reduce((total, point) => total + point[field], 0);
  const most = (field: 'vus' | 'inFlight'): number => Math.max(...points.map((point) => point[field]));
  const seconds = sum('seconds');
  const cpu = points.reduce((total, point) => total + (point.cpu ?? 0) * point.seconds, 0);
  const response = quantiles(parts.map((part) => part.response));
  return {
    t: end.t,
    seconds: end.t - (points[0].t - points[0].seconds),
    phase: mostly(points),
    vus: most('vus'),
    inFlight: most('inFlight'),
    offered: sum('offered'),
    sent: sum('sent'),
    dropped: sum('dropped'),
    ok: sum('ok'),
    failed: sum('failed'),
    ...cancelled(points),
    p50: response(0.5),
    p95: response(0.95),
    p99: response(0.99),
    serviceP95: quantiles(parts.map((part) => part.service))(0.95),
    lagP99: quantiles([times.lag])(0.99),
    loopDelayP99: highest(points.map((point) => point.loopDelayP99)),
    cpu: seconds > 0 && points.some((point) => point.cpu !== null) ? cpu / seconds : null,
    ...streamed(points),
    unfit: points.some(({ unfit }) => unfit),
  };
}

function cancelled(points: readonly TimelinePoint[]): Pick<TimelinePoint, 'cancelled'> {
  const all = points.reduce((total, point) => total + (point.cancelled ?? 0), 0);
  return all === 0 ? {} : { cancelled: all };
}

/** Times of streams: the worst of the intervals, since a point has quantiles only, which cannot be merged. */
function streamed(points: readonly TimelinePoint[]): Partial<TimelinePoint> {
  const fields = ['ttftP50', 'ttftP95', 'itlP50', 'itlP99'] as const;
  const worst = fields.flatMap((field) => {
    const value = highest(points.map((point) => point[field] ?? null));
    return value === null ? [] : [[field, value] as const];
  });
  const tokens = points.reduce((sum, point) => sum + (point.tokens ?? 0), 0);
  return { ...Object.fromEntries(worst), ...(tokens > 0 ? { tokens } : {}) };
}

/** The phase that most of the time belongs to. */
function mostly(points: readonly [TimelinePoint, ...TimelinePoint[]]): TimelinePoint['phase'] {
  const lengths = new Map<TimelinePoint['phase'], number>();
  for (const { phase, seconds } of points) lengths.set(phase, (lengths.get(phase) ?? 0) + seconds);
  return [...lengths].reduce((longest, each) => (each[1] > longest[1] ? each : longest))[0];
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const TIMES = new Times();

/** In ms; null of nothing. Valid until the next call. */
function quantiles(parts: readonly PackedTimes[]): (p: number) => number | null {
  TIMES.reset();
  for (const part of parts) TIMES.add(unpackTimes(part));
  return (p) => TIMES.quantile(p);
}

/** What happened to the chosen requests in a chosen stretch of time, added up from the archive. */
import type { TimelinePoint } from '../../core/result.ts';
import { OUTCOMES, type Outcome } from '../../core/sample.ts';
import { type Archive, CELL_COUNTS, type Cell, type CellCounts, type Extra, type Slot, zeroCounts } from './archive.ts';
import { Times } from './buckets.ts';
import type { Span } from './picture.ts';

/** Requests, flows and groups by their numbers in the archive; null: all requests. */
export type Names = ReadonlySet<number> | null;

export const onlyName = (index: number | null): Names => (index === null ? null : new Set([index]));

/** The shares that they have in a slot. */
export function cellsIn({ cells, wholes }: Slot, names: Names): readonly Cell[] {
  if (names === null) return cells;
  return [...cells.filter(({ name }) => names.has(name)), ...wholes.filter(({ name }) => names.has(name))];
}

/** What happened to some request names, or to all of them, in a stretch of time; measured requests only. */
export interface Tally extends CellCounts {
  /** Seconds in which load was offered and measured. */
  readonly seconds: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** By index into the archive's kinds of failure. */
  readonly kinds: ReadonlyMap<number, number>;
  readonly response: Times;
}

/** The slots that lie in a stretch of time whose ends are theirs. */
export function slotsIn({ slots }: Pick<Archive, 'slots'>, span: Span | null): readonly Slot[] {
  if (span === null) return slots;
  return slots.filter(({ from, to }) => (from + to) / 2 > span.from && (from + to) / 2 < span.to);
}

/** The stretch made of whole slots that is nearest to the one marked out; at least one slot. */
export function snapped({ slots }: Pick<Archive, 'slots'>, wanted: Span): Span | null {
  const middle = (wanted.from + wanted.to) / 2;
  const touched = slots.filter(({ from, to }) => to > wanted.from && from < wanted.to);
  const mostly = touched.filter(({ from, to }) => (from + to) / 2 >= wanted.from && (from + to) / 2 <= wanted.to);
  const chosen = mostly.length > 0 ? mostly : touched.filter(({ from, to }) => from <= middle && to >= middle);
  const [first] = chosen;
  const last = chosen[chosen.length - 1];
  return first === undefined || last === undefined ? null : { from: first.from, to: last.to };
}

export function tallyOf(archive: Archive, span: Span | null, names: Names): Tally {
  const sum = zeroCounts();
  let seconds = 0;
  const statuses = new Map<number, number>();
  const kinds = new Map<number, number>();
  const response = new Times();
  for (const slot of slotsIn(archive, span)) {
    seconds += slot.measured;
    for (const cell of cellsIn(slot, names)) {
      // Of the warm-up's requests only those that were answered in the measured time have any.
      sum.achieved += cell.achieved;
      if (cell.warm) continue;
      for (const field of CELL_COUNTS) if (field !== 'achieved') sum[field] += cell[field];
      for (const [status, n] of cell.statuses) statuses.set(status, (statuses.get(status) ?? 0) + n);
      for (const [kind, n] of cell.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + n);
      response.add(cell.response);
    }
  }
  return { ...sum, seconds, statuses, kinds, response };
}

/** How many requests had which outcome that is no success, in the order of all outcomes. */
export function outcomesIn({ kinds }: Pick<Archive, 'kinds'>, tally: Tally): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const outcome of OUTCOMES) {
    let sum = 0;
    for (const [kind, n] of tally.kinds) if (kinds[kind]?.outcome === outcome) sum += n;
    if (sum > 0) counts[outcome] = sum;
  }
  return counts;
}

/** How many failed, or were given up at the end: their callers never had a response. */
export function infiniteIn({ kinds }: Pick<Archive, 'kinds'>, tally: Tally): number {
  let infinite = tally.failed;
  for (const [kind, n] of tally.kinds) if (kinds[kind]?.outcome === 'aborted') infinite += n;
  return infinite;
}

/** A part of the time of all measured requests in a stretch; null where the report does not carry it. */
export function extraOf(archive: Archive, span: Span | null, extra: Extra): Times | null {
  if (!archive.extras.includes(extra)) return null;
  const times = new Times();
  for (const { extras } of slotsIn(archive, span)) {
    const part = extras[extra];
    if (part !== undefined) times.add(part);
  }
  return times;
}

/**
 * The timeline of some request names, or of all of them, a point for each slot: counts are their own, percentiles at 2
 * significant digits; users, requests in flight and the generator are the run's.
 */
export function timelineOf(archive: Archive, names: Names): TimelinePoint[] {
  const times = new Times();
  let next = 0;
  return archive.slots.map((slot) => {
    // The points of the run that this slot covers: their last says where the run stood.
    let whole: TimelinePoint | undefined;
    let unfit = false;
    for (; next < archive.timeline.length; next++) {
      const point = archive.timeline[next] as TimelinePoint;
      if (point.t > slot.to + 1e-6) break;
      unfit ||= point.unfit;
      whole = point;
    }
    const cells = cellsIn(slot, names);
    const sum = (field: 'due' | 'sent' | 'dropped' | 'ok' | 'failed'): number =>
      cells.reduce((total, cell) => total + cell[field], 0);
    times.reset();
    for (const { response } of cells) times.add(response);
    return {
      t: slot.to,
      seconds: slot.to - slot.from,
      phase: whole?.phase ?? 'measure',
      vus: whole?.vus ?? 0,
      inFlight: whole?.inFlight ?? 0,
      offered: sum('due'),
      sent: sum('sent'),
      dropped: sum('dropped'),
      ok: sum('ok'),
      failed: sum('failed'),
      p50: times.quantile(0.5),
      p95: times.quantile(0.95),
      p99: times.quantile(0.99),
      // What several names come to together does not follow from what each does.
      serviceP95: names !== null && names.size > 1 ? null : highestOf(cells),
      lagP99: whole?.lagP99 ?? null,
      loopDelayP99: whole?.loopDelayP99 ?? null,
      cpu: whole?.cpu ?? null,
      unfit,
    };
  });
}

/** Of warm-up and measured requests of one interval, which seldom are both there. */
function highestOf(cells: readonly Cell[]): number | null {
  return cells.reduce<number | null>(
    (highest, { serviceP95 }) => (serviceP95 === null ? highest : Math.max(highest ?? 0, serviceP95)),
    null,
  );
}

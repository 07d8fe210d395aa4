/** One of several runs: its points over time, and over the load. */
import type { TimelinePoint } from '../../../core/result.ts';
import { samplesFor } from '../../../core/sample-size.ts';
import type { Archive } from '../archive.ts';
import { Times } from '../buckets.ts';
import type { Span } from '../picture.ts';
import { onlyName, timelineOf } from '../selection.ts';

/** A run that is laid over others. */
export interface OverlaidRun {
  /** `A`, `B`: short, for legends. */
  readonly letter: string;
  /** As its reader calls it. */
  readonly label: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly archive: Archive;
}

/** What a run's load is counted in: virtual users where all runs are given in them, else what was offered, 1/s. */
export type LoadUnit = 'users' | 'offered';

/** What was measured at about one load: all intervals of it merged. */
export interface LoadStep {
  readonly load: number;
  /** Per second. */
  readonly achieved: number;
  readonly failed: number;
  readonly inFlight: number;
  /** The p-quantile (0..1) of the response times, ms; null where there are too few. */
  readonly quantile: (p: number) => number | null;
}

/** Nulls where a run has no request of that name. `name` null: all requests. */
export function pointsOf({ archive }: OverlaidRun, name: string | null): readonly TimelinePoint[] {
  if (name === null) return archive.timeline;
  const index = archive.names.indexOf(name);
  return index < 0 ? [] : timelineOf(archive, onlyName(index));
}

/** Loads are gathered in stretches of the load's axis that are this wide; an interval short of half the usual is left out. */
export function loadStepsOf(
  run: OverlaidRun,
  name: string | null,
  span: Span | null,
  unit: LoadUnit,
  width: number,
): LoadStep[] {
  const { archive } = run;
  const index = name === null ? null : archive.names.indexOf(name);
  if (index !== null && index < 0) return [];
  const gathered = new Map<number, Gathered>();
  const points = timelineOf(archive, onlyName(index));
  const usual = points.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  points.forEach((point, i) => {
    const load = loadAt(point, unit);
    const slot = archive.slots[i];
    if (slot === undefined || point.phase !== 'measure' || point.seconds < usual / 2) return;
    if (span !== null && (point.t <= span.from || point.t - point.seconds >= span.to)) return;
    const step = Math.floor(load / width);
    const sum = gathered.get(step) ?? { seconds: 0, load: 0, ok: 0, failed: 0, inFlight: 0, times: new Times() };
    gathered.set(step, sum);
    sum.seconds += point.seconds;
    sum.load += load * point.seconds;
    sum.inFlight += point.inFlight * point.seconds;
    sum.ok += point.ok;
    sum.failed += point.failed;
    for (const cell of slot.cells) if (index === null || cell.name === index) sum.times.add(cell.response);
  });
  return [...gathered]
    .sort(([a], [b]) => a - b)
    .map(([, { seconds, load, ok, failed, inFlight, times }]) => ({
      load: load / seconds,
      achieved: ok / seconds,
      failed: failed / seconds,
      inFlight: inFlight / seconds,
      quantile: (p) => (times.count < samplesFor(p) ? null : times.quantile(p)),
    }));
}

/** The highest load of a run, on the axis of its unit. */
export function highestLoad(run: OverlaidRun, name: string | null, unit: LoadUnit): number {
  const points = pointsOf(run, name);
  const usual = points.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  return points.reduce(
    (highest, point) => (point.seconds < usual / 2 ? highest : Math.max(highest, loadAt(point, unit))),
    0,
  );
}

interface Gathered {
  seconds: number;
  load: number;
  ok: number;
  failed: number;
  inFlight: number;
  readonly times: Times;
}

function loadAt({ vus, offered, seconds }: TimelinePoint, unit: LoadUnit): number {
  return unit === 'users' ? vus : seconds > 0 ? offered / seconds : 0;
}

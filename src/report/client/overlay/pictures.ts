/** The pictures of several runs as data, for SVG, canvas and tables alike. */
import type { TimelinePoint } from '../../../core/result.ts';
import { type Axis, clockLabel, readingLabel, tickLabel, ticksOf, timeAxis, valueAxis } from '../axis.ts';
import type { Grid } from '../grid.ts';
import type { Span } from '../picture.ts';
import { rateWithin } from '../pictures.ts';
import { onlyName, tallyOf } from '../selection.ts';
import { NINES, percentLabel, spectrumPoints, spectrumTicks } from '../spectrum.ts';
import { highestLoad, type LoadStep, type LoadUnit, loadStepsOf, type OverlaidRun, pointsOf } from './run.ts';

/** A percentile that every interval of a run carries. */
export type Tail = 'p95' | 'p99';

/** What the reader wants to see. */
export interface OverlayView {
  /** Null: all requests. */
  readonly name: string | null;
  /** Null: the whole runs. */
  readonly span: Span | null;
  readonly tail: Tail;
  readonly by: 'time' | 'load';
  /** Places of the runs that are not drawn. */
  readonly hidden: ReadonlySet<number>;
}

export const WHOLE_RUNS: OverlayView = { name: null, span: null, tail: 'p95', by: 'time', hidden: new Set() };

/** What one run says in a picture. */
export interface Trace {
  /** Its place among the runs: says its dash, its shape and its colour. */
  readonly run: number;
  readonly letter: string;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

export type OverlayId = 'requests' | 'failed' | 'median' | 'tail' | 'users' | 'spectrum' | 'against-rate';

/** One picture of several runs: all that a drawing needs, whether in SVG or on a canvas. */
export interface OverlayPicture {
  readonly id: OverlayId;
  readonly title: string;
  readonly unit: string;
  /** Shown instead where there is nothing to draw. */
  readonly empty: string;
  readonly across: 'time' | 'load' | 'percentile';
  /** What the horizontal axis counts; empty for time. */
  readonly axis: string;
  /** Single values that are far apart are marked by the run's shape. */
  readonly marked: boolean;
  readonly traces: readonly Trace[];
  readonly x: Axis;
  readonly y: Axis;
}

/** Steps of the load's axis are cut into so many: intervals of one load fall together. */
const FINER = 4;
const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
/** Share of the longest interval from which on a count in it is a rate; those of a search's levels differ. */
const SHORTEST = 0.2;
const NONE = 'No run has a value here.';

/** Users, where all runs are given in them; a search offers rates, and a run of users offers what it sends. */
export function loadUnitOf(runs: readonly { readonly users: boolean }[]): LoadUnit {
  return runs.every(({ users }) => users) ? 'users' : 'offered';
}

/** In reading order. */
export function overlayPictures(
  runs: readonly OverlaidRun[],
  unit: LoadUnit,
  view: OverlayView = WHOLE_RUNS,
): OverlayPicture[] {
  const drawn = runs.map((run, place) => ({ run, place })).filter(({ place }) => !view.hidden.has(place));
  const ends = drawn.map(({ run }) => run.archive.timeline[run.archive.timeline.length - 1]?.t ?? 0);
  const x = timeAxis(view.span?.to ?? Math.max(0, ...ends), view.span?.from ?? 0);
  const loads = valueAxis(1.02 * Math.max(0, ...drawn.map(({ run }) => highestLoad(run, view.name, unit))));
  const series = drawn.map(({ run, place }) => ({
    place,
    letter: run.letter,
    points: within(pointsOf(run, view.name), view.span),
    steps: loadStepsOf(run, view.name, view.span, unit, loads.step / FINER),
  }));
  type Series = (typeof series)[number];
  const loadName = unit === 'users' ? 'virtual users' : 'requests offered per second';
  const picture = (
    parts: Pick<OverlayPicture, 'id' | 'title' | 'unit' | 'across' | 'axis' | 'x'> & { readonly whole?: boolean },
    pointsFrom: (one: Series) => Trace['points'],
  ): OverlayPicture => {
    const { whole = false, ...rest } = parts;
    const traces = series.map((one): Trace => ({ run: one.place, letter: one.letter, points: pointsFrom(one) }));
    const values = traces.flatMap(({ points }) => points.flatMap(({ y }) => (y === null ? [] : [y])));
    const highest = values.reduce((most, y) => Math.max(most, y), 0);
    return {
      ...rest,
      empty: values.length === 0 ? NONE : '',
      marked: rest.across === 'load',
      traces,
      y: valueAxis(highest, 6, whole),
    };
  };
  /** Over time, or over the load, as the reader likes. */
  const either = (
    parts: Pick<OverlayPicture, 'id' | 'title' | 'unit'> & { readonly whole?: boolean },
    overTime: (points: readonly TimelinePoint[]) => (point: TimelinePoint) => number | null,
    overLoad: (step: LoadStep) => number | null,
  ): OverlayPicture =>
    view.by === 'time'
      ? picture({ ...parts, across: 'time', axis: '', x }, ({ points }) => {
          const value = overTime(points);
          return points.map((point) => ({ x: point.t, y: value(point) }));
        })
      : picture({ ...parts, across: 'load', axis: loadName, x: loads }, ({ steps }) =>
          steps.map((step) => ({ x: step.load, y: overLoad(step) })),
        );
  const perSecond =
    (count: (point: TimelinePoint) => number) =>
    (points: readonly TimelinePoint[]): ((point: TimelinePoint) => number | null) => {
      const rate = rateWithin(points, SHORTEST);
      return (point) => rate(count(point), point.seconds);
    };
  const percentile = (id: 'median' | 'tail', name: keyof typeof SHARES): OverlayPicture =>
    either(
      { id, title: id === 'median' ? 'Response time, median' : `Response time, ${name}`, unit: 'ms' },
      () => (point) => point[name],
      (step) => step.quantile(SHARES[name]),
    );
  const failing = series.some(({ points }) => points.some(({ failed }) => failed > 0));
  return [
    either(
      { id: 'requests', title: 'Requests', unit: 'achieved per second' },
      perSecond(({ ok }) => ok),
      ({ achieved }) => achieved,
    ),
    either(
      {
        id: 'users',
        title: unit === 'users' && view.by === 'time' ? 'Virtual users' : 'In flight',
        unit: unit === 'users' && view.by === 'time' ? '' : 'requests',
        whole: true,
      },
      () => (point) => (unit === 'users' ? point.vus : point.inFlight),
      ({ inFlight }) => inFlight,
    ),
    percentile('median', 'p50'),
    percentile('tail', view.tail),
    picture(
      {
        id: 'against-rate',
        title: 'Response time against rate',
        unit: `${view.tail}, ms, in order of load`,
        across: 'load',
        axis: 'achieved requests per second',
        x: valueAxis(
          1.02 * series.reduce((most, { steps }) => Math.max(most, ...steps.map(({ achieved }) => achieved)), 0),
        ),
      },
      ({ steps }) => steps.map((step) => ({ x: step.achieved, y: step.quantile(SHARES[view.tail]) })),
    ),
    picture(
      {
        id: 'spectrum',
        title: 'Percentile spectrum',
        unit: 'ms, as far as each sample bears it',
        across: 'percentile',
        axis: '',
        x: { start: 0, end: NINES, step: 1 },
      },
      ({ place }) => {
        const { archive } = runs[place] as OverlaidRun;
        const name = view.name === null ? null : archive.names.indexOf(view.name);
        if (name !== null && name < 0) return [];
        const { response } = tallyOf(archive, view.span, onlyName(name));
        return response.count === 0 ? [] : spectrumPoints(response);
      },
    ),
    ...(failing
      ? [
          either(
            { id: 'failed' as const, title: 'Failures', unit: 'per second' },
            perSecond(({ failed }) => failed),
            ({ failed }) => failed,
          ),
        ]
      : []),
  ];
}

/** Where the axis below a picture has its labels, and what they say. */
export function labelsOf({ across, x }: Pick<OverlayPicture, 'across' | 'x'>): {
  ticks: number[];
  label: (x: number) => string;
} {
  if (across === 'percentile') return { ticks: spectrumTicks(), label: percentLabel };
  return { ticks: ticksOf(x), label: across === 'time' ? clockLabel : tickLabel };
}

/** A trace with few enough points to draw: of every stretch the lowest and the highest, so that no peak is lost. */
export function thinnedTrace(points: Trace['points'], stretches = 300): Trace['points'] {
  if (points.length <= 2 * stretches) return points;
  const kept: { x: number; y: number | null }[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      const y = points[i]?.y ?? null;
      if (y === null) continue;
      if (y < (points[low]?.y ?? Number.POSITIVE_INFINITY)) low = i;
      if (y > (points[high]?.y ?? Number.NEGATIVE_INFINITY)) high = i;
    }
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      const point = points[i];
      if (point !== undefined) kept.push(point);
    }
  }
  return kept;
}

/** The numbers of a picture: a row for each place on its axis, a column for each run. */
export function gridOfOverlay(picture: OverlayPicture): Grid {
  const { across, axis, traces } = picture;
  const first = across === 'time' ? 'Time' : across === 'percentile' ? 'Percentile' : axis;
  const label = across === 'load' ? readingLabel : labelsOf(picture).label;
  const rows = new Map<string, { at: number; cells: string[] }>();
  traces.forEach(({ points }, column) => {
    points.forEach(({ x, y }, i) => {
      if (across === 'percentile' && i % 4 !== 0) return;
      const key = label(x);
      const row = rows.get(key) ?? { at: x, cells: traces.map(() => '–') };
      rows.set(key, row);
      if (y !== null && row.cells[column] === '–') row.cells[column] = readingLabel(y);
    });
  });
  return {
    head: [first, ...traces.map(({ letter }) => letter)],
    rows: [...rows].sort(([, a], [, b]) => a.at - b.at).map(([key, { cells }]) => [key, ...cells]),
  };
}

/** In one sentence, for those who cannot see it. */
export function describeOverlay({ title, unit, across, axis, traces, empty }: OverlayPicture): string {
  const over = { time: 'over time', load: `by ${axis}`, percentile: 'by percentile' }[across];
  const subject = `${title}${unit === '' ? '' : `, ${unit}`}, ${over}`;
  if (empty !== '') return `${subject}. ${empty}`;
  const peaks = traces.map(({ letter, points }) => {
    const highest = points.reduce((most, { y }) => Math.max(most, y ?? 0), 0);
    return `${letter} up to ${readingLabel(highest)}`;
  });
  return `${subject}: ${peaks.join(', ')}. The numbers are in the data table below.`;
}

function within(points: readonly TimelinePoint[], span: Span | null): readonly TimelinePoint[] {
  return span === null ? points : points.filter(({ t, seconds }) => t > span.from && t - seconds < span.to);
}

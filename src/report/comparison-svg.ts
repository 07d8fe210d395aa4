/** The pictures of a comparison: how much each figure changed, and each run of both sides. */
import type { Comparison, MetricChange, RunFigures } from '../core/comparison.ts';
import { PERCENTILES } from '../core/latencies.ts';
import { ticksOf, valueAxis } from './client/axis.ts';
import { figureText } from './comparison-phrases.ts';
import { escapeHtml } from './html/escape.ts';
import { dashOf, shapeAt } from './overlay-svg.ts';
import { figure, gridRow } from './svg-grid.ts';

const WIDTH = 534;
/** Room for the longest name of a figure, on a phone too. */
const LEFT = 132;
const RIGHT = 18;
const ROW = 34;
const TOP = 12;
const BOTTOM = 28;

/** Figures whose change is a share of the base: on one scale. */
export const shownChanges = ({ metrics }: Pick<Comparison, 'metrics'>): readonly MetricChange[] =>
  metrics.filter(({ unit, runs, interval }) => unit !== 'share' && runs > 1 && interval.every(Number.isFinite));

/** The change of each figure, in % of the base, with its interval; the margin is shaded. */
export function changesSvg(comparison: Comparison): string {
  const shown = shownChanges(comparison);
  const { margin } = comparison;
  const ends = shown.flatMap(({ interval }) => interval);
  // An interval that is hardly bounded may leave the picture: its one end says enough.
  const reach = Math.min(2, 1.15 * Math.max(2 * margin, ...ends.map(Math.abs)));
  const bottom = TOP + ROW * shown.length;
  const clipped = (share: number): number => Math.max(-reach, Math.min(reach, share));
  const xAt = (share: number): number => LEFT + ((clipped(share) + reach) / (2 * reach)) * (WIDTH - RIGHT - LEFT);
  const step = stepOf(100 * reach);
  const ticks: number[] = [];
  for (let tick = -Math.floor((100 * reach) / step) * step; tick <= 100 * reach; tick += step) ticks.push(tick);
  const columns = ticks.map((tick) => {
    const at = figure(xAt(tick / 100));
    return (
      `<line class="gridline" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>` +
      `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${signed(tick)}</text>`
    );
  });
  const band = `<rect class="band" x="${figure(xAt(-margin))}" width="${figure(xAt(margin) - xAt(-margin))}" y="${TOP}" height="${ROW * shown.length}"/>`;
  const rows = shown.map(({ name, change, interval: [low, high], verdict }, i) => {
    const y = figure(TOP + ROW * (i + 0.5));
    const look = {
      regression: 'failed',
      improved: 'achieved',
      small: 'achieved',
      equivalent: 'achieved',
      undecided: 'p50',
    }[verdict];
    return (
      `<text x="${LEFT - 10}" y="${y}" dy="0.35em" text-anchor="end">${escapeHtml(name)}</text>` +
      `<path class="line ${look}" d="M${figure(xAt(low))} ${y}H${figure(xAt(high))}"/>` +
      `<path class="dot ${look}" d="M${figure(xAt(change))} ${y}h0"/>`
    );
  });
  const told = shown.map(({ name, change, interval: [low, high] }) => {
    const [at, from, to] = [change, low, high].map((share) => signed(Math.round(1_000 * share) / 10));
    return `${name} ${at} % (${from} to ${to} %)`;
  });
  return svg(bottom + BOTTOM, `Changes of the figures: ${told.join('; ')}`, [band, ...columns, ...rows]);
}

/** The change of each percentile, from the median to the tail, with the band of all of them; the margin is shaded. */
export function quantilesSvg({ quantiles, margin }: Pick<Comparison, 'quantiles' | 'margin'>): string {
  const height = 220;
  const left = 56;
  const bottom = height - BOTTOM;
  const ends = quantiles.flatMap(({ interval, change }) => [...interval, change]);
  const reach = Math.min(2, 1.15 * Math.max(2 * margin, ...ends.map(Math.abs)));
  const xAt = (place: number): number => left + ((place + 0.5) / quantiles.length) * (WIDTH - RIGHT - left);
  const yAt = (share: number): number =>
    TOP + ((reach - Math.max(-reach, Math.min(reach, share))) / (2 * reach)) * (bottom - TOP);
  const step = stepOf(100 * reach);
  const rows: string[] = [];
  for (let tick = -Math.floor((100 * reach) / step) * step; tick <= 100 * reach; tick += step) {
    const at = figure(yAt(tick / 100));
    rows.push(
      `<line class="gridline" x1="${left}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>` +
        `<text x="${left - 6}" y="${at}" dy="0.35em" text-anchor="end">${signed(tick)}</text>`,
    );
  }
  const shade = `<rect class="band" x="${left}" width="${WIDTH - RIGHT - left}" y="${figure(yAt(margin))}" height="${figure(yAt(-margin) - yAt(margin))}"/>`;
  const along = (values: readonly number[]): string =>
    values.map((value, i) => `${i === 0 ? 'M' : 'L'}${figure(xAt(i))} ${figure(yAt(value))}`).join('');
  const edges = [0, 1].map((end) => {
    const path = along(quantiles.map(({ interval }) => interval[end] as number));
    return `<path class="line dashed p50" d="${path}"/>`;
  });
  const line = `<path class="line p50" d="${along(quantiles.map(({ change }) => change))}"/>`;
  const columns = quantiles.map(
    ({ name, change }, i) =>
      `<text x="${figure(xAt(i))}" y="${bottom + 20}" text-anchor="middle">${name}</text>` +
      `<path class="dot p50" d="M${figure(xAt(i))} ${figure(yAt(change))}h0"/>`,
  );
  const told = quantiles.map(({ name, change, interval: [low, high] }) => {
    const [at, from, to] = [change, low, high].map((share) => signed(Math.round(1_000 * share) / 10));
    return `${name} ${at} % (${from} to ${to} %)`;
  });
  return svg(height, `Change at each percentile: ${told.join('; ')}`, [shade, ...rows, ...edges, line, ...columns]);
}

/** All runs over each other, each as the line of its percentiles. Empty: fewer than two runs know three of them. */
export function curvesSvg(base: readonly RunFigures[], head: readonly RunFigures[]): string {
  const curves = [base, head].flatMap((runs, side) =>
    runs.map(({ curve }) => ({ side, times: PERCENTILES.map((name) => timeOf(curve?.[name])) })),
  );
  const known = (place: number): number => curves.filter(({ times }) => times[place] !== null).length;
  // A percentile that hardly any run knows would be a tail of nothing.
  const shown = PERCENTILES.map((name, place) => ({ name, place })).filter(({ place }) => known(place) > 1);
  if (shown.length < 3) return '';
  const height = 220;
  const left = 56;
  const bottom = height - BOTTOM;
  const axis = valueAxis(Math.max(...curves.flatMap(({ times }) => shown.map(({ place }) => times[place] ?? 0))));
  const xAt = (i: number): number => left + ((i + 0.5) / shown.length) * (WIDTH - RIGHT - left);
  const yAt = (value: number): number => bottom - (value / axis.end) * (bottom - TOP);
  const rows = ticksOf(axis).map((tick) => gridRow(left, WIDTH - RIGHT, figure(yAt(tick)), tick));
  const columns = shown.map(
    ({ name }, i) => `<text x="${figure(xAt(i))}" y="${bottom + 20}" text-anchor="middle">${name}</text>`,
  );
  const lines = curves.map(({ side, times }) => {
    const points = shown.flatMap(({ place }, i) => {
      const time = times[place] ?? null;
      return time === null ? [] : `${figure(xAt(i))} ${figure(yAt(time))}`;
    });
    return points.length < 2
      ? ''
      : `<path class="line run-${side + 1}" opacity="0.55" d="M${points.join('L')}"${dashOf(side)}/>`;
  });
  const told = `Percentiles of each run: ${base.length} of the base, ${head.length} of the head`;
  return svg(height, told, [...rows, ...columns, ...lines]);
}

const timeOf = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** Runs of both sides in their order: what they measured of one figure. */
export interface RunsPicture {
  readonly metric: MetricChange;
  /** Null: not known. */
  readonly base: readonly (number | null)[];
  readonly head: readonly (number | null)[];
}

/** Each run as a dot, those of the head in their own colour and shape; the lines are the sides' means. */
export function runsSvg({ metric, base, head }: RunsPicture): string {
  const height = 200;
  const left = 56;
  const bottom = height - BOTTOM;
  const values = [...base, ...head].filter((value) => value !== null);
  const axis = valueAxis(Math.max(metric.base, metric.head, ...values));
  const count = Math.max(base.length, head.length);
  const xAt = (place: number, side: number): number =>
    left + ((place + 0.38 + 0.24 * side) / count) * (WIDTH - RIGHT - left);
  const yAt = (value: number): number => bottom - (value / axis.end) * (bottom - TOP);
  const rows = ticksOf(axis).map((tick) => gridRow(left, WIDTH - RIGHT, figure(yAt(tick)), tick));
  const sides = [base, head].map((runs, side) => {
    const at = figure(yAt(side === 0 ? metric.base : metric.head));
    const dots = runs.map((value, place) => {
      if (value === null) return '';
      const told = `${side === 0 ? 'base' : 'head'}, run ${place + 1}: ${figureText(value, metric.unit)}`;
      return `<g><title>${escapeHtml(told)}</title>${shapeAt(side, xAt(place, side), yAt(value))}</g>`;
    });
    return `<path class="line run-${side + 1}" d="M${left} ${at}H${WIDTH - RIGHT}"${dashOf(side)}/>${dots.join('')}`;
  });
  const columns = Array.from({ length: count }, (_, place) => {
    const at = figure(left + ((place + 0.5) / count) * (WIDTH - RIGHT - left));
    return `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${place + 1}</text>`;
  });
  const told = `${metric.name} of each run: base ${figureText(metric.base, metric.unit)}, head ${figureText(metric.head, metric.unit)} on average`;
  return svg(height, told, [...rows, ...columns, ...sides]);
}

function svg(height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${figure(height)}" role="img" aria-label="${escapeHtml(label)}">${parts.join('')}</svg>`;
}

/** Distance of the ticks on an axis that reaches so far to both sides: at most five ticks to each. */
function stepOf(reach: number): number {
  const unit = 10 ** Math.floor(Math.log10(reach / 2));
  return ([1, 2, 5, 10].find((times) => reach / (times * unit) <= 4) ?? 10) * unit;
}

const signed = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Number(Math.abs(value).toFixed(1))}`;

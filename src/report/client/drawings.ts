/** Which pictures a page has, in reading order, each as a card can draw it. */
import type { Archive } from './archive.ts';
import { clockLabel, readingLabel, tickLabel } from './axis.ts';
import { bandsOf } from './bands.ts';
import type { Reader } from './canvas.ts';
import type { Drawing } from './card.ts';
import { chartOf } from './charts.ts';
import { heatChartOf, heatOf, shadeOf } from './heat.ts';
import type { LegendItem } from './legend.ts';
import { loadChartOf, signColour } from './load-chart.ts';
import { describeLoad, type LoadPicture, SHAPES, VERDICT_LABELS, verdictsIn } from './load-picture.ts';
import { outcomesOf } from './outcomes.ts';
import { describe, type Picture, thinned } from './picture.ts';
import { limitsOf, type PictureSource, picturesOf, type View } from './pictures.ts';
import { CURVE, curveAt, scatterChartOf, scattersOf } from './scatter.ts';
import { extraOf, type Names, slotsIn, tallyOf } from './selection.ts';
import { percentLabel, spectrumChartOf, spectrumOf } from './spectrum.ts';
import type { Theme } from './theme.ts';

/** What to draw, and for whom. */
export interface Scene {
  readonly source: PictureSource;
  /** The pictures of a search; empty: this is none. */
  readonly loads: readonly LoadPicture[];
  readonly archive: Archive;
  readonly names: Names;
  readonly view: View;
  readonly theme: Theme;
  readonly reader: Readonly<Reader>;
  readonly toggle: (line: string) => void;
}

export interface Shown {
  readonly id: string;
  readonly drawing: Drawing | null;
  /** Why there is nothing to draw. */
  readonly sentence: string;
}

const NOTHING = 'No request succeeded in this stretch.';

/** Every picture of the page, in reading order. */
export function drawingsOf(scene: Scene): Shown[] {
  const { source, archive, names, view } = scene;
  const drawn: Shown[] = scene.loads.map((picture) => overLoad(picture, scene));
  drawn.push(...picturesOf(source, view).map((picture) => overTime(picture, scene)));
  if (archive.slots.length === 0) return drawn;
  const span = view.span ?? { from: 0, to: archive.timeline[archive.timeline.length - 1]?.t ?? 0 };
  drawn.push(heatDrawing(scene, span), spectrumDrawing(scene));
  drawn.push(overTime(outcomesOf(archive, names, span, source.marks, view), scene));
  drawn.push(...scatterDrawings(scene));
  return drawn;
}

function overTime(picture: Picture, { theme, source, reader, toggle }: Scene): Shown {
  if (picture.empty !== '') return { id: picture.id, drawing: null, sentence: picture.empty };
  const { lines, times } = picture;
  const legend = lines.map(({ label, colour, dashed, hidden }) => ({
    ...plain(label, theme.lines[colour]),
    dashed,
    hidden,
    toggle: lines.length > 1 ? () => toggle(`${picture.id} ${label}`) : null,
  }));
  const unfit = picture.bands.some(({ kind }) => kind === 'unfit');
  return {
    id: picture.id,
    sentence: '',
    drawing: {
      title: picture.title,
      unit: picture.unit,
      description: describe(picture),
      legend: unfit ? [...legend, { ...plain('generator unfit', theme.unfit), shape: 'patch' }] : legend,
      config: chartOf(thinned(picture), theme, source.startedAt, reader),
      grid: () => ({
        head: ['Time', ...lines.map(({ label }) => label)],
        rows: times.map((t, i) => [clockLabel(t), ...lines.map(({ values }) => reading(values[i] ?? null))]),
      }),
      timed: true,
    },
  };
}

function overLoad(picture: LoadPicture, { theme }: Scene): Shown {
  const { id, title, unit, axis, pointLabel, curveLabel, points, curve, colour } = picture;
  const verdicts = verdictsIn(picture).map(
    (verdict): LegendItem => ({
      ...plain(VERDICT_LABELS[verdict], signColour({ verdict }, picture, theme)),
      shape: SHAPES[verdict],
    }),
  );
  return {
    id,
    sentence: '',
    drawing: {
      title,
      unit,
      description: describeLoad(picture),
      legend: curve.length > 1 ? [...verdicts, plain(curveLabel, theme.lines[colour])] : verdicts,
      config: loadChartOf(picture, theme),
      grid: () => ({
        head: ['Level', axis, pointLabel, 'from', 'to', 'Verdict'],
        rows: [...points]
          .sort((a, b) => a.x - b.x)
          .map(({ label, x, y, interval, verdict }) => [
            label,
            readingLabel(x),
            y === null ? '∞' : readingLabel(y),
            reading(interval?.[0] ?? null),
            reading(interval?.[1] ?? null),
            verdict ?? '–',
          ]),
      }),
      timed: false,
    },
  };
}

function heatDrawing(scene: Scene, span: { from: number; to: number }): Shown {
  const { source, archive, names, view, theme, reader } = scene;
  const heat = heatOf(slotsIn(archive, view.span), names, span, {
    bands: bandsOf(archive.timeline),
    marks: source.marks,
  });
  if (heat === null) return { id: 'heat', drawing: null, sentence: NOTHING };
  const title = 'Latency heat map';
  const unit = 'response time, ms; the stronger, the more responses';
  const shades = [0.02, 0.25, 1].map((part) => shadeOf(part, 1));
  const words = ['few', '', `${tickLabel(Math.max(1, Math.round(heat.peak)))}/s`];
  return {
    id: 'heat',
    sentence: '',
    drawing: {
      title,
      unit,
      description: `${title}, over time. The percentiles of each column are in the data table below.`,
      legend: shades.map((shade, i) => ({
        ...plain(words[i] ?? '', mixed(theme.heat, theme.surface, shade)),
        shape: 'patch',
      })),
      config: heatChartOf(heat, theme, source.startedAt, reader),
      grid: () => ({
        head: ['Time', 'responses', 'p50', 'p95'],
        rows: heat.columns.map(({ to, count, p50, p95 }) => [
          clockLabel(to),
          tickLabel(count),
          reading(p50),
          reading(p95),
        ]),
      }),
      timed: true,
    },
  };
}

function spectrumDrawing({ source, archive, names, view, theme }: Scene): Shown {
  const limits = limitsOf(
    source.thresholds,
    ({ metric }) => metric.kind === 'percentile' && metric.of === undefined,
    1_000,
  );
  const { response } = tallyOf(archive, view.span, names);
  const service = names === null && source.model === 'open' ? extraOf(archive, view.span, 'service') : null;
  const streamed = {
    firstToken: names === null ? extraOf(archive, view.span, 'timeToFirstToken') : null,
    gaps: names === null ? extraOf(archive, view.span, 'interTokenLatency') : null,
  };
  const spectrum = spectrumOf(response, service, limits, streamed);
  if (spectrum === null) return { id: 'spectrum', drawing: null, sentence: NOTHING };
  const title = 'Percentile spectrum';
  const unit = 'ms, of the successes, as far as the sample bears it';
  return {
    id: 'spectrum',
    sentence: '',
    drawing: {
      title,
      unit,
      description: `${title}: response time${spectrum.curves.some(({ label }) => label === 'first token') ? ', and that of first tokens and the gaps between tokens,' : ''} from the fastest response to the slowest one in ten thousand. The numbers are in the data table below.`,
      legend: spectrum.curves.map(({ label, colour, dashed }) => ({ ...plain(label, theme.lines[colour]), dashed })),
      config: spectrumChartOf(spectrum, theme),
      grid: () => ({
        head: ['Percentile', ...spectrum.curves.map(({ label }) => label)],
        rows: (spectrum.curves[0]?.points ?? [])
          .filter((_, i) => i % 4 === 0)
          .map(({ x }) => [percentLabel(x), ...spectrum.curves.map((curve) => reading(curve.at(x)))]),
      }),
      timed: false,
    },
  };
}

function scatterDrawings({ source, loads, names, view, theme }: Scene): Shown[] {
  const { span } = view;
  const timeline = source.timeline.filter(
    ({ t, seconds }) => span === null || (t > span.from && t - seconds < span.to),
  );
  const limits = limitsOf(
    source.thresholds,
    ({ metric }) => metric.kind === 'percentile' && metric.of === undefined,
    1_000,
  );
  // It is fitted to all requests together.
  const fitted = names === null ? loads.find(({ id }) => id === 'waiting')?.curve : undefined;
  return scattersOf(timeline, source.model === 'open', limits, fitted).map((scatter): Shown => {
    const { id, unit, dots, curve } = scatter;
    const drawn = curve.length > 1;
    if (dots.length === 0) return { id, drawing: null, sentence: NOTHING };
    const title = id === 'against-rate' ? 'Response time against rate' : 'Response time against load';
    return {
      id,
      sentence: '',
      drawing: {
        title,
        unit: `ms, of the successes, by ${unit}`,
        description: `${title}: p50 and p95 of each interval by ${unit}. The numbers are in the data table below.`,
        legend: [
          { ...plain('p50', theme.lines.p50), shape: 'disc' },
          { ...plain('p95', theme.lines.p95), shape: 'triangle' },
          ...(drawn ? [plain(CURVE, theme.lines.users)] : []),
        ],
        config: scatterChartOf(scatter, theme, source.startedAt),
        grid: () => ({
          head: [unit, 'p50', 'p95', ...(drawn ? [CURVE] : []), 'time'],
          rows: [...dots]
            .sort((a, b) => a.x - b.x)
            .map(({ x, p50, p95, t }) => [
              ...[x, p50, p95, ...(drawn ? [curveAt(curve, x)] : [])].map(reading),
              clockLabel(t),
            ]),
        }),
        timed: false,
      },
    };
  });
}

function plain(label: string, colour: string): LegendItem {
  return { label, colour, dashed: false, shape: 'line', hidden: false, toggle: null };
}

function reading(value: number | null): string {
  return value === null ? '–' : readingLabel(value);
}

/** A colour laid over another. */
function mixed(colour: string, ground: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(share * 100)}%, ${ground})`;
}

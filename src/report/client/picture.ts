/** Pictures over time as data: lines, bands, limits and marks, for SVG, canvas and tables alike. */
import { type Axis, tickLabel, timeAxis, valueAxis } from './axis.ts';

/** What a colour means, on every chart and in both themes; the colours themselves are in styles/theme.css. */
export type ColourKey =
  | 'offered'
  | 'achieved'
  | 'failed'
  | 'p50'
  | 'p95'
  | 'p99'
  | 'users'
  | 'generator'
  | 'loop'
  | 'cpu'
  | 'other';

export interface Line {
  readonly label: string;
  readonly colour: ColourKey;
  readonly dashed: boolean;
  /** Not drawn until the reader asks for it. */
  readonly hidden: boolean;
  /** Measured by the axis at the right, in a unit of its own that the label names. */
  readonly right: boolean;
  /** One per instant of the picture; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** A stretch of time, in seconds since the start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A stretch of time that differs from the rest. */
export interface Band extends Span {
  readonly kind: 'warmup' | 'drain' | 'unfit' | 'lost';
  /** Written into the band where it fits; may be empty. */
  readonly label: string;
}

/** A threshold drawn across the picture. */
export interface Limit {
  readonly label: string;
  readonly value: number;
  /** Where its label begins, seconds since the start; absent: at the usual place. */
  readonly labelAt?: number;
}

/** An instant at which something changed: a stage of the plan, the end of a run that was cut short. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

/** One picture of the run over time: all that a drawing needs, whether in SVG or on a canvas. */
export interface Picture {
  readonly id: 'requests' | 'response' | 'users' | 'generator' | 'outcomes' | 'first-token' | 'tokens';
  readonly title: string;
  /** Unit, and what is shown, beside the title. */
  readonly unit: string;
  /** The sentence shown instead, where there is nothing to draw. */
  readonly empty: string;
  /** Seconds since the start. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly bands: readonly Band[];
  readonly limits: readonly Limit[];
  readonly marks: readonly Mark[];
  readonly x: Axis;
  readonly y: Axis;
  /** For the lines that are measured at the right; null where none is drawn. */
  readonly right: Axis | null;
}

/** Parts of a picture's width that can still be told apart. */
const FINEST = 500;

interface Parts extends Omit<Picture, 'x' | 'y' | 'right'> {
  readonly span: Span;
  /** The values are counts. */
  readonly whole?: boolean;
  /** The value axis reaches this far at least, and has at most this many steps. */
  readonly atLeast?: number;
  readonly most?: number;
}

/** The axes over all that is drawn, and what lies within them. */
export function framed(parts: Parts): Picture {
  const { whole = false, atLeast = 0, most = 6, span, ...rest } = parts;
  const drawn = rest.lines.filter(({ hidden }) => !hidden);
  const atRight = drawn.filter(({ right }) => right);
  const highest = Math.max(atLeast, ...drawn.filter(({ right }) => !right).map(({ values }) => peak(values)));
  // A limit far above everything measured would press the lines onto the floor.
  const limits = rest.limits.filter(({ value }) => value > 0 && value <= 4 * highest);
  const top = Math.max(highest, ...limits.map(({ value }) => value * 1.05));
  const seen = within(rest, span);
  const named = seen.marks.some(({ label }) => label !== '') || seen.bands.some(({ label }) => label !== '');
  // What is written at the top of a picture stands over no line.
  const headroom = named && highest > 0 ? HEADROOM[rest.id === 'generator' ? 'low' : 'usual'] : 1;
  const x = timeAxis(span.to, span.from);
  const y = valueAxis(Math.max(top, highest * headroom), most, whole);
  const left = drawn.filter(({ right }) => !right);
  return {
    ...rest,
    limits: limits.map((limit) => ({
      ...limit,
      ...clearPlace(limit, { lines: left, times: rest.times, x, y }, seen.bands),
    })),
    ...seen,
    x,
    y,
    right: atRight.length === 0 ? null : valueAxis(Math.max(...atRight.map(({ values }) => peak(values))), most),
  };
}

/** The part of a picture's height that a label at its top takes, as a factor; a low picture has the same letters. */
const HEADROOM = { usual: 1.13, low: 1.3 } as const;

/** A label's height and the width of one of its letters, as parts of a picture's. */
const LABEL_HEIGHT = 0.1;
const LETTER_WIDTH = 0.014;

/** Where the name of a limit stands so that it hides no line: at its usual place, else further right; nowhere better: there. */
function clearPlace(
  { label, value }: Limit,
  { lines, times, x, y }: Pick<Picture, 'lines' | 'times' | 'x' | 'y'>,
  bands: readonly Band[],
): Pick<Limit, 'labelAt'> {
  const whole = x.end - x.start;
  const width = (label.length * LETTER_WIDTH + 0.02) * whole;
  const usual = labelsFrom({ bands, x });
  const covers = (from: number): boolean =>
    lines.some(({ values }) => {
      let lowest = Number.POSITIVE_INFINITY;
      let highest = Number.NEGATIVE_INFINITY;
      times.forEach((at, i) => {
        const before = times[i - 1] ?? at;
        const after = times[i + 1] ?? at;
        const one = values[i];
        // The points at both sides count too: a line leads from them into the label.
        if (one == null || after < from || before > from + width) return;
        lowest = Math.min(lowest, one);
        highest = Math.max(highest, one);
      });
      return lowest <= value + LABEL_HEIGHT * y.end && highest >= value;
    });
  if (!covers(usual)) return {};
  for (let from = usual; from + width <= x.end; from += whole / 20) if (!covers(from)) return { labelAt: from };
  return {};
}

/** What of the bands and marks lies in a stretch of time. */
export function within(
  { bands, marks }: Pick<Picture, 'bands' | 'marks'>,
  span: Span,
): { readonly bands: Band[]; readonly marks: Mark[] } {
  return {
    bands: withoutHairs(bands, (span.to - span.from) / FINEST)
      .map((band) => ({ ...band, from: Math.max(band.from, span.from), to: Math.min(band.to, span.to) }))
      .filter(({ from, to }) => from < to),
    marks: marks.filter(({ at }) => at > span.from && at <= span.to),
  };
}

/** Bands of a kind that are nearer to each other than can be seen become one. */
function withoutHairs(bands: readonly Band[], gap: number): Band[] {
  const joined: Band[] = [];
  for (const band of bands) {
    const last = joined[joined.length - 1];
    if (last?.kind === band.kind && band.from - last.to < gap) joined[joined.length - 1] = { ...last, to: band.to };
    else joined.push(band);
  }
  return joined;
}

/**
 * The picture with few enough instants to draw: of every stretch the instants at which some line is lowest or highest,
 * so that no peak is lost. All lines keep the same instants.
 */
export function thinned(picture: Picture, stretches = 300): Picture {
  const total = picture.times.length;
  if (total <= 4 * stretches) return picture;
  const keep = new Set<number>([0, total - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * total) / stretches);
    const to = Math.floor(((stretch + 1) * total) / stretches);
    for (const { values, hidden } of picture.lines) {
      if (hidden) continue;
      let lowest = from;
      let highest = from;
      for (let i = from; i < to; i++) {
        if ((values[i] ?? Number.POSITIVE_INFINITY) < (values[lowest] ?? Number.POSITIVE_INFINITY)) lowest = i;
        if ((values[i] ?? Number.NEGATIVE_INFINITY) > (values[highest] ?? Number.NEGATIVE_INFINITY)) highest = i;
      }
      keep.add(lowest).add(highest);
    }
  }
  const kept = [...keep].sort((a, b) => a - b);
  return {
    ...picture,
    times: kept.map((i) => picture.times[i] ?? 0),
    lines: picture.lines.map((drawn) => ({ ...drawn, values: kept.map((i) => drawn.values[i] ?? null) })),
  };
}

/** Whether a value has no neighbour to be joined with: it is then drawn as a dot. */
export function standsAlone(values: readonly (number | null)[], index: number): boolean {
  return values[index] != null && values[index - 1] == null && values[index + 1] == null;
}

/** Where the labels of limits begin, seconds since the start: clear of the warm-up's own label. */
export function labelsFrom({ bands, x }: Pick<Picture, 'bands' | 'x'>): number {
  const warmup = bands.find(({ kind }) => kind === 'warmup');
  return warmup?.to ?? x.start;
}

/** Labels of marks stand left of them, at the top; one that would touch another, or leave the picture, is left out. */
export function placed(
  marks: readonly Mark[],
  xAt: (seconds: number) => number,
  widthOf: (label: string) => number,
  edge: number,
): { readonly label: string; readonly right: number }[] {
  const labels: { label: string; right: number }[] = [];
  let free = edge;
  for (const { at, label } of marks) {
    const right = xAt(at) - 4;
    if (label === '' || right - widthOf(label) < free) continue;
    labels.push({ label, right });
    free = xAt(at) + 4;
  }
  return labels;
}

/** The picture in one sentence, for those who cannot see it. */
export function describe(picture: Pick<Picture, 'title' | 'unit' | 'empty' | 'lines'>): string {
  const title = `${picture.title}${picture.unit === '' ? '' : `, ${picture.unit}`}, over time`;
  if (picture.empty !== '') return `${title}. ${picture.empty}`;
  const peaks = picture.lines
    .filter(({ hidden }) => !hidden)
    .map(({ label, values }) => `${label} up to ${tickLabel(Number(peak(values).toFixed(2)))}`);
  return `${title}: ${peaks.join(', ')}. The numbers are in the data table below.`;
}

export function isBlank({ values }: Line): boolean {
  return values.every((value) => value === null);
}

function peak(values: readonly (number | null)[]): number {
  return values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
}

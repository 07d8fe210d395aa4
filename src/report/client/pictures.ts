import type { LoadProfile, Threshold } from '../../core/plan.ts';
import type { TimelinePoint } from '../../core/result.ts';
import { type Axis, tickLabel, timeAxis, valueAxis } from './axis.ts';

/** What a colour means, on every chart and in both themes; the colours themselves are in styles.css. */
export type ColourKey = 'offered' | 'achieved' | 'failed' | 'p50' | 'p95' | 'users' | 'generator';

export interface Line {
  readonly label: string;
  readonly colour: ColourKey;
  readonly dashed: boolean;
  /** One per instant of the picture; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** A stretch of time that differs from the rest; from and to in seconds since the start. */
interface Band {
  readonly kind: 'warmup' | 'drain' | 'unfit';
  /** Written into the band where it fits; may be empty. */
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** A threshold drawn across the picture. */
interface Limit {
  readonly label: string;
  readonly value: number;
}

/** One picture of the run over time: all that a drawing needs, whether in SVG or on a canvas. */
export interface Picture {
  readonly id: 'requests' | 'response' | 'users' | 'generator';
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
  readonly x: Axis;
  readonly y: Axis;
}

/** What the pictures are drawn from; the report carries it as JSON. */
export interface PictureSource {
  readonly model: LoadProfile['model'];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly thresholds: readonly Threshold[];
  readonly timeline: readonly TimelinePoint[];
}

/** The four pictures of a run, in reading order. */
export function picturesOf(source: PictureSource): Picture[] {
  const { model, timeline } = source;
  const open = model === 'open';
  const bands = [...phaseBands(timeline, 'warmup', 'warm-up'), ...phaseBands(timeline, 'drain', 'drain')];
  const frame = { times: timeline.map((point) => point.t), bands, limits: [] };
  const empty = timeline.length === 0 ? 'No interval was recorded.' : '';

  const requests = ratesOf(timeline, open);
  const response: Line[] = [
    line('p50', 'p50', timeline, (point) => point.p50),
    line('p95', 'p95', timeline, (point) => point.p95),
  ];
  if (open && timeline.some(waited)) {
    response.push({ ...line('p95 service', 'p95', timeline, (point) => point.serviceP95), dashed: true });
  }
  const users = open
    ? line('in flight', 'users', timeline, (point) => point.inFlight)
    : line('users', 'users', timeline, (point) => point.vus);
  const health = open
    ? line('lag p99', 'generator', timeline, (point) => point.lagP99)
    : line('loop delay p99', 'generator', timeline, (point) => point.loopDelayP99);

  return [
    picture({
      ...frame,
      id: 'requests',
      title: 'Requests',
      unit: 'per second',
      empty,
      lines: requests,
      limits: limitsOf(source.thresholds, (threshold) => threshold.metric.kind === 'achieved', 1),
    }),
    picture({
      ...frame,
      id: 'response',
      title: 'Response time',
      unit: 'ms',
      empty: empty || (response.every(isBlank) ? 'No request succeeded, so there is no response time to draw.' : ''),
      lines: response,
      limits: limitsOf(source.thresholds, (threshold) => threshold.metric.kind === 'percentile', 1_000),
    }),
    picture({
      ...frame,
      id: 'users',
      title: open ? 'In flight' : 'Virtual users',
      unit: open ? 'requests' : '',
      empty,
      lines: [users],
      whole: true,
    }),
    picture({
      ...frame,
      id: 'generator',
      title: 'Generator',
      unit: open ? 'send lag p99, ms' : 'event-loop delay p99, ms',
      empty: empty || (isBlank(health) ? 'The generator did not report on itself.' : ''),
      lines: [health],
      bands: unfitBands(timeline),
      atLeast: 1,
      most: 4,
    }),
  ];
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
    for (const { values } of picture.lines) {
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
export function labelsFrom({ bands }: Picture): number {
  const [first] = bands;
  return first?.kind === 'warmup' ? first.to : 0;
}

/** The picture in one sentence, for those who cannot see it. */
export function describe(picture: Picture): string {
  const title = `${picture.title}${picture.unit === '' ? '' : `, ${picture.unit}`}, over time`;
  if (picture.empty !== '') return `${title}. ${picture.empty}`;
  const peaks = picture.lines.map(
    ({ label, values }) => `${label} up to ${tickLabel(Number(peak(values).toFixed(2)))}`,
  );
  return `${title}: ${peaks.join(', ')}. The numbers are in the data table below.`;
}

function picture(
  parts: Omit<Picture, 'x' | 'y'> & { readonly whole?: boolean; readonly atLeast?: number; readonly most?: number },
): Picture {
  const { whole = false, atLeast = 0, most = 6, ...rest } = parts;
  const highest = Math.max(atLeast, ...rest.lines.map(({ values }) => peak(values)));
  // A limit far above everything measured would press the lines onto the floor.
  const limits = rest.limits.filter(({ value }) => value > 0 && value <= 4 * highest);
  const top = Math.max(highest, ...limits.map(({ value }) => value * 1.05));
  return { ...rest, limits, x: timeAxis(rest.times[rest.times.length - 1] ?? 0), y: valueAxis(top, most, whole) };
}

function line(
  label: string,
  colour: ColourKey,
  timeline: readonly TimelinePoint[],
  value: (point: TimelinePoint) => number | null,
): Line {
  return { label, colour, dashed: false, values: timeline.map(value) };
}

function ratesOf(timeline: readonly TimelinePoint[], open: boolean): Line[] {
  const usual = Math.max(0, ...timeline.map((point) => point.seconds));
  // The last interval may be a few milliseconds long; two answers in it are no rate.
  const rate = (value: number, { seconds }: TimelinePoint): number | null =>
    seconds > 0 && seconds >= usual / 2 ? value / seconds : null;
  const lines = [
    line('achieved', 'achieved', timeline, (point) => rate(point.ok, point)),
    line('failed', 'failed', timeline, (point) => rate(point.failed, point)),
  ];
  if (!open) return lines;
  const offered = line('offered', 'offered', timeline, (point) =>
    // Once the load has ended nothing is due; a fall to zero would say that the generator gave up.
    point.phase === 'drain' ? null : rate(point.offered, point),
  );
  return [{ ...offered, dashed: true }, ...lines];
}

/** Requests waited in the generator (or for a connection) in this interval: response and service time differ visibly. */
function waited({ p95, serviceP95 }: TimelinePoint): boolean {
  return p95 !== null && serviceP95 !== null && p95 - serviceP95 > Math.max(1, 0.02 * p95);
}

function phaseBands(timeline: readonly TimelinePoint[], phase: 'warmup' | 'drain', label: string): Band[] {
  return stretchesOf(timeline, (point) => point.phase === phase).map((stretch) => ({ kind: phase, label, ...stretch }));
}

function unfitBands(timeline: readonly TimelinePoint[]): Band[] {
  return stretchesOf(timeline, (point) => point.unfit).map((stretch) => ({
    kind: 'unfit',
    label: '',
    ...stretch,
  }));
}

function stretchesOf(
  timeline: readonly TimelinePoint[],
  inside: (point: TimelinePoint) => boolean,
): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  let before = 0;
  let open: { from: number; to: number } | null = null;
  for (const point of timeline) {
    if (!inside(point)) {
      open = null;
    } else if (open === null) {
      open = { from: Math.max(before, 0), to: point.t };
      stretches.push(open);
    } else {
      open.to = point.t;
    }
    before = point.t;
  }
  return stretches;
}

function limitsOf(
  thresholds: readonly Threshold[],
  belongs: (threshold: Threshold) => boolean,
  divisor: number,
): Limit[] {
  return thresholds.filter(belongs).map(({ text, limit }) => ({
    label: text.replace(/\s*([<>]=?)\s*/, ' $1 '),
    value: limit / divisor,
  }));
}

function isBlank({ values }: Line): boolean {
  return values.every((value) => value === null);
}

function peak(values: readonly (number | null)[]): number {
  return values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
}

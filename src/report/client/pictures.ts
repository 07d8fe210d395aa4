/** The pictures over time as data: which lines, bands and limits, before anything is drawn. */
import type { OneLoad, Threshold } from '../../core/plan.ts';
import type { TimelinePoint } from '../../core/result.ts';
import type { StreamMetric } from '../../core/streamed.ts';
import { bandsOf, broken, holesOf } from './bands.ts';
import {
  type ColourKey,
  framed,
  isBlank,
  type Limit,
  type Line,
  type Mark,
  type Picture,
  type Span,
} from './picture.ts';

/** What the pictures over time are drawn from. */
export interface PictureSource {
  readonly model: OneLoad['model'];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly thresholds: readonly Threshold[];
  readonly marks: readonly Mark[];
  /** A search: many short levels, each with a last point that may be short, and a drain. */
  readonly levels?: true;
  readonly timeline: readonly TimelinePoint[];
}

/** What the reader wants to see. */
export interface View {
  /** The stretch of time to be shown; null: all of it. */
  readonly span: Span | null;
  /** Lines that are shown although they are hidden at first, or the other way round: `response p99`. */
  readonly toggled: ReadonlySet<string>;
}

/** Of a search's points, the share of the longest from which on a count in it is a rate. */
const SHORT_POINT = 0.2;

const WHOLE: View = { span: null, toggled: new Set() };

/** The four pictures of a run, in reading order; two more where responses were streamed. */
export function picturesOf(source: PictureSource, view: View = WHOLE): Picture[] {
  const { model, timeline } = source;
  const open = model === 'open';
  // Between the levels of a search there is nothing to be recorded.
  const holes = source.levels === true ? [] : holesOf(timeline);
  const bands = [...bandsOf(timeline), ...holes];
  const end = timeline[timeline.length - 1]?.t ?? 0;
  const span = view.span ?? { from: 0, to: end };
  const shown =
    view.span === null ? timeline : timeline.filter(({ t, seconds }) => t > span.from && t - seconds < span.to);
  const points = source.levels === true ? withoutEnds(shown) : shown;
  const frame = { times: points.map((point) => point.t), bands, limits: [], marks: source.marks, span };
  const empty = timeline.length === 0 ? 'No interval was recorded.' : '';
  const toggle = (id: Picture['id'], lines: Line[]): Line[] => toggled(lines, id, view.toggled);

  const shownService = open && timeline.some(waited);
  const response: Line[] = [
    line('p50', 'p50', points, (point) => point.p50),
    line('p95', 'p95', points, (point) => point.p95),
    { ...line('p99', 'p99', points, (point) => point.p99), hidden: true },
    { ...line('p95 service', 'p95', points, (point) => point.serviceP95), dashed: true, hidden: !shownService },
  ];
  const vus = line('users', 'users', points, (point) => (open && point.vus === 0 ? null : point.vus));
  const both = open && timeline.some((point) => point.vus > 0);
  const inFlight = line('in flight', 'users', points, (point) => point.inFlight);
  const lag = line('lag p99', 'generator', points, (point) => point.lagP99);
  const loop = line('loop delay p99', 'loop', points, (point) => point.loopDelayP99);
  const cpu = line('CPU, cores', 'cpu', points, (point) => point.cpu);
  // With users a request is due when it is sent: there is no lag to speak of.
  const health = open ? [lag, { ...loop, dashed: true, hidden: true }] : [{ ...loop, colour: 'generator' as const }];
  const pictures = [
    framed({
      ...frame,
      id: 'requests',
      title: 'Requests',
      unit: 'per second',
      empty,
      lines: toggle('requests', ratesOf(points, open, source.levels === true ? SHORT_POINT : undefined)),
      limits: limitsOf(source.thresholds, (threshold) => threshold.metric.kind === 'achieved', 1),
    }),
    framed({
      ...frame,
      id: 'response',
      title: 'Response time',
      unit: 'ms, of the successes',
      empty:
        empty ||
        (response.slice(0, 2).every(isBlank) ? 'No request succeeded, so there is no response time to draw.' : ''),
      lines: toggle('response', response),
      limits: limitsOf(
        source.thresholds,
        ({ metric }) => metric.kind === 'percentile' && metric.of === undefined,
        1_000,
      ),
    }),
    framed({
      ...frame,
      id: 'users',
      title: both ? 'Users and requests in flight' : open ? 'In flight' : 'Virtual users',
      unit: open && !both ? 'requests' : '',
      empty,
      lines: toggle(
        'users',
        open && !both
          ? [inFlight]
          : [vus, { ...inFlight, dashed: true, hidden: !both, colour: both ? 'loop' : 'users' }],
      ),
      whole: true,
    }),
    framed({
      ...frame,
      id: 'generator',
      title: 'Generator',
      unit: open ? 'send lag p99, ms' : 'event-loop delay p99, ms',
      empty: empty || (health.every(isBlank) ? 'The generator did not report on itself.' : ''),
      lines: toggle('generator', [...health, { ...cpu, dashed: true, hidden: true, right: true }]),
      atLeast: 1,
      most: 4,
    }),
  ];
  if (timeline.some(({ tokens }) => tokens != null))
    pictures.push(...streamPictures(source, points, { frame, toggle }));
  return pictures.map((picture) => broken(picture, holes));
}

interface Drawing {
  readonly frame: Pick<Parameters<typeof framed>[0], 'times' | 'bands' | 'limits' | 'marks' | 'span'>;
  toggle(id: Picture['id'], lines: Line[]): Line[];
}

/** Of streamed responses: when they began, and how their pieces came. */
function streamPictures(
  { thresholds }: PictureSource,
  points: readonly TimelinePoint[],
  { frame, toggle }: Drawing,
): Picture[] {
  const limits = (wanted: StreamMetric): Limit[] =>
    limitsOf(thresholds, ({ metric }) => metric.kind === 'percentile' && metric.of === wanted, 1_000);
  const perSecond = rateWithin(points);
  const tokens = line('events/s', 'achieved', points, ({ tokens = 0, seconds }) => perSecond(tokens ?? 0, seconds));
  return [
    framed({
      ...frame,
      id: 'first-token',
      title: 'Time to first token',
      unit: 'ms, of the streams that came to their end',
      empty: '',
      lines: toggle('first-token', [
        line('p50', 'p50', points, (point) => point.ttftP50 ?? null),
        line('p95', 'p95', points, (point) => point.ttftP95 ?? null),
      ]),
      limits: limits('ttft'),
    }),
    framed({
      ...frame,
      id: 'tokens',
      title: 'Inter-token latency',
      unit: 'ms; events per second at the right',
      empty: '',
      lines: toggle('tokens', [
        line('p50', 'p50', points, (point) => point.itlP50 ?? null),
        line('p99', 'p99', points, (point) => point.itlP99 ?? null),
        { ...tokens, right: true },
      ]),
      limits: limits('itl'),
    }),
  ];
}

/** Without the drains between the levels of a search, and what is too short to be a rate. */
function withoutEnds(points: readonly TimelinePoint[]): TimelinePoint[] {
  const longest = points.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  return points.filter(({ phase, seconds }) => phase !== 'drain' && seconds >= SHORT_POINT * longest);
}

export function toggled(lines: readonly Line[], id: Picture['id'], wanted: ReadonlySet<string>): Line[] {
  return lines.map((drawn) => (wanted.has(`${id} ${drawn.label}`) ? { ...drawn, hidden: !drawn.hidden } : drawn));
}

export function line<Point>(
  label: string,
  colour: ColourKey,
  points: readonly Point[],
  value: (point: Point) => number | null,
): Line {
  return { label, colour, dashed: false, hidden: false, right: false, values: points.map(value) };
}

/**
 * The last interval may be a few milliseconds long; two responses in it are no rate.
 * @param least share of the longest interval from which on it is one.
 */
export function rateWithin(
  points: readonly { readonly seconds: number }[],
  least = 0.5,
): (n: number, seconds: number) => number | null {
  const usual = points.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  return (n, seconds) => (seconds > 0 && seconds >= usual * least ? n / seconds : null);
}

export function limitsOf(
  thresholds: readonly Threshold[],
  belongs: (threshold: Threshold) => boolean,
  divisor: number,
): Limit[] {
  return thresholds.filter(belongs).map(({ text, limit }) => ({
    label: text.replace(/\s*([<>]=?)\s*/, ' $1 '),
    value: limit / divisor,
  }));
}

function ratesOf(points: readonly TimelinePoint[], open: boolean, least?: number): Line[] {
  const rate = rateWithin(points, least);
  const lines = [
    line('achieved', 'achieved', points, ({ ok, seconds }) => rate(ok, seconds)),
    line('failed', 'failed', points, ({ failed, seconds }) => rate(failed, seconds)),
  ];
  if (!open) return lines;
  const offered = line('offered', 'offered', points, (point) =>
    // Once the load has ended nothing is due; a fall to zero would say that the generator gave up.
    point.phase === 'drain' ? null : rate(point.offered, point.seconds),
  );
  return [{ ...offered, dashed: true }, ...lines];
}

/** Requests waited in the generator (or for a connection) in this interval: response and service time differ visibly. */
function waited({ p95, serviceP95 }: TimelinePoint): boolean {
  return p95 !== null && serviceP95 !== null && p95 - serviceP95 > Math.max(1, 0.02 * p95);
}

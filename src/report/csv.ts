/**
 * The three tables that Locust writes, column for column, so that dashboards made for them keep working. Two things are
 * truer here: times have µs resolution, and are of successes only (Locust's hold failures as well). What is not known
 * is `N/A`. Figures that Locust does not have stand behind its columns.
 */
import { inMs } from '../analyze/latency.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import { type TagSet, tellingTags } from '../core/flow.ts';
import type { Plan, Scope } from '../core/plan.ts';
import type { RunResult, SeriesResult } from '../core/result.ts';
import { bears } from '../core/sample-size.ts';
import {
  EMPTY_HISTOGRAM,
  type HistogramData,
  type IntervalSnapshot,
  type SeriesSnapshot,
  seriesWithin,
  timesOf,
} from '../core/snapshot.ts';
import { FINISHES } from '../core/streamed.ts';
import { Histogram, quantilesOf } from '../stats/histogram.ts';
import { mergeHistograms } from '../stats/packed-histogram.ts';
import { csvCell } from './csv-cell.ts';
import { wholesOf } from './request-rows.ts';
import { toldTags } from './tags.ts';

type Cell = string | number;

const PERCENTILES: readonly (readonly [heading: string, p: number])[] = [
  ['50%', 0.5],
  ['66%', 0.66],
  ['75%', 0.75],
  ['80%', 0.8],
  ['90%', 0.9],
  ['95%', 0.95],
  ['98%', 0.98],
  ['99%', 0.99],
  ['99.9%', 0.999],
  ['99.99%', 0.9999],
];
const PERCENTILE_COLUMNS = [...PERCENTILES.map(([heading]) => heading), '100%'];

const STATS_COLUMNS = [
  'Type',
  'Name',
  'Request Count',
  'Failure Count',
  'Median Response Time',
  'Average Response Time',
  'Min Response Time',
  'Max Response Time',
  'Average Content Size',
  'Requests/s',
  'Failures/s',
  ...PERCENTILE_COLUMNS,
];

const HISTORY_COLUMNS = [
  'Timestamp',
  'User Count',
  'Type',
  'Name',
  'Requests/s',
  'Failures/s',
  ...PERCENTILE_COLUMNS,
  'Total Request Count',
  'Total Failure Count',
  'Total Median Response Time',
  'Total Average Response Time',
  'Total Min Response Time',
  'Total Max Response Time',
  'Total Average Content Size',
];

/** Of an interval, behind Locust's columns, where responses are streamed. */
const STREAM_HISTORY_COLUMNS = ['Streams', 'TTFT 50%', 'TTFT 95%', 'ITL 50%', 'ITL 99%', 'Output Tokens/s'];

const FAILURES_COLUMNS = ['Method', 'Name', 'Error', 'Occurrences', 'First Seen', 'Last Seen', 'Response Body'];
const UNKNOWN = 'N/A';
const AGGREGATED: readonly [Cell, Cell] = ['', 'Aggregated'];

/**
 * `stats.csv`: a row per request name, group, flow and region, and one for all requests, of the measured phase. A percentile that the
 * sample cannot bear is `N/A`, by the rule of `result.json`.
 * @param histogramOf response times of the measured phase's successes: of a request name, group, flow or region, or (null) of all.
 */
export function toStatsCsv(
  result: RunResult,
  histogramOf: (name: string | null, kind?: Scope['kind'] | 'region') => Histogram,
): string {
  const seconds = result.totals.durationMs / 1000;
  const further = furtherColumns(result);
  const row = (label: readonly Cell[], { totals, rates, ...part }: Told, times: Histogram): Cell[] => {
    const requests = totals.ok + totals.failed;
    const achieved = rates.achievedPerSec;
    return [
      ...label,
      requests,
      totals.failed,
      ...summaryOf(times),
      requests > 0 ? rounded(totals.bodyBytesIn / requests) : UNKNOWN,
      rounded(achieved + perSecond(totals.failed, seconds)),
      perSecond(totals.failed, seconds),
      ...percentilesOf(times, (p) => bears(p, times.count)),
      ...further.map(([, cellOf]) => cellOf(part) ?? UNKNOWN),
    ];
  };
  const rows = Object.entries(result.series).map(([name, each]) =>
    row(labelOf(result.plan, name), each, histogramOf(name)),
  );
  const wholes = [
    ...wholesOf(result).map(({ kind, name, part }) => row([kind, name], part, histogramOf(name, kind))),
    ...toldTags(result).map(({ name, part }) => row(['tag', name], part, histogramOf(name, 'tag'))),
  ];
  return table([
    [...STATS_COLUMNS, ...further.map(([heading]) => heading)],
    ...rows,
    ...wholes,
    row(AGGREGATED, result, histogramOf(null)),
  ]);
}

type Told = Pick<RunResult, 'totals' | 'rates'> &
  Pick<SeriesResult, 'streams' | 'goodput'> & {
    readonly latency: SeriesResult['latency'];
  };
type Further = readonly [heading: string, cellOf: (part: Omit<Told, 'totals' | 'rates'>) => Cell | null | undefined];

const STREAM_COLUMNS = [
  ['TTFT', 'timeToFirstToken'],
  ['TPOT', 'timePerOutputToken'],
  ['ITL', 'interTokenLatency'],
] as const;
const STREAM_PERCENTILES = ['p50', 'p95', 'p99'] as const;

/** Behind Locust's, and only where there is something: times of streams in ms, their tokens, how they ended; and goodput. */
function furtherColumns({ streams, goodput }: RunResult): readonly Further[] {
  const ofStreams: readonly Further[] = [
    ['Streams', (part) => part.streams?.ended],
    ...STREAM_COLUMNS.flatMap(([label, measure]) =>
      STREAM_PERCENTILES.map(
        (name): Further => [`${label} ${name.slice(1)}%`, ({ latency }) => latency[measure]?.[name]],
      ),
    ),
    ['Output Tokens', (part) => part.streams?.outputTokens],
    ['Output Tokens/s', (part) => part.streams?.outputTokensPerSec],
    ...FINISHES.map(
      (finish): Further => [`Ended ${finish}`, (part) => part.streams && (part.streams.finishes[finish] ?? 0)],
    ),
  ];
  const ofGoodput: readonly Further[] = [
    ['Goodput', (part) => part.goodput?.share],
    ['Goodput/s', (part) => part.goodput?.perSec],
  ];
  return [...(streams === undefined ? [] : ofStreams), ...(goodput === undefined ? [] : ofGoodput)];
}

/** `failures.csv`: what failed, and how often. Requests that the run itself gave up at its end are not the target's. */
export function toFailuresCsv(result: RunResult): string {
  const rows = result.failures
    .filter(({ outcome }) => outcome !== 'aborted')
    .map(({ name, outcome, message, count, firstSeen, lastSeen, bodies }) => [
      ...labelOf(result.plan, name),
      message || outcome,
      count,
      firstSeen,
      lastSeen,
      bodies?.[0] ?? '',
    ]);
  return table([FAILURES_COLUMNS, ...rows]);
}

/** What a request name has done in one interval. Of few times: its percentiles are read from the filled buckets alone. */
class Lately {
  requests = 0;
  failed = 0;
  times: HistogramData = EMPTY_HISTOGRAM;
  firstToken: HistogramData = EMPTY_HISTOGRAM;
  gaps: HistogramData = EMPTY_HISTOGRAM;
  streams = 0;
  tokens = 0;

  add(series: SeriesSnapshot): void {
    this.requests += series.ok + series.failed;
    this.failed += series.failed;
    this.times = mergeHistograms(this.times, timesOf(series, 'response'));
    const { streams } = series;
    if (streams === undefined) return;
    this.streams += streams.ended;
    this.tokens += streams.outputTokens;
    this.firstToken = mergeHistograms(this.firstToken, timesOf(series, 'timeToFirstToken'));
    this.gaps = mergeHistograms(this.gaps, timesOf(series, 'interTokenLatency'));
  }
}

/** What a request name has done so far. */
class Running {
  readonly times = new Histogram();
  requests = 0;
  failed = 0;
  bodyBytesIn = 0;

  add(series: SeriesSnapshot): void {
    this.requests += series.ok + series.failed;
    this.failed += series.failed;
    this.bodyBytesIn += series.bodyBytesIn;
    this.times.add(timesOf(series, 'response'));
  }
}

/**
 * `history.csv`, written as the run goes (or is replayed): per interval a row for each request name, group, flow, region and tag,
 * and one for all requests.
 * Rates and percentiles are of the interval, warm-up included; the totals are of the measured phase, so that those of
 * the last rows are the ones of `stats.csv`. A sink of its own, since a long run's intervals do not fit into memory.
 */
export class HistoryCsv implements RunSink {
  readonly #write: (text: string) => void;
  #run: { readonly plan: Plan; readonly startedAt: number } | null = null;
  #tags: readonly TagSet[] = [];
  /** The snapshots of the interval that is newest: another phase's may follow. */
  #interval: IntervalSnapshot[] = [];
  readonly #totals = new Map<string, Running>();
  #all = new Running();
  /** Of the statistics: what was due before the last is in no total. */
  #resets = 0;
  /** Whether rows have what streams are judged by; null: the first is not written yet. */
  #streamed: boolean | null = null;

  /** @param write takes whole rows. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  accept(event: RunEvent): void {
    if (event.type === 'started') {
      this.#run = { plan: event.plan, startedAt: Date.parse(event.run.startedAt) };
      this.#tags = tellingTags(event.plan);
    } else if (event.type === 'interval') {
      if (this.#interval[0] !== undefined && this.#interval[0].index !== event.snapshot.index) this.#flush();
      this.#interval.push(event.snapshot);
    }
  }

  close(): void {
    this.#flush();
    if (this.#run !== null) this.#begin(this.#run.plan, []);
  }

  /** The first row tells what the others have; a first token may come after it. */
  #begin(plan: Plan, first: readonly IntervalSnapshot[]): boolean {
    if (this.#streamed !== null) return this.#streamed;
    this.#streamed =
      asksForStreams(plan) ||
      first.some(({ series }) => Object.values(series).some(({ streams }) => streams !== undefined));
    this.#write(table([[...HISTORY_COLUMNS, ...(this.#streamed ? STREAM_HISTORY_COLUMNS : [])]]));
    return this.#streamed;
  }

  #flush(): void {
    const snapshots = this.#interval;
    this.#interval = [];
    if (this.#run === null || snapshots.length === 0) return;
    const { plan, startedAt } = this.#run;
    const streamed = this.#begin(plan, snapshots);
    const now = new Map<string, Lately>();
    const all = new Lately();
    const wholes = new Map<string, { readonly label: readonly Cell[]; readonly current: Lately }>();
    for (const snapshot of snapshots) {
      const { phase, series, flows = {}, groups = {}, regions = {}, resets = 0 } = snapshot;
      if (resets > this.#resets) {
        this.#resets = resets;
        this.#totals.clear();
        this.#all = new Running();
      }
      for (const [name, each] of Object.entries(series)) {
        entry(now, name, Lately).add(each);
        all.add(each);
        if (phase === 'warmup' || resets < this.#resets) continue;
        entry(this.#totals, name, Running).add(each);
        this.#all.add(each);
      }
      const tagged = this.#tags.flatMap(({ name }) => {
        const parts = Object.values(seriesWithin(snapshot, { kind: 'tag', name }, this.#tags));
        return parts.map((part) => ({ kind: 'tag', name, part }));
      });
      for (const { kind, name, part } of [...wholesOf({ flows, groups, regions }), ...tagged]) {
        // No request has a line break in its name.
        const key = `${kind}\n${name}`;
        const whole = wholes.get(key) ?? { label: [kind, name], current: new Lately() };
        wholes.set(key, whole);
        whole.current.add(part);
        if (phase !== 'warmup' && resets === this.#resets) entry(this.#totals, key, Running).add(part);
      }
    }
    const endAt = Math.max(...snapshots.map((snapshot) => snapshot.endAt));
    const seconds = (endAt - Math.min(...snapshots.map((snapshot) => snapshot.startAt))) / 1e6;
    const timestamp = Math.floor((startedAt + endAt / 1000) / 1000);
    const users = Math.max(...snapshots.map((snapshot) => snapshot.load.vus));
    const row = (label: readonly Cell[], current: Lately, total: Running): Cell[] => [
      timestamp,
      users,
      ...label,
      perSecond(current.requests, seconds),
      perSecond(current.failed, seconds),
      ...percentilesWithin(current.times),
      total.requests,
      total.failed,
      ...summaryOf(total.times),
      total.requests > 0 ? rounded(total.bodyBytesIn / total.requests) : UNKNOWN,
      ...(streamed ? streamCells(current, seconds) : []),
    ];
    const rows = [...now].map(([name, each]) => row(labelOf(plan, name), each, entry(this.#totals, name, Running)));
    const made = [...wholes].map(([key, { label, current }]) => row(label, current, entry(this.#totals, key, Running)));
    this.#write(table([...rows, ...made, row(AGGREGATED, all, this.#all)]));
  }
}

/** What is sent says that streams are to come. */
const asksForStreams = ({ requests, stream }: Plan): boolean =>
  (stream !== undefined && stream !== 'off') ||
  requests.some(({ body }) => body?.encoding === 'utf8' && /"stream"\s*:\s*true/.test(body.data));

function streamCells({ streams, firstToken, gaps, tokens }: Lately, seconds: number): Cell[] {
  const within = (times: HistogramData, each: readonly number[]): Cell[] =>
    times.count === 0 ? each.map(() => UNKNOWN) : quantilesOf(times, each).map(inMs);
  return [streams, ...within(firstToken, [0.5, 0.95]), ...within(gaps, [0.5, 0.99]), perSecond(tokens, seconds)];
}

function entry<T>(map: Map<string, T>, name: string, Kind: new () => T): T {
  const known = map.get(name) ?? new Kind();
  map.set(name, known);
  return known;
}

/** Locust keeps the method apart from the name; a request that is called `POST /predict` is `POST`, `/predict`. */
function labelOf(plan: Plan, name: string): readonly [type: Cell, name: Cell] {
  const method = plan.requests.find((request) => request.name === name)?.method ?? '';
  return [method, method !== '' && name.startsWith(`${method} `) ? name.slice(method.length + 1) : name];
}

/** Median, average, min, max in ms. */
function summaryOf(times: Histogram): Cell[] {
  if (times.count === 0) return [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  return [inMs(times.quantile(0.5)), inMs(times.mean), inMs(times.min), inMs(times.max)];
}

function percentilesOf(times: Histogram, borne: (p: number) => boolean): Cell[] {
  if (times.count === 0) return PERCENTILE_COLUMNS.map(() => UNKNOWN);
  return [...PERCENTILES.map(([, p]) => (borne(p) ? inMs(times.quantile(p)) : UNKNOWN)), inMs(times.max)];
}

const EACH = PERCENTILES.map(([, p]) => p);

function percentilesWithin(times: HistogramData): Cell[] {
  if (times.count === 0) return PERCENTILE_COLUMNS.map(() => UNKNOWN);
  return [...quantilesOf(times, EACH), times.max].map(inMs);
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const perSecond = (n: number, seconds: number): number => (seconds > 0 ? rounded(n / seconds) : 0);

/** As RFC 4180 has it: CRLF after every record. */
function table(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** `history.csv`: how each request name went from interval to interval, in Locust's columns and some more. */

import { inMs } from '../analyze/latency.ts';
import { arrivedIn, TokenWeight } from '../analyze/token-weight.ts';
import { wholeBodies } from '../core/body-size.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import { type TagSet, tellingTags } from '../core/flow.ts';
import type { Plan } from '../core/plan.ts';
import {
  EMPTY_HISTOGRAM,
  type HistogramData,
  type IntervalSnapshot,
  type SeriesSnapshot,
  seriesWithin,
  timesOf,
} from '../core/snapshot.ts';
import { Histogram, quantilesOf } from '../stats/histogram.ts';
import { mergeHistograms } from '../stats/packed-histogram.ts';
import {
  AGGREGATED,
  type Cell,
  labelOf,
  PERCENTILE_COLUMNS,
  PERCENTILES,
  perSecond,
  rounded,
  summaryOf,
  table,
  UNKNOWN,
} from './csv-table.ts';
import { wholesOf } from './request-rows.ts';

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

/** What a request name has done in one interval. Of few times: its percentiles are read from the filled buckets alone. */
class Lately {
  requests = 0;
  failed = 0;
  times: HistogramData = EMPTY_HISTOGRAM;
  firstToken: HistogramData = EMPTY_HISTOGRAM;
  gaps: HistogramData = EMPTY_HISTOGRAM;
  streams = 0;
  tokens = 0;
  arrived = 0;

  add(series: SeriesSnapshot): void {
    this.requests += series.ok + series.failed;
    this.failed += series.failed;
    this.times = mergeHistograms(this.times, timesOf(series, 'response'));
    const { streams } = series;
    if (streams === undefined) return;
    this.streams += streams.ended;
    this.tokens += streams.outputTokens;
    this.arrived += arrivedIn(streams);
    this.firstToken = mergeHistograms(this.firstToken, timesOf(series, 'timeToFirstToken'));
    this.gaps = mergeHistograms(this.gaps, timesOf(series, 'interTokenLatency'));
  }
}

/** What a request name has done so far. */
class Running {
  readonly times = new Histogram();
  requests = 0;
  failed = 0;
  readonly bodies = { count: 0, bytes: 0 };
  /** Of its streams, those of the warm-up too. */
  readonly weight = new TokenWeight();

  add(series: SeriesSnapshot): void {
    this.requests += series.ok + series.failed;
    this.failed += series.failed;
    const { count, bytes } = wholeBodies(series);
    this.bodies.count += count;
    this.bodies.bytes += bytes;
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
        if (each.streams !== undefined) {
          entry(this.#totals, name, Running).weight.add(each.streams);
          this.#all.weight.add(each.streams);
        }
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
        if (part.streams !== undefined) entry(this.#totals, key, Running).weight.add(part.streams);
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
      total.bodies.count > 0 ? rounded(total.bodies.bytes / total.bodies.count) : UNKNOWN,
      ...(streamed ? streamCells(current, total.weight, seconds) : []),
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

function streamCells(
  { streams, firstToken, gaps, tokens, arrived }: Lately,
  weight: TokenWeight,
  seconds: number,
): Cell[] {
  const within = (times: HistogramData, each: readonly number[]): Cell[] =>
    times.count === 0 ? each.map(() => UNKNOWN) : quantilesOf(times, each).map(inMs);
  return [
    streams,
    ...within(firstToken, [0.5, 0.95]),
    ...within(gaps, [0.5, 0.99]),
    perSecond(weight.tokensOf(arrived, tokens), seconds),
  ];
}

function entry<T>(map: Map<string, T>, name: string, Kind: new () => T): T {
  const known = map.get(name) ?? new Kind();
  map.set(name, known);
  return known;
}

const EACH = PERCENTILES.map(([, p]) => p);

function percentilesWithin(times: HistogramData): Cell[] {
  if (times.count === 0) return PERCENTILE_COLUMNS.map(() => UNKNOWN);
  return [...quantilesOf(times, EACH), times.max].map(inMs);
}

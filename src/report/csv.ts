/** `stats.csv` and `failures.csv`: what each request name came to over the whole run, and what failed, in Locust's columns. */

import { inMs } from '../analyze/latency.ts';
import { averageBody } from '../core/body-size.ts';
import type { Scope } from '../core/plan.ts';
import type { RunResult, SeriesResult } from '../core/result.ts';
import { bears } from '../core/sample-size.ts';
import { FINISHES } from '../core/streamed.ts';
import type { Histogram } from '../stats/histogram.ts';
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
import { toldTags } from './tags.ts';

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

const FAILURES_COLUMNS = ['Method', 'Name', 'Error', 'Occurrences', 'First Seen', 'Last Seen', 'Response Body'];

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
    const size = averageBody(totals);
    return [
      ...label,
      requests,
      totals.failed,
      ...summaryOf(times),
      size === null ? UNKNOWN : rounded(size),
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

function percentilesOf(times: Histogram, borne: (p: number) => boolean): Cell[] {
  if (times.count === 0) return PERCENTILE_COLUMNS.map(() => UNKNOWN);
  return [...PERCENTILES.map(([, p]) => (borne(p) ? inMs(times.quantile(p)) : UNKNOWN)), inMs(times.max)];
}

/** The rows of the table of requests, in text: the terminal, Markdown and the report draw them. */
import { percentileIn, successesDiffer } from '../analyze/percentiles.ts';
import { formatCount, formatRange, formatRate, formatShare, formatTime } from '../analyze/wording.ts';
import type { LatencySummary, PercentileName } from '../core/latencies.ts';
import type { RunResult, SeriesResult } from '../core/result.ts';
import { goodputShare } from './goodput.ts';
import { toldTags } from './tags.ts';

/** The percentiles of the tables of requests. */
export const SHOWN = ['p50', 'p95', 'p99', 'p99.9'] as const satisfies readonly PercentileName[];

/** A row of the table of requests, as text; what does not apply is empty, what the sample cannot bear is a dash. */
export interface RequestRow {
  readonly name: string;
  /** `part`: of the row above it. `ramp`: in none of the others. `group`, `flow`, `region`: made of requests. `tag`: all that have it. */
  readonly kind: 'request' | 'all' | 'part' | 'ramp' | 'tag' | Whole<unknown>['kind'];
  readonly count: string;
  readonly failed: string;
  /** Null: no request of the whole run was given up at its end. */
  readonly givenUp: string | null;
  readonly percentiles: readonly { readonly value: string; readonly range: string }[];
  readonly max: string;
  readonly achieved: string;
  /** Share of the requests that met all limits; null: it was not asked for. */
  readonly goodput: string | null;
}

/** Which columns there are that not every run has. */
interface Columns {
  readonly givenUp: boolean;
  readonly goodput: boolean;
}

type Part = Pick<SeriesResult, 'totals' | 'rates' | 'goodput'> & {
  readonly latency: Pick<SeriesResult['latency'], 'response' | 'responseWithFailures'>;
};

/** Of more names than this a text has those that matter most. */
const MOST_TOLD = 20;

/**
 * A row per request name, one for all, one per group, flow and region, and one for the ramp before; where the successes alone have other
 * percentiles, these below. Of many names those that failed most, and of these the slowest.
 */
export function requestRows(result: RunResult): RequestRow[] {
  const any = { givenUp: givenUpOf(result) > 0, goodput: result.goodput !== undefined };
  const requests = Object.entries(result.series).map(([name, part]) => ({ name, part }));
  const tags = toldTags(result).filter(({ isOfOne }) => !isOfOne);
  const { flows = {}, groups = {}, regions = {} } = result;
  return [
    ...foremost(requests).flatMap(({ name, part }) => rowsOf(name, 'request', part, any)),
    ...rowsOf('All requests', 'all', result, any),
    ...foremost(tags).flatMap(({ label, part }) => rowsOf(label, 'tag', part, any)),
    ...[...foremost(wholesOf<SeriesResult>({ flows, groups })), ...wholesOf<SeriesResult>({ regions })].flatMap(
      ({ kind, name, part }) => rowsOf(`${kind} ${name}`, kind, part, any),
    ),
    ...(result.ramp === undefined ? [] : rowsOf(RAMP, 'ramp', result.ramp, any)),
  ];
}

/** What these rows leave out, in a sentence; empty: nothing. */
export function leftOutSentence(result: RunResult): string {
  const { flows = {}, groups = {} } = result;
  const kinds = [
    ['requests', Object.keys(result.series).length],
    ['tags', toldTags(result).filter(({ isOfOne }) => !isOfOne).length],
    ['flows and groups', wholesOf({ flows, groups }).length],
  ] as const;
  const parts = kinds.flatMap(([what, n]) => (n > MOST_TOLD ? [`${formatCount(n)} ${what}`] : []));
  return parts.length === 0
    ? ''
    : `Of ${parts.join(' and of ')} these are the ${MOST_TOLD} that failed most, then the slowest; report.html and stats.csv have all.`;
}

/** In the order that they have. */
function foremost<Named extends { readonly part: SeriesResult }>(all: readonly Named[]): readonly Named[] {
  if (all.length <= MOST_TOLD) return all;
  const failed = ({ part: { totals } }: Named): number => totals.failed / Math.max(1, totals.ok + totals.failed);
  const slow = ({ part: { latency } }: Named): number => latency.response.p95 ?? latency.response.mean ?? 0;
  const most = [...all].sort((a, b) => failed(b) - failed(a) || slow(b) - slow(a)).slice(0, MOST_TOLD);
  const told = new Set(most);
  return all.filter((each) => told.has(each));
}

/** What is made of several requests and measured under a name of its own. */
export interface Whole<Part> {
  readonly kind: 'group' | 'flow' | 'region';
  readonly name: string;
  readonly part: Part;
}

/** Groups, flows and regions of a result or of an interval, one list. */
export const wholesOf = <Part>({ groups = {}, flows = {}, regions = {} }: Wholes<Part>): readonly Whole<Part>[] => [
  ...Object.entries(groups).map(([name, part]): Whole<Part> => ({ kind: 'group', name, part })),
  ...Object.entries(flows).map(([name, part]): Whole<Part> => ({ kind: 'flow', name, part })),
  ...Object.entries(regions).map(([name, part]): Whole<Part> => ({ kind: 'region', name, part })),
];

interface Wholes<Part> {
  readonly groups?: Readonly<Record<string, Part>>;
  readonly flows?: Readonly<Record<string, Part>>;
  readonly regions?: Readonly<Record<string, Part>>;
}

/** What the row of the ramp is called. */
export const RAMP = 'The ramp before';

const givenUpOf = ({ totals }: Pick<Part, 'totals'>): number => totals.byOutcome.aborted ?? 0;

function rowsOf(name: string, kind: RequestRow['kind'], part: Part, any: Columns): RequestRow[] {
  const { totals, rates, latency } = part;
  const ended = totals.ok + totals.failed;
  const callers = {
    name,
    kind,
    count: formatCount(ended),
    failed: ended > 0 ? formatShare(totals.failed / ended) : '–',
    givenUp: any.givenUp ? formatCount(givenUpOf(part)) : null,
    ...times(latency.responseWithFailures),
    achieved: formatRate(rates.achievedPerSec),
    goodput: any.goodput ? (part.goodput === undefined ? '' : goodputShare(part.goodput)) : null,
  };
  if (!successesDiffer(latency)) return [callers];
  const successes = { name: 'of the successes', kind: 'part', count: '', failed: '', achieved: '' } as const;
  const givenUp = any.givenUp ? '' : null;
  const goodput = any.goodput ? '' : null;
  return [callers, { ...successes, givenUp, goodput, ...times(latency.response) }];
}

function times(summary: LatencySummary): Pick<RequestRow, 'percentiles' | 'max'> {
  const percentiles = SHOWN.map((name) => {
    const percentile = percentileIn(summary, name);
    if (percentile === null) return { value: '–', range: '' };
    const { value, interval } = percentile;
    return { value: formatTime(value), range: interval === null ? '' : formatRange(interval, value) };
  });
  const { max, min } = summary;
  return { percentiles, max: max === null ? (min === null ? '–' : '∞') : formatTime(max) };
}

/** The statistics table of the live page: per request and in all, for the run or a stretch of it. */

import { formatCount, formatRate } from '../../../analyze/wording.ts';
import { averageBody } from '../../../core/body-size.ts';
import { type LatencySummary, PERCENTILES, type PercentileName } from '../../../core/latencies.ts';
import { samplesFor } from '../../../core/sample-size.ts';
import { type Archive, wholeIndex } from '../archive.ts';
import type { Times } from '../buckets.ts';
import type { Facets, Found } from '../facets.ts';
import { msFigure } from '../figures.ts';
import type { Span } from '../picture.ts';
import { infiniteIn, type Names, onlyName, outcomesIn, type Tally, tallyOf } from '../selection.ts';
import type { RunState, StatRow } from './frame.ts';
import { type LiveColumn, LiveTable } from './table.ts';

const DASH = '–';
const ms = (value: number | null): string => (value === null ? DASH : msFigure(value));
const rate = (value: number | null | undefined): string => (value == null ? DASH : formatRate(value).replace('/s', ''));
const FEW = 'Too few requests to say.';

/** As callers had it: infinite where it falls among the failures; its 95 % interval in brackets, where it is known. */
const callers = (name: PercentileName): Pick<LiveColumn<StatRow>, 'text' | 'value'> => ({
  text: ({ callers: summary }) => percentileText(summary, name),
  value: ({ callers: summary }) => shownOf(summary, name),
});

const percentile = (label: string, name: PercentileName, hidden = false): LiveColumn<StatRow> => ({
  id: name,
  label,
  title: `Response time in ms that ${name === 'p50' ? 'half' : `${name.slice(1)} %`} of the requests did not exceed; a failure is slower than any success`,
  ...callers(name),
  reason: () => FEW,
  hidden,
});

/** What the successes alone had, where that is something else. */
const alone = (label: string, name: PercentileName): LiveColumn<StatRow> => ({
  id: `${name}-successes`,
  label,
  title: 'Response time in ms of the successes alone',
  text: ({ response }) => percentileText(response, name),
  value: ({ response }) => shownOf(response, name),
  reason: () => FEW,
  when: (rows) => rows.some((row) => shownOf(row.response, name) !== shownOf(row.callers, name)),
});

function shownOf(summary: LatencySummary, name: PercentileName): number | null {
  const borne = summary.count >= samplesFor(Number(name.slice(1)) / 100);
  return summary[name] ?? (borne ? Number.POSITIVE_INFINITY : null);
}

function percentileText(summary: LatencySummary, name: PercentileName): string {
  const value = shownOf(summary, name);
  if (value === null) return DASH;
  const figure = value === Number.POSITIVE_INFINITY ? '∞' : msFigure(value);
  const [low, high] = summary.ci95?.[name] ?? [];
  if (low === undefined) return figure;
  return `${figure} (${high == null ? `${msFigure(low)} or more` : `${msFigure(low)} to ${msFigure(high)}`})`;
}

/** A name that begins with its method is told without: that has a column of its own. */
const nameOf = ({ name, method }: StatRow): string => {
  if (name === '') return 'All requests';
  return name.startsWith(`${method} `) ? name.slice(method.length + 1) : name;
};

/** Infinite where any request failed. */
const maxText = ({ max, min }: LatencySummary): string => (max === null && min !== null ? '∞' : ms(max));

/** What Locust's users know, in their order, and what their table has not. */
const COLUMNS: readonly LiveColumn<StatRow>[] = [
  { id: 'type', label: 'Type', text: ({ method }) => method, left: true },
  { id: 'name', label: 'Name', text: nameOf, left: true },
  {
    id: 'requests',
    label: '# Requests',
    text: ({ totals }) => formatCount(totals.sent),
    value: ({ totals }) => totals.sent,
  },
  {
    id: 'fails',
    label: '# Fails',
    text: ({ totals }) => formatCount(totals.failed),
    value: ({ totals }) => totals.failed,
  },
  percentile('Median', 'p50'),
  percentile('p75', 'p75', true),
  percentile('p90', 'p90', true),
  percentile('p95', 'p95'),
  percentile('p99', 'p99'),
  percentile('p99.9', 'p99.9'),
  alone('Median of successes', 'p50'),
  alone('p95 of successes', 'p95'),
  alone('p99 of successes', 'p99'),
  {
    id: 'mean',
    label: 'Average',
    title: 'Of the successes, in ms',
    text: (row) => ms(row.response.mean),
    value: (row) => row.response.mean,
  },
  {
    id: 'min',
    label: 'Min',
    title: 'Of the successes, in ms',
    text: (row) => ms(row.response.min),
    value: (row) => row.response.min,
  },
  { id: 'max', label: 'Max', text: (row) => maxText(row.callers), value: (row) => row.callers.max },
  {
    id: 'size',
    label: 'Average size',
    title: 'Bytes of a response’s body, of those that came to their end',
    text: (row) => (row.averageBody === null ? DASH : formatCount(row.averageBody)),
    value: (row) => row.averageBody,
  },
  {
    id: 'current',
    label: 'Current req/s',
    title: 'Requests that ended, per second, over the last seconds',
    text: ({ current }) => rate(current?.perSec),
    value: ({ current }) => current?.perSec ?? null,
    reason: () => 'Told while the run is on.',
  },
  {
    id: 'current-failures',
    label: 'Current fails/s',
    text: ({ current }) => rate(current?.failuresPerSec),
    value: ({ current }) => current?.failuresPerSec ?? null,
    reason: () => 'Told while the run is on.',
  },
  {
    id: 'offered',
    label: 'Offered/s',
    title: 'Requests that fell due by the plan, per second, since the start',
    text: ({ offeredPerSec }) => rate(offeredPerSec),
    value: ({ offeredPerSec }) => offeredPerSec,
  },
  {
    id: 'achieved',
    label: 'Achieved/s',
    title: 'Successes per second, since the start',
    text: ({ achievedPerSec }) => rate(achievedPerSec),
    value: ({ achievedPerSec }) => achievedPerSec,
  },
  {
    id: 'service',
    label: 'Service p95',
    title: 'Sent to last byte, in ms: the target’s share of the response time',
    text: ({ service }) => ms(service.p95),
    value: ({ service }) => service.p95,
    reason: () => FEW,
  },
  {
    id: 'service-median',
    label: 'Service median',
    text: ({ service }) => ms(service.p50),
    value: ({ service }) => service.p50,
    hidden: true,
  },
  {
    id: 'dropped',
    label: '# Dropped',
    title: 'Due while the limit of requests in flight was reached, and not sent',
    text: ({ totals }) => formatCount(totals.dropped),
    value: ({ totals }) => totals.dropped,
    hidden: true,
  },
];

/** Per request and total; of the whole run, or of the stretch of time that the reader marked out. */
export class Statistics {
  readonly #table: LiveTable<StatRow>;

  constructor(place: HTMLElement, say: (text: string) => void) {
    this.#table = new LiveTable(place, {
      name: 'Statistics',
      columns: COLUMNS,
      names: 'name',
      last: ({ name, whole }) => name === '' || whole === 'together',
      empty: 'Waiting for the first requests.',
      sortable: true,
      choosable: true,
      say,
    });
  }

  /** @param found what the reader looks for; null: all. */
  show({ statistics, facets }: RunState, archive: Archive, span: Span | null, found: Found | null): void {
    const all = span === null ? statistics : partOf(statistics, archive, span, facets);
    const rows = found === null ? all : withTogether(all, archive, span, found);
    this.#table.show(
      rows,
      span === null
        ? 'of the whole run, “current” of the last 5 s; response time in ms'
        : 'of the stretch marked out; times within 1 %',
    );
  }
}

/** Those that are found, and what they come to together. */
function withTogether(rows: readonly StatRow[], archive: Archive, span: Span | null, found: Found): StatRow[] {
  const shown = rows.filter(({ name, whole }) => name === '' || found.shows(`${whole ?? 'request'} ${name}`));
  const { names } = found;
  if (names === null) return shown;
  const together: StatRow = {
    ...{ name: `${names.size} of these together`, method: '', whole: 'together' },
    ...figuresOf(archive, tallyOf(archive, span, names)),
  };
  return [...shown.filter(({ name }) => name !== ''), together, ...shown.filter(({ name }) => name === '')];
}

function partOf(rows: readonly StatRow[], archive: Archive, span: Span, { tags }: Facets): StatRow[] {
  // Of a stretch nothing is known by region.
  const known = rows.filter(({ whole }) => whole !== 'region');
  const namesOf = ({ name, whole }: StatRow): Names => {
    if (name === '') return null;
    if (whole === undefined) return onlyName(archive.names.indexOf(name));
    if (whole !== 'tag') return onlyName(wholeIndex(archive.wholes.indexOf(`${whole} ${name}`)));
    const members = tags.find((tag) => tag.name === name)?.requests ?? [];
    return new Set(members.map((member) => archive.names.indexOf(member)));
  };
  return known.map((row) => {
    const { name, method, whole } = row;
    const tally = tallyOf(archive, span, namesOf(row));
    return { name, method, ...(whole === undefined ? {} : { whole }), ...figuresOf(archive, tally) };
  });
}

/** At the resolution that the page carries. */
function figuresOf(archive: Archive, tally: Tally): Omit<StatRow, 'name' | 'method'> {
  const { seconds, due, sent, dropped, ok, achieved, failed, response } = tally;
  return {
    totals: { offered: due, sent, dropped, ok, failed },
    averageBody: averageBody({ ...tally, byOutcome: outcomesIn(archive, tally) }),
    callers: summaryOf(response, infiniteIn(archive, tally)),
    response: summaryOf(response, 0),
    service: NONE,
    offeredPerSec: seconds > 0 ? due / seconds : 0,
    achievedPerSec: seconds > 0 ? achieved / seconds : 0,
    current: null,
  };
}

/** @param infinite how many more had no response at all. */
function summaryOf(times: Times, infinite: number): LatencySummary {
  const count = times.count + infinite;
  const entries = PERCENTILES.map((name) => {
    const p = Number(name.slice(1)) / 100;
    const rank = Math.ceil(p * count - 1e-9);
    return [name, count < samplesFor(p) || rank > times.count ? null : times.quantile(rank / times.count)] as const;
  });
  const percentiles = Object.fromEntries(entries) as Record<PercentileName, number | null>;
  const max = infinite > 0 ? null : times.max;
  return { ...percentiles, count, min: times.min, mean: infinite > 0 ? null : times.mean, max };
}

const NONE: LatencySummary = {
  ...(Object.fromEntries(PERCENTILES.map((name) => [name, null])) as Record<PercentileName, null>),
  ...{ count: 0, min: null, mean: null, max: null },
};

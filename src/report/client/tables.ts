/** The texts of a report's tables, recomputed from its archive. */

import { formatBytes, formatCount, formatRate, formatShare } from '../../analyze/wording.ts';
import { averageBody } from '../../core/body-size.ts';
import { CARRIED_MEASURES } from '../../core/measures.ts';
import { samplesFor } from '../../core/sample-size.ts';
import { type Archive, wholeIndex } from './archive.ts';
import type { Times } from './buckets.ts';
import { msFigure } from './figures.ts';
import type { Span } from './picture.ts';
import { extraOf, infiniteIn, type Names, onlyName, outcomesIn, type Tally, tallyOf } from './selection.ts';

const DASH = '–';
const PERCENTILES = [0.5, 0.95, 0.99, 0.999] as const;

/**
 * The page's tables for a stretch of time: by the table's name (`data-table`) and the row's key (`data-row`), the text of
 * the cells after the first; and what became of the requests.
 */
export interface Recomputed {
  readonly cells: ReadonlyMap<string, readonly string[]>;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export function recomputed(archive: Archive, span: Span | null): Recomputed {
  const cells = new Map<string, readonly string[]>();
  const all = tallyOf(archive, span, null);
  const put = (key: string, tally: Tally): void => {
    cells.set(`requests${key}`, requestCells(archive, tally));
    cells.set(`successes${key}`, successCells(tally));
  };
  archive.names.forEach((name, i) => {
    put(` ${name}`, tallyOf(archive, span, onlyName(i)));
  });
  put('', all);
  archive.wholes.forEach((whole, i) => {
    cells.set(whole, wholeCells(archive, tallyOf(archive, span, onlyName(wholeIndex(i)))));
  });
  cells.set('times callers', timeCells(all.response, infiniteIn(archive, all)));
  cells.set('times response', timeCells(all.response, 0));
  for (const extra of CARRIED_MEASURES) {
    const times = extraOf(archive, span, extra);
    cells.set(
      `times ${extra}`,
      times === null ? Array<string>(PERCENTILES.length + 2).fill(DASH) : timeCells(times, 0),
    );
  }
  archive.kinds.forEach((_, i) => {
    cells.set(`failures ${i}`, [formatCount(all.kinds.get(i) ?? 0)]);
  });
  return { cells, facts: factsOf(archive, all) };
}

/** The cells of a row of requests, of some of them together. */
export const together = (archive: Archive, span: Span | null, names: Names): readonly string[] =>
  requestCells(archive, tallyOf(archive, span, names));

const ms = (value: number | null): string => (value === null ? DASH : msFigure(value));

function successCells({ response }: Tally): string[] {
  return ['', '', '', ...PERCENTILES.map((p) => percentile(response, 0, p)), ms(response.max), '', '', ''];
}

function requestCells(archive: Archive, tally: Tally): string[] {
  const { sent, ok, achieved, failed, seconds, response } = tally;
  const ended = ok + failed;
  const infinite = infiniteIn(archive, tally);
  const size = averageBody({ ...tally, byOutcome: outcomesIn(archive, tally) });
  return [
    formatCount(sent),
    ended === 0 ? DASH : formatShare(failed / ended),
    ms(response.min),
    ...PERCENTILES.map((p) => percentile(response, infinite, p)),
    infinite > 0 ? '∞' : ms(response.max),
    ms(response.mean),
    size === null ? DASH : formatCount(size),
    seconds > 0 ? formatRate(achieved / seconds).replace('/s', '') : DASH,
  ];
}

/** Of a flow or a group: how many were cut is not carried. */
function wholeCells(archive: Archive, tally: Tally): string[] {
  const { dropped, sent, ok, failed } = tally;
  const [, share, ...times] = requestCells(archive, tally);
  const [achieved] = times.splice(-1);
  // Without the size of bodies.
  return [
    formatCount(dropped),
    formatCount(sent),
    formatCount(ok),
    ok + failed === 0 ? DASH : (share ?? DASH),
    DASH,
    ...times.slice(0, -1),
    achieved ?? DASH,
  ];
}

function timeCells(times: Times, infinite: number): string[] {
  const max = infinite > 0 ? '∞' : times.max === null ? DASH : msFigure(times.max);
  return [formatCount(times.count + infinite), ...PERCENTILES.map((p) => percentile(times, infinite, p)), max];
}

/** With `infinite` requests that count as infinitely slow. */
function percentile(times: Times, infinite: number, p: number): string {
  const count = times.count + infinite;
  if (count < samplesFor(p)) return DASH;
  const rank = Math.ceil(p * count - 1e-9);
  if (rank > times.count) return '∞';
  const value = times.quantile(rank / times.count);
  return value === null ? DASH : msFigure(value);
}

function factsOf(archive: Archive, all: Tally): [string, string][] {
  const facts: [string, string][] = [
    ['offered', formatCount(all.due)],
    ['sent', formatCount(all.sent)],
  ];
  if (all.dropped > 0) facts.push(['dropped', formatCount(all.dropped)]);
  facts.push(['ok', formatCount(all.ok)]);
  for (const [outcome, n] of Object.entries(outcomesIn(archive, all))) facts.push([outcome, formatCount(n)]);
  for (const [status, n] of [...all.statuses].sort(([a], [b]) => a - b)) {
    facts.push([`status ${status}`, formatCount(n)]);
  }
  facts.push(['received', formatBytes(all.bytesIn)]);
  return facts;
}

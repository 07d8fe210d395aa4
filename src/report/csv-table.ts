/**
 * The three tables that Locust writes, column for column, so that dashboards made for them keep working. Two things are
 * truer here: times have µs resolution, and are of successes only (Locust's hold failures as well). What is not known
 * is `N/A`. Figures that Locust does not have stand behind its columns. Here is what the tables have in common.
 */
import { inMs } from '../analyze/latency.ts';
import type { Plan } from '../core/plan.ts';
import type { Histogram } from '../stats/histogram.ts';
import { csvCell } from './csv-cell.ts';

export type Cell = string | number;

export const PERCENTILES: readonly (readonly [heading: string, p: number])[] = [
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
export const PERCENTILE_COLUMNS = [...PERCENTILES.map(([heading]) => heading), '100%'];

export const UNKNOWN = 'N/A';
export const AGGREGATED: readonly [Cell, Cell] = ['', 'Aggregated'];

/** Locust keeps the method apart from the name; a request that is called `POST /predict` is `POST`, `/predict`. */
export function labelOf(plan: Plan, name: string): readonly [type: Cell, name: Cell] {
  const method = plan.requests.find((request) => request.name === name)?.method ?? '';
  return [method, method !== '' && name.startsWith(`${method} `) ? name.slice(method.length + 1) : name];
}

/** Median, average, min, max in ms. */
export function summaryOf(times: Histogram): Cell[] {
  if (times.count === 0) return [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  return [inMs(times.quantile(0.5)), inMs(times.mean), inMs(times.min), inMs(times.max)];
}

export const rounded = (value: number): number => Math.round(value * 1000) / 1000;
export const perSecond = (n: number, seconds: number): number => (seconds > 0 ? rounded(n / seconds) : 0);

/** As RFC 4180 has it: CRLF after every record. */
export function table(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

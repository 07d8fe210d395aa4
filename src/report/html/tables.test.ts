import { describe, expect, it } from 'vitest';
import { openRun } from '../../../test/sample-run.ts';
import { sampleOf } from '../../../test/sample-stream.ts';
import { averageBody } from '../../core/body-size.ts';
import type { RunResult, SeriesResult } from '../../core/result.ts';
import { toResultJson } from '../json.ts';
import { failuresTable } from './failures.ts';
import { requestsTable, timesTable } from './tables.ts';

/** Every number of the page's tables is the one of result.json, rounded to the digits that are shown. */

const RUNS: Record<string, RunResult> = {
  'of one request': openRun(),
  'of three requests, with failures': sampleOf({
    seconds: 60,
    names: ['POST /predict', 'GET /health', 'GET <b>'],
    rate: 300,
    warmup: 5,
  }).result,
  'of a few requests': sampleOf({ seconds: 3, names: ['GET /'], rate: 4 }).result,
};

/** By the row's name: the text of the cells after the first, without intervals. */
function rowsOf(html: string): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const [, attributes = '', row = ''] of html.matchAll(/<tr([^>]*)>(.*?)<\/tr>/gs)) {
    const key = unescaped(/data-row="([^"]*)"/.exec(attributes)?.[1] ?? '');
    const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      unescaped(
        cell
          .replace(/<span class="range.*?<\/span>/s, '')
          .replace(/<br>.*/s, '')
          .replace(/<[^>]*>/g, ''),
      ).trim(),
    );
    if (key !== '') rows.set(key, cells);
  }
  return rows;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** A number as it is shown: equal to the value, but for the digits left out. */
function expectShown(text: string | undefined, value: number | null): void {
  if (value === null) {
    expect(['–', '∞']).toContain(text);
    return;
  }
  const digits = (text ?? '').replaceAll(',', '').replace(/[ %]/g, '');
  if (digits.startsWith('<')) {
    expect(value).toBeLessThan(Number(digits.slice(1)));
    return;
  }
  expect(digits, `for ${value}`).toMatch(/^\d+(\.\d+)?$/);
  const decimals = digits.split('.')[1]?.length ?? 0;
  // Trailing zeros of a share are left out.
  const unit = 10 ** -(text?.includes('%') ? Math.max(decimals, value < 1 ? 2 : value < 10 ? 1 : 0) : decimals);
  expect(Math.abs(Number(digits) - value), `${text} for ${value}`).toBeLessThanOrEqual(unit * 0.5000001);
  // And it says something: three digits, or all there are.
  if (value >= 0.0005) expect(Number(digits)).toBeGreaterThan(0);
}

describe.each(Object.keys(RUNS))('the tables of a run %s', (name) => {
  const result = JSON.parse(toResultJson(RUNS[name] as RunResult)) as RunResult;
  const shown = RUNS[name] as RunResult;

  it('have the counts, shares, times and rates of result.json for each request and for all', () => {
    const rows = rowsOf(requestsTable(shown));
    const parts: [
      string,
      Pick<SeriesResult, 'totals' | 'rates'> & { latency: Omit<SeriesResult['latency'], 'lag'> },
    ][] = [
      ...Object.entries(result.series).map(([request, part]): [string, SeriesResult] => [` ${request}`, part]),
      ['', result],
    ];
    let alone = 0;
    for (const [key, { totals, rates, latency }] of parts) {
      const { response, responseWithFailures: callers } = latency;
      const ended = totals.ok + totals.failed;
      const values = [
        totals.sent,
        (100 * totals.failed) / ended,
        ...[response.min, callers.p50, callers.p95, callers.p99, callers['p99.9'], callers.max, response.mean],
        averageBody(totals) ?? Number.NaN,
        rates.achievedPerSec,
      ];
      const cells = rows.get(`requests${key}`) ?? [];
      expect(cells).toHaveLength(values.length);
      for (const [i, value] of values.entries()) expectShown(cells[i], value);
      const successes = rows.get(`successes${key}`);
      if (successes === undefined) continue;
      alone++;
      const own = [response.p50, response.p95, response.p99, response['p99.9'], response.max];
      for (const [i, value] of own.entries()) expectShown(successes[3 + i], value);
    }
    expect(rows.size).toBe(parts.length + alone);
    expect(alone > 0).toBe(result.totals.failed > 0);
  });

  it('have its parts of the time', () => {
    const rows = rowsOf(timesTable(shown));
    const { response, service, firstByte, body, connect, lag, responseWithFailures: callers } = result.latency;
    for (const [part, summary] of Object.entries({ callers, response, service, firstByte, body, connect, lag })) {
      const cells = rows.get(`times ${part}`);
      if (cells === undefined || summary === undefined) continue;
      const values = [summary.count, summary.p50, summary.p95, summary.p99, summary['p99.9'], summary.max];
      for (const [i, value] of values.entries()) expectShown(cells[i], value);
    }
    expect(rows.size).toBeGreaterThanOrEqual(5);
  });

  it('have its failures', () => {
    const rows = rowsOf(failuresTable(shown));
    expect(rows.size).toBe(result.failures.length);
    for (const [i, { count, outcome, status, message, name: request }] of result.failures.entries()) {
      const [shownCount, ...cells] = rows.get(`failures ${i}`) ?? [];
      expectShown(shownCount, count);
      expect(cells.slice(0, 4)).toEqual([outcome, status === 0 ? '–' : String(status), message, request]);
    }
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { rampart, temporaryFolder } from './command.ts';
import { printedBy } from './python.ts';
import { fixedTarget } from './target.ts';

/** Rows of phase `measured`: those that were under way while a busy machine gave the generator no core have another phase. */
const measured = ({ totals }: RunResult): number => totals.sent - (totals.leftOut ?? 0);

const target = await fixedTarget(2);
afterAll(() => target.close());
const cwd = temporaryFolder();
const load = [
  'run',
  target.url,
  '--vus',
  '4',
  '--think-time',
  '5ms',
  '-d',
  '1s',
  '--threads',
  '2',
  '-q',
  '--overwrite',
];

async function sampled(out: string, ...flags: string[]): Promise<RunResult> {
  const { code, stderr } = await rampart([...load, '-o', out, ...flags], { cwd });
  expect([0, 5], stderr).toContain(code);
  return JSON.parse(readFileSync(join(cwd, out, 'result.json'), 'utf8')) as RunResult;
}

describe('single requests in a file', () => {
  it('are as many as the result counts, and read by pandas, with three tools’ columns', async (test) => {
    const [own, locust, k6] = await Promise.all([
      sampled('own', '--warmup', '1s', '-d', '2s', '--samples', 'own.csv'),
      sampled('locust', '--samples', 'locust.csv', '--samples-columns', 'locust'),
      sampled('k6', '--samples', 'k6.ndjson', '--samples-columns', 'k6'),
    ]);
    const read = JSON.parse(await printedBy(test, 'samples_read.py', cwd));
    expect([read.own, read.ok]).toEqual([measured(own), own.totals.ok]);
    expect(read.largest).toBeCloseTo(own.latency.response.max ?? 0, 2);
    expect(read.columns.slice(0, 4)).toEqual(['time', 'request', 'method', 'phase']);
    expect(read.locust).toBe(locust.totals.sent);
    expect(read.locustColumns.slice(0, 5)).toEqual([
      ...['request_type', 'name', 'response_time', 'response_length', 'exception'],
    ]);
    expect([read.k6, read.k6Durations]).toEqual([k6.totals.sent, k6.totals.sent]);
  });

  it('are a table of columns for DuckDB and pandas, with as many rows and the same times as the result', async (test) => {
    const [own, k6] = await Promise.all([
      sampled('pq', '--warmup', '1s', '-d', '2s', '--samples', 'own.parquet'),
      sampled('pq6', '--samples', 'k6.parquet', '--samples-columns', 'k6'),
    ]);
    const read = JSON.parse(await printedBy(test, 'parquet_read.py', cwd));
    expect([read.own, read.ok]).toEqual([measured(own), own.totals.ok]);
    expect(read.largest).toBeCloseTo(own.latency.response.max ?? 0, 2);
    expect([read.pandas, read.pandasLargest]).toEqual([measured(own), read.largest]);
    expect(read.pandasTime).toMatch(/^datetime64/);
    expect(read.kinds).toMatchObject({
      ...{ time: 'TIMESTAMP', request: 'VARCHAR', status: 'INTEGER', response_ms: 'DOUBLE', bytes_in: 'BIGINT' },
    });
    expect(Date.parse(`${read.first}Z`)).toBeGreaterThanOrEqual(Date.parse(own.run.startedAt) - 1_000);
    expect([read.k6, read.k6Failed]).toEqual([k6.totals.sent, k6.totals.failed]);
  });

  it('are a share where that is asked for, and go into no file that is there, nor into one of no known format', async () => {
    const { totals } = await sampled('tenth', '--samples', 'tenth.ndjson', '--samples-share', '10%');
    const lines = readFileSync(join(cwd, 'tenth.ndjson'), 'utf8').trim().split('\n');
    // Each thread begins anew.
    expect(Math.abs(lines.length - totals.sent / 10)).toBeLessThanOrEqual(2);
    const again = await rampart([...load, '-o', 'x', '--samples', 'tenth.ndjson'], { cwd });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('tenth.ndjson is there already')]);
    const unknown = await rampart([...load, '-o', 'x', '--samples', 'a.orc'], { cwd });
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('must end in .ndjson, .csv or .parquet'),
    ]);
    expect(existsSync(join(cwd, 'a.orc'))).toBe(false);
  });
});

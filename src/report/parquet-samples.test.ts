import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { planOf } from '../analyze/events.fixture.ts';
import { createExchange } from '../core/exchange.ts';
import type { SampleBatch } from '../core/request-samples.ts';
import { micros } from '../core/units.ts';
import { SampleLog } from '../record/sample-log.ts';
import { ParquetSamples } from './parquet-samples.ts';
import type { SampleColumns } from './request-samples.ts';

const OFFSET = Date.parse('2026-01-01T00:00:00Z') * 1e3;

/** Successes, of which each tenth failed. */
function batchOf(count: number): SampleBatch {
  const log = new SampleLog({ share: 1, most: count });
  for (let i = 0; i < count; i++) {
    const [dueAt, doneAt] = [micros(1_000 + i), micros(3_500 + i)];
    const exchange = createExchange(i % 4);
    if (i % 10 === 0)
      log.add(Object.assign(exchange, { dueAt, doneAt, outcome: 4, message: 'refused, "no"', epoch: 1 }));
    else log.add(Object.assign(exchange, { dueAt, sentAt: dueAt, firstByteAt: doneAt, doneAt, status: 200, epoch: 1 }));
  }
  return log.take() as SampleBatch;
}

async function written(columns: SampleColumns, batches: readonly number[]) {
  const samples = await ParquetSamples.open({ plan: planOf(), columns, format: 'parquet', offset: OFFSET });
  const pieces = [...batches.map((count) => samples.take(batchOf(count))), samples.end()];
  const bytes = Buffer.concat(pieces.map(({ data }) => Buffer.from(data)));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return { counts: pieces.map(({ count }) => count), file, rows: await parquetReadObjects({ file }) };
}

describe('single requests as Parquet', () => {
  it('have columns of their kinds; what was not is null', async () => {
    const { rows } = await written('rampart', [11]);
    expect(rows).toHaveLength(11);
    expect(rows[0]).toMatchObject({
      outcome: 'connect-error',
      service_ms: null,
      message: 'refused, "no"',
      response_ms: 2.5,
    });
    expect(rows[1]).toMatchObject({ outcome: 'ok', status: 200, service_ms: 2.5, bytes_in: 0n, message: null });
    expect(rows[1]?.['time']).toEqual(new Date('2026-01-01T00:00:00.001Z'));
  });

  it('go out in groups of rows, and each is counted once it is out', async () => {
    const { counts, file, rows } = await written('rampart', [15_000, 15_000, 400]);
    expect(counts).toEqual([0, 30_000, 0, 400]);
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => num_rows)).toEqual([30_000n, 400n]);
    expect(rows).toHaveLength(30_400);
    expect(rows.at(-1)).toMatchObject({ outcome: 'ok', response_ms: 2.5 });
  });

  it('are a file that can be read where there was no request', async () => {
    for (const columns of ['rampart', 'locust', 'k6'] as const) expect((await written(columns, [])).rows).toEqual([]);
  });

  it('have a row for each metric in k6’s columns, and Locust’s names in its', async () => {
    const { rows } = await written('k6', [10]);
    expect(rows.filter(({ metric_name }) => metric_name === 'http_reqs')).toHaveLength(10);
    expect(rows.find(({ metric_name }) => metric_name === 'http_req_failed')).toMatchObject({
      metric_value: 1,
      expected_response: false,
    });
    expect((await written('locust', [2])).rows[0]).toMatchObject({
      response_time: 2.5,
      exception: 'refused, "no"',
      response_length: 0n,
    });
  });
});

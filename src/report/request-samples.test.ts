import { describe, expect, it } from 'vitest';
import { planOf } from '../analyze/events.fixture.ts';
import { createExchange } from '../core/exchange.ts';
import type { SampleBatch } from '../core/request-samples.ts';
import { micros } from '../core/units.ts';
import { SampleLog } from '../record/sample-log.ts';
import { countIn, phaseOf, type SampleColumns, type SampleFormat, TextSamples } from './request-samples.ts';

/** A success over a new connection, and a failure that never left. */
function batchOf(): SampleBatch {
  const log = new SampleLog({ share: 1, most: 10 });
  const at = (ms: number) => micros(ms * 1_000);
  const times = { dueAt: at(1_000), sentAt: at(1_003), firstByteAt: at(1_008), doneAt: at(1_010) };
  log.add(Object.assign(createExchange(2), { ...times, connectTook: at(2), status: 200, bodyBytesIn: 7, epoch: 1 }));
  const failed = { dueAt: at(2_000), doneAt: at(2_500), outcome: 4, message: 'refused, "no"', epoch: 0 };
  log.add(Object.assign(createExchange(-1), failed));
  return log.take() as SampleBatch;
}

const OFFSET = Date.parse('2026-01-01T00:00:00Z') * 1e3;
const written = (columns: SampleColumns, format: SampleFormat): string[] => {
  const samples = new TextSamples({ plan: planOf(), columns, format, offset: OFFSET });
  return `${samples.take(batchOf()).data}${samples.end().data}`.trim().split('\n');
};

describe('single requests as text', () => {
  it('have what is known of them by Rampart’s columns, and quotes where a table needs them', () => {
    const [head = '', first = '', second = ''] = written('rampart', 'csv');
    const row = Object.fromEntries(head.split(',').map((name, i) => [name, first.split(',')[i]]));
    expect(row).toMatchObject({
      ...{
        time: '2026-01-01T00:00:01.000Z',
        request: 'POST /predict',
        phase: 'measured',
        outcome: 'ok',
        status: '200',
      },
      ...{
        response_ms: '10',
        service_ms: '7',
        first_byte_ms: '5',
        lag_ms: '1',
        connect_ms: '2',
        tls_ms: '',
        user: '2',
      },
    });
    expect(second).toMatch(/,warmup,connect-error,0,500,,,,,.*,"refused, ""no"""$/);
    expect(countIn(batchOf())).toBe(2);
  });

  it('tell where each counts, and that one of the generator’s own standstill counts nowhere', () => {
    const ramped = { rampEnd: micros(1) };
    const phases = [0, 1, 2].map((epoch) => [
      phaseOf({ epoch, leftOut: 0 }, {}),
      phaseOf({ epoch, leftOut: 0 }, ramped),
    ]);
    expect(phases).toEqual([
      ['warmup', 'warmup'],
      ['measured', 'ramp'],
      ['measured', 'measured'],
    ]);
    for (const epoch of [0, 1, 2]) expect(phaseOf({ epoch, leftOut: 1 }, ramped)).toBe('standstill');
  });

  it('are no formulas for a spreadsheet', () => {
    const log = new SampleLog({ share: 1, most: 10 });
    log.add(Object.assign(createExchange(0), { outcome: 4, message: '=1+2\u001b[2J', epoch: 1 }));
    const writing = { plan: planOf(), columns: 'rampart', format: 'csv', offset: OFFSET } as const;
    expect(
      String(new TextSamples(writing).take(log.take() as SampleBatch).data)
        .trim()
        .split(',')
        .at(-1),
    ).toBe("'=1+2\uFFFD[2J");
  });

  it('have Locust’s columns: a failure is an exception', () => {
    const [first, second] = written('locust', 'ndjson').map((line) => JSON.parse(line));
    expect(first).toMatchObject({ request_type: 'POST', response_time: 10, response_length: 7, exception: null });
    expect(second).toMatchObject({ response_time: 500, exception: 'refused, "no"' });
  });

  it('have k6’s columns: a point for each metric', () => {
    const points = written('k6', 'ndjson').map((line) => JSON.parse(line));
    const values = (metric: string) => points.filter((each) => each.metric === metric).map(({ data }) => data.value);
    expect(values('http_reqs')).toEqual([1, 1]);
    expect(values('http_req_failed')).toEqual([0, 1]);
    expect(values('http_req_duration')).toEqual([7]);
    expect(values('http_req_waiting')).toEqual([5]);
    expect(values('http_req_connecting')).toEqual([2, 0]);
    const [head = '', ...rows] = written('k6', 'csv');
    expect(head.split(',').slice(0, 3)).toEqual(['metric_name', 'timestamp', 'metric_value']);
    expect(rows[0]).toMatch(/^http_reqs,1767225601,1,/);
  });
});

/** Single requests as text: a row of a table, or a line of JSON, by the columns of Rampart, Locust or k6. */
import type { Plan } from '../core/plan.ts';
import { SAMPLE_FIELDS, type SampleBatch, type SampleField } from '../core/request-samples.ts';
import { OUTCOMES } from '../core/sample.ts';
import { targetOf } from '../core/targets.ts';
import { type CsvCell, csvCell } from './csv-cell.ts';

export const COLUMNS = ['rampart', 'locust', 'k6'] as const;
export type SampleColumns = (typeof COLUMNS)[number];
export type SampleFormat = 'csv' | 'ndjson' | 'parquet';

/** A row by column. */
export type SampleRow = Readonly<Record<string, CsvCell>>;

/** How a batch is to be written. */
export interface SampleWriting {
  readonly plan: Plan;
  readonly columns: SampleColumns;
  readonly format: SampleFormat;
  /** From the clock of the instants to the wall clock, µs. */
  readonly offset: number;
}

/** One request of a batch, its numbers by name. */
export type Sample = Readonly<Record<SampleField, number>>;

/**
 * Where a request counts: `measured` are those of the result's figures; those of a `standstill` were under way while the
 * generator stood still, in whatever phase, and have times that say nothing of the target.
 */
export function phaseOf(
  { epoch, leftOut }: Pick<Sample, 'epoch' | 'leftOut'>,
  { rampEnd }: Pick<Plan, 'rampEnd'>,
): 'warmup' | 'ramp' | 'measured' | 'standstill' {
  if (leftOut === 1) return 'standstill';
  if (epoch === 0) return 'warmup';
  return epoch === 1 && rampEnd !== undefined ? 'ramp' : 'measured';
}

const names = (text: string): readonly string[] => text.split(' ');

export const SAMPLE_HEADS: Readonly<Record<SampleColumns, readonly string[]>> = {
  rampart: names(
    'time request method phase outcome status response_ms service_ms first_byte_ms lag_ms connect_ms tls_ms bytes_in body_bytes_in bytes_out user index message',
  ),
  locust: names('request_type name response_time response_length exception start_time url'),
  k6: names(
    'metric_name timestamp metric_value check error error_code expected_response group method name proto scenario service status subproto tls_version url extra_tags',
  ),
};

/** What of a file is ready, and how many requests are whole in it. */
export interface SamplePiece {
  readonly data: string | Uint8Array;
  readonly count: number;
}

/** Makes a file of batches, piece by piece. */
export interface SampleEncoder {
  take(batch: SampleBatch): SamplePiece;
  /** What is left, and whatever ends the file. */
  end(): SamplePiece;
}

/** Tables and lines of JSON: what a batch comes to is ready at once. */
export class TextSamples implements SampleEncoder {
  readonly #writing: SampleWriting;
  #begun = false;

  constructor(writing: SampleWriting) {
    this.#writing = writing;
  }

  take(batch: SampleBatch): SamplePiece {
    const { columns, format } = this.#writing;
    const head = SAMPLE_HEADS[columns];
    const lines: string[] = [this.#head()];
    for (const row of rowsIn(batch, this.#writing)) {
      if (format === 'csv') lines.push(csvLine(head.map((name) => row[name] ?? null)));
      else lines.push(`${JSON.stringify(columns === 'k6' ? k6Point(row) : row)}\n`);
    }
    return { data: lines.join(''), count: countIn(batch) };
  }

  /** A table without rows has its first line all the same. */
  end(): SamplePiece {
    return { data: this.#head(), count: 0 };
  }

  /** The first line of a table, once; of lines of JSON there is none. */
  #head(): string {
    const { columns, format } = this.#writing;
    const first = !this.#begun && format === 'csv';
    this.#begun = true;
    return first ? csvLine(SAMPLE_HEADS[columns]) : '';
  }
}

/** The rows of a batch: one for each request, or for each of its metrics. */
export function* rowsIn(batch: SampleBatch, writing: SampleWriting): Generator<SampleRow> {
  const rowsOf = { rampart: ownRow, locust: locustRow, k6: k6Rows }[writing.columns];
  for (const sample of samplesIn(batch)) yield* [rowsOf(sample, batch.messages[sample.message] ?? '', writing)].flat();
}

export const countIn = ({ values }: SampleBatch): number => values.length / SAMPLE_FIELDS.length;

export function* samplesIn({ values }: SampleBatch): Generator<Sample> {
  for (let at = 0; at < values.length; at += SAMPLE_FIELDS.length)
    yield Object.fromEntries(SAMPLE_FIELDS.map((field, i) => [field, values[at + i] ?? 0])) as Sample;
}

/** µs to ms, as other files have them; null of what has not happened. */
const ms = (took: number, happened = took >= 0): number | null => (happened ? took / 1e3 : null);

function ownRow(sample: Sample, message: string, { plan, offset }: SampleWriting): SampleRow {
  const { dueAt, sentAt, firstByteAt, doneAt, connectTook, tlsTook, outcome } = sample;
  const { name = '', method = '' } = plan.requests[sample.request] ?? {};
  return {
    time: new Date((dueAt + offset) / 1e3).toISOString(),
    request: name,
    method,
    phase: phaseOf(sample, plan),
    outcome: OUTCOMES[outcome] ?? '',
    status: sample.status,
    response_ms: ms(doneAt - dueAt),
    service_ms: ms(doneAt - sentAt, sentAt > 0),
    first_byte_ms: ms(firstByteAt - sentAt, firstByteAt > 0),
    lag_ms: ms(sentAt - dueAt - Math.max(0, connectTook), sentAt > 0),
    connect_ms: ms(connectTook),
    tls_ms: ms(tlsTook),
    bytes_in: sample.bytesIn,
    body_bytes_in: sample.bodyBytesIn,
    bytes_out: sample.bytesOut,
    user: sample.user < 0 ? null : sample.user,
    index: sample.index,
    message,
  };
}

const isFailed = ({ outcome }: Sample): boolean => OUTCOMES[outcome] !== 'ok';

/** As Locust's `request` event names them. */
function locustRow(sample: Sample, message: string, { plan, offset }: SampleWriting): SampleRow {
  const { name = '', method = '', path = '' } = plan.requests[sample.request] ?? {};
  return {
    request_type: method,
    name,
    response_time: ms(sample.doneAt - sample.dueAt),
    response_length: sample.bodyBytesIn,
    exception: isFailed(sample) ? message || (OUTCOMES[sample.outcome] ?? '') : null,
    start_time: (sample.dueAt + offset) / 1e6,
    url: path,
  };
}

/** A row for each metric of a request, as in k6's CSV; its times begin when the request leaves, as k6's do. */
function k6Rows(sample: Sample, message: string, { plan, offset }: SampleWriting): readonly SampleRow[] {
  const { sentAt, firstByteAt, doneAt, connectTook, tlsTook, status } = sample;
  const { name = '', method = '', path = '' } = plan.requests[sample.request] ?? {};
  const failed = isFailed(sample);
  const common = {
    timestamp: Math.floor((doneAt + offset) / 1e6),
    error: failed ? message || (OUTCOMES[sample.outcome] ?? '') : '',
    expected_response: !failed,
    ...{
      method,
      name,
      scenario: 'default',
      status,
      url: new URL(path, targetOf(plan, plan.requests[sample.request] ?? {}).url).href,
    },
  };
  const point = (metric: string, value: number | null): SampleRow[] =>
    value === null ? [] : [{ metric_name: metric, metric_value: value, ...common }];
  return [
    ...point('http_reqs', 1),
    ...point('http_req_duration', ms(doneAt - sentAt, sentAt > 0)),
    ...point('http_req_failed', failed ? 1 : 0),
    ...point('http_req_blocked', ms(Math.max(0, connectTook))),
    ...point('http_req_connecting', ms(Math.max(0, connectTook) - Math.max(0, tlsTook))),
    ...point('http_req_tls_handshaking', ms(Math.max(0, tlsTook))),
    ...point('http_req_waiting', ms(firstByteAt - sentAt, firstByteAt > 0)),
    ...point('http_req_receiving', ms(doneAt - firstByteAt, firstByteAt > 0)),
  ];
}

/** As in k6's JSON. */
function k6Point({ metric_name, metric_value, timestamp, ...tags }: SampleRow): object {
  const told = Object.entries(tags).filter(([, value]) => value !== null && value !== '');
  return {
    metric: metric_name,
    type: 'Point',
    data: {
      time: new Date(Number(timestamp) * 1e3).toISOString(),
      value: metric_value,
      tags: Object.fromEntries(told.map(([name, value]) => [name, String(value)])),
    },
  };
}

function csvLine(values: readonly CsvCell[]): string {
  return `${values.map(csvCell).join(',')}\n`;
}

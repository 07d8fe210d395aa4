/** Single requests as Parquet: columns of one kind each, in groups of rows. The library that writes it is loaded when it is asked for. */
import type { BasicType } from 'hyparquet-writer';
import type { SampleBatch } from '../core/request-samples.ts';
import type { CsvCell } from './csv-cell.ts';
import {
  countIn,
  rowsIn,
  SAMPLE_HEADS,
  type SampleColumns,
  type SampleEncoder,
  type SamplePiece,
  type SampleWriting,
} from './request-samples.ts';

type Library = typeof import('hyparquet-writer');

/** Rows of a group at least: columns of fewer hardly get smaller; of many more the thread that encodes them stands still. */
const GROUP = 20_000;

const kinds = (kind: BasicType, text: string): readonly (readonly [string, BasicType])[] =>
  text.split(' ').map((name) => [name, kind] as const);

/** What is no text. */
const KINDS: Readonly<Record<SampleColumns, ReadonlyMap<string, BasicType>>> = {
  rampart: new Map([
    ['time', 'TIMESTAMP'],
    ...kinds('DOUBLE', 'response_ms service_ms first_byte_ms lag_ms connect_ms tls_ms'),
    ...kinds('INT32', 'status user'),
    ...kinds('INT64', 'bytes_in body_bytes_in bytes_out index'),
  ]),
  locust: new Map([...kinds('DOUBLE', 'response_time start_time'), ['response_length', 'INT64']]),
  k6: new Map([
    ['metric_value', 'DOUBLE'],
    ['timestamp', 'INT64'],
    ['status', 'INT32'],
    ['expected_response', 'BOOLEAN'],
  ]),
};

const READ: Readonly<Partial<Record<BasicType, (cell: Exclude<CsvCell, null>) => unknown>>> = {
  TIMESTAMP: (cell) => new Date(String(cell)),
  INT64: (cell) => BigInt(Math.round(Number(cell))),
  STRING: (cell) => String(cell),
};

/** Collects rows, and makes groups of them. */
export class ParquetSamples implements SampleEncoder {
  readonly #writing: SampleWriting;
  readonly #columns: readonly { readonly name: string; readonly type: BasicType; readonly data: unknown[] }[];
  readonly #bytes: InstanceType<Library['ByteWriter']>;
  readonly #writer: InstanceType<Library['ParquetWriter']>;
  #count = 0;

  private constructor(writing: SampleWriting, library: Library) {
    const kindOf = KINDS[writing.columns];
    this.#writing = writing;
    this.#columns = SAMPLE_HEADS[writing.columns].map((name) => ({
      name,
      type: kindOf.get(name) ?? 'STRING',
      data: [],
    }));
    this.#bytes = new library.ByteWriter();
    this.#writer = new library.ParquetWriter({
      writer: this.#bytes,
      schema: library.schemaFromColumnData({
        columnData: this.#columns.map(({ name, type }) => ({ name, type, data: [], nullable: true })),
      }),
      createdBy: 'rampart',
    });
  }

  static async open(writing: SampleWriting): Promise<ParquetSamples> {
    return new ParquetSamples(writing, await import('hyparquet-writer'));
  }

  /** @returns what of the file is ready: nothing, until a group is full. */
  take(batch: SampleBatch): SamplePiece {
    for (const row of rowsIn(batch, this.#writing))
      for (const { name, type, data } of this.#columns) {
        const cell = row[name] ?? null;
        data.push(cell === null || cell === '' ? null : (READ[type]?.(cell) ?? cell));
      }
    this.#count += countIn(batch);
    return (this.#columns[0]?.data.length ?? 0) < GROUP ? { data: '', count: 0 } : this.#group();
  }

  /** What is left, and the end of the file: without it nobody can read it. */
  end(): SamplePiece {
    const { count } = this.#group(false);
    this.#writer.finish();
    return { data: this.#taken(), count };
  }

  #group(taking = true): SamplePiece {
    const count = this.#count;
    this.#count = 0;
    const columnData = this.#columns.map(({ name, data }) => ({ name, data: data.splice(0) }));
    if ((columnData[0]?.data.length ?? 0) > 0)
      this.#writer.write({ columnData, rowGroupSize: Number.MAX_SAFE_INTEGER });
    return { data: taking ? this.#taken() : '', count };
  }

  /** Its place in the file stays; its buffer is empty again. */
  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

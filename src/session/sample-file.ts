/** The file that single requests go to, where a person asks for one. */
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { SampleBatch, SampleSettings } from '../core/request-samples.ts';
import type { GrowingFile, Machine } from '../core/world.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { readValue } from '../plan/value.ts';
import {
  countIn,
  type SampleColumns,
  type SampleEncoder,
  type SampleFormat,
  type SamplePiece,
  type SampleWriting,
  TextSamples,
} from '../report/request-samples.ts';
import type { OutputOutcome } from './output-queue.ts';
import { newFile } from './outputs.ts';

/** A second of all threads together; a fast disk takes it, and so does the main thread. */
const MOST_PER_SECOND = 20_000;
/** Batches that wait for a slow disk at most. */
const MOST_WAITING = 16;

/** What a person asks for. */
export interface SampleFileSettings {
  readonly path: string;
  readonly format: SampleFormat;
  readonly columns: SampleColumns;
  readonly share: number;
}

/** By the ending of a file's name. @throws RampartError `bad-output` */
function formatOf(path: string): SampleFormat {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  if (/\.parquet$/i.test(path)) return 'parquet';
  throw new RampartError(
    'bad-output',
    `--samples: ${path} is of no known format`,
    'Its name must end in .ndjson, .csv or .parquet.',
  );
}

/** What settings ask for; null: nothing. @throws RampartError */
export function sampleSettingsOf(given: RawSettings): SampleFileSettings | null {
  const { samples: path } = given.settings;
  if (path === undefined) return null;
  const share = readValue(given, 'samplesShare') ?? 1;
  if (share === 0)
    throw new RampartError('bad-output', '--samples-share: 0 % of the requests are none', 'Leave --samples out.');
  return { path, share, format: formatOf(path), columns: readValue(given, 'samplesColumns') ?? 'rampart' };
}

/** None is left out. */
export const EACH = { share: 1 } as const;

/** What each thread is to keep. */
export function sampleSettingsFor(
  { share }: Pick<SampleFileSettings, 'share'>,
  { threads, interval }: Plan,
): SampleSettings {
  return { share, most: Math.ceil((MOST_PER_SECOND * interval) / 1e6 / threads) };
}

/** Batches are written one after the other, and nobody waits for them; what a slow disk does not take is dropped, and counted. */
export class SampleFile {
  readonly #file: GrowingFile;
  readonly #encoder: SampleEncoder;
  #busy: Promise<void> = Promise.resolve();
  #waiting = 0;
  #delivered = 0;
  #dropped = 0;
  #error: Error | null = null;

  private constructor(file: GrowingFile, encoder: SampleEncoder) {
    this.#file = file;
    this.#encoder = encoder;
  }

  /** @param plan fit to be published. @throws RampartError `bad-output` */
  static async open(machine: Machine, settings: SampleFileSettings, plan: Plan): Promise<SampleFile> {
    const { path, columns, format } = settings;
    const file = await newFile(machine, '--samples', path);
    const offset = machine.wallTime().getTime() * 1e3 - machine.clock.now();
    return new SampleFile(file, await encoderOf({ plan, columns, format, offset }));
  }

  accept(batch: SampleBatch): void {
    this.#dropped += batch.dropped;
    const count = countIn(batch);
    if (this.#error !== null || this.#waiting >= MOST_WAITING) this.#dropped += count;
    else this.#append(this.#encoder.take(batch));
  }

  /** What became of the requests that were to be kept. */
  async close(): Promise<OutputOutcome> {
    await this.#busy;
    const rest = this.#encoder.end();
    if (this.#error === null) this.#append(rest);
    else this.#dropped += rest.count;
    await this.#busy;
    await this.#file.close().catch((error: Error) => {
      this.#error ??= error;
    });
    return { name: 'samples', delivered: this.#delivered, dropped: this.#dropped, error: this.#error };
  }

  #append({ data, count }: SamplePiece): void {
    if (data.length === 0) return;
    this.#waiting++;
    this.#busy = this.#busy.then(async () => {
      try {
        if (this.#error === null) {
          await this.#file.append(data);
          this.#delivered += count;
        } else this.#dropped += count;
      } catch (error) {
        this.#error = error as Error;
        this.#dropped += count;
      }
      this.#waiting--;
    });
  }
}

/** The library for Parquet is loaded where it is asked for. */
async function encoderOf(writing: SampleWriting): Promise<SampleEncoder> {
  if (writing.format !== 'parquet') return new TextSamples(writing);
  const { ParquetSamples } = await import('../report/parquet-samples.ts');
  return ParquetSamples.open(writing);
}

/** Undoes the compression of a streamed body as it comes: what a read holds is handed on within the call that brought it. */
import { BrotliDecompress, constants, Gunzip, Inflate, InflateRaw, type ZlibOptions } from 'minizlib';

/** One read may hold so much, bytes: a small one may hold gigabytes of one letter. The option is Node's, and handed on to it. */
const OPTIONS: ZlibOptions & { readonly maxOutputLength: number } = { maxOutputLength: 16 * 1024 * 1024 };
const TOO_MUCH = 'one read of the stream holds more than 16 MiB once decoded';

/** Of a zlib head, the low half of its first byte: the method deflate. */
const METHOD = 0x0f;
const DEFLATE = 8;

type Decompress = Gunzip | Inflate | InflateRaw | BrotliDecompress;
type Create = new (options: ZlibOptions) => Decompress;

/** By the first byte of the body. */
const CREATE: Readonly<Record<string, (first: number) => Create>> = {
  gzip: () => Gunzip,
  'x-gzip': () => Gunzip,
  // By the standard with a zlib head, by many servers without one.
  deflate: (first) => ((first & METHOD) === DEFLATE ? Inflate : InflateRaw),
  br: () => BrotliDecompress,
};

/**
 * Decodes one body after the other, of one coding. Node's own streams decode in other threads and come back later, when the
 * instant of the read is gone: these do it at once. Made with the first compressed stream of a connection, and kept.
 */
export class StreamDecoder {
  readonly coding: string;
  readonly #create: (first: number) => Create;
  readonly #take: (bytes: Buffer) => void;
  #kind: Create | null = null;
  #decompress: Decompress | null = null;
  #begun = false;
  /** Why nothing more of the body is read; empty: it is. */
  #problem = '';

  /** @param take is given what is decoded, within `feed`. Valid within the call. @returns null: a coding nobody knows. */
  static of(coding: string, take: (bytes: Buffer) => void): StreamDecoder | null {
    const create = Object.hasOwn(CREATE, coding) ? CREATE[coding] : undefined;
    return create === undefined ? null : new StreamDecoder(coding, create, take);
  }

  private constructor(coding: string, create: (first: number) => Create, take: (bytes: Buffer) => void) {
    this.coding = coding;
    this.#create = create;
    this.#take = take;
  }

  /** A body begins. */
  begin(): void {
    this.#begun = false;
    this.#problem = '';
  }

  /** A piece of the body, as it came. @returns why it cannot be decoded; empty: it was. */
  feed(bytes: Buffer, start: number, end: number): string {
    if (this.#problem !== '' || end === start) return this.#problem;
    if (!this.#begun) this.#start(bytes[start] as number);
    this.#decompress?.write(bytes.subarray(start, end));
    return this.#problem;
  }

  /** The body has ended. @returns whether what it holds came to its end: a server that dies leaves it without. */
  end(): boolean {
    if (!this.#begun || this.#problem !== '') return true;
    const { BROTLI_OPERATION_FINISH, Z_FINISH } = constants;
    this.#decompress?.flush(this.#kind === BrotliDecompress ? BROTLI_OPERATION_FINISH : Z_FINISH);
    return this.#problem === '';
  }

  #start(first: number): void {
    this.#begun = true;
    const kind = this.#create(first);
    if (this.#decompress !== null && this.#kind === kind) {
      this.#decompress.reset();
      return;
    }
    this.#decompress?.close();
    const decompress = new kind({ ...OPTIONS });
    decompress.on('data', this.#take);
    decompress.on('error', (error) => {
      this.#problem =
        (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
          ? TOO_MUCH
          : `the stream is not what its content-encoding says (${this.coding})`;
      // It has closed itself.
      this.#decompress = null;
    });
    this.#kind = kind;
    this.#decompress = decompress;
  }
}

/** Standard output and standard error of the real process: writing that fails costs the text, never the run. */
import type { Terminal } from '../src/core/world.ts';

// As in ./files: quicker than an import statement.
const { fstatSync, writeSync } = process.getBuiltinModule('node:fs');

/** Where its reader has gone away (`| head`), or the terminal has: nobody misses what is written then. */
const UNREAD = new Set(['EPIPE', 'EIO']);

/**
 * Standard output or standard error. Nothing that is measured is lost because of it: a full disk, a closed pipe or a
 * terminal that is gone ends the output, not the run.
 */
export class Output implements Terminal {
  readonly #stream: NodeJS.WriteStream & { readonly fd: number };
  readonly #isFile: boolean;
  #failure: NodeJS.ErrnoException | null = null;
  /** What the stream has not yet passed on, and who waits for it. */
  #pending = 0;
  #waiting: (() => void)[] = [];

  constructor(stream: NodeJS.WriteStream & { readonly fd: number }) {
    this.#stream = stream;
    this.#isFile = !stream.isTTY && isFile(stream.fd);
    stream.on('error', (error) => this.#fail(error));
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true && this.#failure === null;
  }

  get columns(): number {
    return this.#stream.columns ?? 100;
  }

  write(text: string): void {
    if (this.#failure !== null) return;
    try {
      if (this.#isFile) this.#writeToFile(Buffer.from(text));
      else this.#writeToStream(text);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async failure(): Promise<Error | null> {
    if (this.#pending > 0)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    return this.#failure === null || UNREAD.has(this.#failure.code ?? '') ? null : this.#failure;
  }

  /** Writes all of it: where a disk has room for a part only, Node's own stream takes the part for the whole. */
  #writeToFile(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#stream.fd, bytes, at);
  }

  #writeToStream(text: string): void {
    this.#pending++;
    this.#stream.write(text, () => {
      if (--this.#pending === 0) this.#settle();
    });
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#failure ??= error;
    this.#pending = 0;
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/**
 * Or a device that is none to wait for. Asked for in `bigint`: Node keeps the numbers of the last other answer, and takes
 * those of a pipe for the kind of the next module it loads (`realpathSync`), which is then not found whole.
 */
function isFile(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor, { bigint: true });
    return status.isFile() || status.isCharacterDevice();
  } catch {
    return false;
  }
}

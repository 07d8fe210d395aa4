/**
 * Writing files that outlive the process, none of which may hold it up: a disk or a network drive can stop answering.
 */
import type { FileHandle } from 'node:fs/promises';
import type { GrowingFile, Readers } from '../core/world.ts';

// As in ./files: quicker than an import statement.
const { appendFile, mkdtemp, open, realpath, rename, rm, rmdir, stat } = process.getBuiltinModule('node:fs/promises');
const { tmpdir } = process.getBuiltinModule('node:os');
const { join } = process.getBuiltinModule('node:path');

/** What the system has not done after so long has failed, ms. */
const PATIENCE = 20_000;
const PIECE = 256 * 1024;

const MODES: Readonly<Record<Readers, number>> = { usual: 0o666, owner: 0o600 };

/** Calls to the system that it has not answered yet although nobody waits for them any more. */
let abandoned = 0;

/** Whether the process cannot end by itself, since a call to the system does not return. */
export const isHeldUp = (): boolean => abandoned > 0;

function inTime<Value>(work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    let late = false;
    const patience = setTimeout(() => {
      late = true;
      abandoned++;
      reject(silent());
    }, PATIENCE);
    void work.then(resolve, reject).finally(() => {
      clearTimeout(patience);
      if (late) abandoned--;
    });
  });
}

export const silent = (): Error =>
  Object.assign(new Error('ETIMEDOUT: the system does not answer'), { code: 'ETIMEDOUT' });

export function makeTemporaryFolder(name: string): Promise<string> {
  return inTime(mkdtemp(join(tmpdir(), `${name}-`)));
}

export function remove(path: string): Promise<void> {
  return inTime(rm(path, { force: true }));
}

/** With all that it holds. */
export function removeTree(path: string): Promise<void> {
  return inTime(rm(path, { force: true, recursive: true }));
}

/** An empty one; any other stays. */
export function removeFolder(path: string): Promise<void> {
  return inTime(rmdir(path).catch(() => {}));
}

/** Beside its place first; a device, or what a link leads to, is written where it is. */
export function writeText(path: string, text: string, readers: Readers = 'usual'): Promise<void> {
  return inTime(replace(path, text, MODES[readers]));
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const place = await realpath(path).catch(() => path);
  const known = await stat(place).catch(() => null);
  if (known !== null && !known.isFile()) return writeWhole(place, text, mode);
  const beside = `${place}.${process.pid}.part`;
  try {
    await rm(beside, { force: true });
    await writeWhole(beside, text, mode);
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** At the end of a file that others write to, too. */
export function appendText(path: string, text: string): Promise<void> {
  return inTime(appendFile(path, text));
}

export function createFile(path: string, readers: Readers = 'usual'): Promise<GrowingFile> {
  return inTime(open(path, 'wx+', MODES[readers]).then((file) => new AppendedFile(file)));
}

class AppendedFile implements GrowingFile {
  readonly #file: FileHandle;
  /** Length of what was appended whole: a write that broke off is cut back to it. */
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  append(text: string | Uint8Array): Promise<void> {
    return inTime(this.#append(typeof text === 'string' ? Buffer.from(text) : text));
  }

  async copyTo(other: GrowingFile): Promise<void> {
    const piece = Buffer.allocUnsafeSlow(PIECE);
    for (let at = 0; at < this.#length; ) {
      const wanted = Math.min(PIECE, this.#length - at);
      const { bytesRead } = await inTime(this.#file.read(piece, 0, wanted, at));
      if (bytesRead === 0) throw new Error('it ends before its end');
      await other.append(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  close(): Promise<void> {
    return inTime(this.#file.close());
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#length + at);
        at += bytesWritten;
      }
    } catch (error) {
      // Half a line would spoil the lines that are there.
      await this.#file.truncate(this.#length).catch(() => {});
      throw error;
    }
    this.#length += bytes.length;
  }
}

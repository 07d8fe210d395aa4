/** The real file system, as the program asks for it; writing is done in `./writing`. */
import type { Files, ScratchFile } from '../core/world.ts';
import { makeFolder } from './tried-folder.ts';
import { appendText, createFile, makeTemporaryFolder, remove, removeFolder, removeTree, writeText } from './writing.ts';

// An import statement reads each export of a module, and some of node:fs load others: an eighth of the time that --help takes.
const { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync, unlinkSync, writeSync } =
  process.getBuiltinModule('node:fs');
const { tmpdir } = process.getBuiltinModule('node:os');
const { join } = process.getBuiltinModule('node:path');

const PIECE = 1024 * 1024;

/** The file system. @param folderProbe entry of the process that tries a folder. */
export const filesWith = (folderProbe: URL): Files => ({
  readText: (path) => readFileSync(path, 'utf8'),
  readBytes: (path) => {
    const before = settledState(path);
    const content = readFileSync(path);
    refuseChanged(path, before);
    return content;
  },
  pieces: piecesOf,
  scratch,
  discard: (descriptor) => closeSync(descriptor),
  // In `bigint`, for the reason that is told in `bin/output.ts`: the path may be that of a pipe or a socket.
  isFolder: (path) => statSync(path, { throwIfNoEntry: false, bigint: true })?.isDirectory() === true,
  namesIn: (path) => readdirSync(path).sort(),
  exists: (path) => lstatSync(path, { throwIfNoEntry: false, bigint: true }) !== undefined,
  makeFolder: (path) => makeFolder(folderProbe, path),
  makeTemporaryFolder,
  writeText,
  appendText,
  createFile,
  remove,
  removeFolder,
  removeTree,
});

function* piecesOf(path: string, changing?: 'may-grow'): Iterable<Uint8Array> {
  const before = changing === undefined ? settledState(path) : null;
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) yield buffer.subarray(0, read);
  } finally {
    closeSync(file);
  }
  refuseChanged(path, before);
}

/** Systems tell when a file was changed to some milliseconds only: two changes within this many may look like one. */
const SETTLED_MS = 20;
const MOST_WAITS = 10;

/** What tells one state of a file from the next, by its path: another file may take its place. */
interface FileState {
  readonly id: string;
  /** ms. */
  readonly changedAt: number;
}

/** Null: a pipe, a device, or nothing. */
function stateOf(path: string): FileState | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (found?.isFile() !== true) return null;
  const { dev, ino, size, mtimeNs } = found;
  return { id: `${dev} ${ino} ${size} ${mtimeNs}`, changedAt: Number(mtimeNs / 1_000_000n) };
}

/** The state of a file that was not changed just now: a later change can be told from that one. @throws Error ECHANGED */
function settledState(path: string): FileState | null {
  for (let waits = 0; ; waits++) {
    const state = stateOf(path);
    if (state === null || Math.abs(Date.now() - state.changedAt) > SETTLED_MS) return state;
    if (waits === MOST_WAITS) throw changed(path);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLED_MS);
  }
}

/** @throws Error ECHANGED where a file is no longer what it was `before` it was read: what was read may be part of this and of that. */
function refuseChanged(path: string, before: FileState | null): void {
  if (before !== null && stateOf(path)?.id !== before.id) throw changed(path);
}

const changed = (path: string): Error =>
  Object.assign(new Error(`ECHANGED: file changed while it was read, '${path}'`), { code: 'ECHANGED' });

/** Its name is taken away at once, so that nothing is left behind however the process ends. */
function scratch(): ScratchFile {
  const path = join(tmpdir(), `rampart-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return {
    descriptor,
    append: (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    },
  };
}

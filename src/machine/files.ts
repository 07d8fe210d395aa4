/** The real file system, as the program asks for it; writing is done in `./writing`. */
import type { Files, ScratchFile } from '../core/world.ts';
import {
  appendText,
  createFile,
  makeFolder,
  makeTemporaryFolder,
  remove,
  removeFolder,
  removeTree,
  writeText,
} from './writing.ts';

// An import statement reads each export of a module, and some of node:fs load others: an eighth of the time that --help takes.
const { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync, unlinkSync, writeSync } =
  process.getBuiltinModule('node:fs');
const { tmpdir } = process.getBuiltinModule('node:os');
const { join } = process.getBuiltinModule('node:path');

const PIECE = 1024 * 1024;

/** The file system. @param folderProbe entry of the process that tries a folder. */
export const filesWith = (folderProbe: URL): Files => ({
  readText: (path) => readFileSync(path, 'utf8'),
  readBytes: (path) => readFileSync(path),
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

function* piecesOf(path: string): Iterable<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) yield buffer.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

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

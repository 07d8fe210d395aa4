import {
  appendFileSync,
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files, Readers, ScratchFile } from '../src/core/world.ts';

const PIECE = 1024 * 1024;

/** The file system. */
export const realFiles: Files = {
  readText: (path) => readFileSync(path, 'utf8'),
  readBytes: (path) => readFileSync(path),
  pieces: piecesOf,
  scratch,
  discard: (descriptor) => closeSync(descriptor),
  writeText: (path, text, readers) => {
    const file = openFor(path, readers);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  },
  makeFolder: (path) => {
    mkdirSync(path, { recursive: true });
  },
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
  appendTo: (path, readers) => {
    const file = openFor(path, readers);
    return { append: (text) => appendFileSync(file, text), close: () => closeSync(file) };
  },
};

/** Empties it; a file that was there before may have had more readers. */
function openFor(path: string, readers: Readers = 'usual'): number {
  if (readers === 'usual') return openSync(path, 'w');
  const file = openSync(path, 'w', 0o600);
  if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
  return file;
}

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

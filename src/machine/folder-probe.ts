/**
 * A process of its own that makes the folder it is told, and writes in it. Says what went wrong as JSON on standard output,
 * or nothing.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, rmdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** As much as a small file takes: a disk may have room for a name and no more. */
const SIZE = 16 * 1024;

const made: string[] = [];

/** One by one: asked for all at once, Node goes on for ever where a folder can be made nowhere (/proc). */
function make(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path || statSync(above, { throwIfNoEntry: false }) !== undefined) throw error;
    make(above);
    mkdirSync(path);
  }
  made.push(path);
}

function unmake(): void {
  for (const path of made.reverse()) {
    try {
      rmdirSync(path);
    } catch {
      // Somebody else has put something in it.
    }
  }
}

function write(folder: string): void {
  const path = join(folder, `.rampart-${process.pid}.tmp`);
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let left = SIZE; left > 0; ) left -= writeSync(file, Buffer.alloc(left));
    fsyncSync(file);
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}

try {
  const folder = resolve(process.argv[2] ?? '.');
  make(folder);
  write(folder);
} catch (error) {
  unmake();
  const { code = '', message } = error as NodeJS.ErrnoException;
  process.stdout.write(JSON.stringify({ code, message }));
}

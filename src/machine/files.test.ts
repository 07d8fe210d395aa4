/** Files as the program reads them, where somebody else writes to them meanwhile. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatOf, loadRows } from '../plan/data.ts';
import { errorOf } from '../plan/error.fixture.ts';
import { readInput } from '../plan/file.ts';
import { filesWith } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = filesWith(new URL('file:///nowhere'));
const MIB = 1024 * 1024;

/** A new file. */
function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Reads a file to its end, doing something behind the first of its pieces. */
function sizeRead(path: string, meanwhile: () => void, changing?: 'may-grow'): number {
  let size = 0;
  for (const piece of files.pieces(path, changing)) {
    if (size === 0) meanwhile();
    size += piece.length;
  }
  return size;
}

describe('a file that is read in pieces', () => {
  it('is read whole where nobody writes to it', () => {
    const path = written('still', Buffer.alloc(3 * MIB));
    expect(sizeRead(path, () => {})).toBe(3 * MIB);
  });

  it('is refused where it grows, shrinks, is written over or gives way to another one meanwhile', () => {
    const path = join(folder, 'restless');
    const refused = (meanwhile: () => void): void => {
      writeFileSync(path, Buffer.alloc(3 * MIB));
      expect(() => sizeRead(path, meanwhile)).toThrow(/changed while it was read/);
    };
    refused(() => appendFileSync(path, 'more'));
    refused(() => writeFileSync(path, 'less'));
    refused(() => writeFileSync(path, Buffer.alloc(3 * MIB, 'x')));
    refused(() => renameSync(written('next', Buffer.alloc(3 * MIB)), path));
    refused(() => rmSync(path));
  });

  it('may grow where that was to be expected', () => {
    const path = written('journal', Buffer.alloc(3 * MIB));
    expect(sizeRead(path, () => appendFileSync(path, 'more'), 'may-grow')).toBe(3 * MIB + 4);
  });
});

/** Writes to a file for as long as it lives. */
const WRITER = `
  const { openSync, writeSync } = require('fs');
  const file = openSync(process.argv[1], 'r+');
  console.log('ready');
  for (let letter = 0; ; letter++) writeSync(file, Buffer.alloc(65536, letter % 256), 0, 65536, 0);`;

describe('a file that is read at once', () => {
  it('is refused while another process writes to it, and read once that has ended', async () => {
    const path = written('letters', Buffer.alloc(8 * MIB));
    const writer = spawn(process.execPath, ['-e', WRITER, path], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    try {
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      // On a busy machine the other process may stand still for as long as one reading takes.
      await expect
        .poll(() => errorOf(() => readInput(files, path, '--body-file')), { timeout: 30_000 })
        .toContain(`--body-file: "${path}" changed while it was read`);
    } finally {
      writer.kill();
      await ended;
    }
    expect(readInput(files, path, '--body-file')).toHaveLength(8 * MIB);
  }, 60_000);
});

describe('rows of a file that is appended to while they are read', () => {
  it.each(['rows.csv', 'rows.jsonl', 'rows.json'])('are refused with its name: %s', (name) => {
    const row = name.endsWith('csv') ? '1\n' : '{"n":1}\n';
    const many = row.repeat(200_000);
    const list = `[${many.trimEnd().replaceAll('\n', ',\n')}]\n`;
    const path = written(name, name.endsWith('csv') ? `n\n${many}` : name.endsWith('.json') ? list : many);
    let rows = 0;
    const read = (meanwhile: () => void): void => {
      rows = 0;
      const format = formatOf(path, files, '--data');
      const watch = (): void => {
        if (++rows === 1) meanwhile();
      };
      const wanted = {
        file: path,
        label: '--data',
        format,
        cells: [{ field: 'n', style: 'text' }],
        leftOut: null,
        watch,
      } as const;
      loadRows(wanted, files, () => {});
    };
    read(() => {});
    expect(rows).toBe(200_000);
    expect(errorOf(() => read(() => appendFileSync(path, name.endsWith('.json') ? '\n' : row)))).toBe(
      `bad-file --data: "${path}" changed while it was read | Wait until it is written, or give a copy of it, which nobody writes to.`,
    );
  });
});

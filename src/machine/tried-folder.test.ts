import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from './tried-folder.ts';

const place = mkdtempSync(join(tmpdir(), 'tried-'));
const entry = new URL(`file://${join(place, 'folder-probe.mjs')}`);
beforeAll(() => {
  buildSync({ entryPoints: ['src/machine/folder-probe.ts'], outfile: entry.pathname, platform: 'node', format: 'esm' });
});
afterAll(() => rmSync(place, { recursive: true }));

/** Nobody says what is wrong: what is made without it is made by the shell. */
const nobody = new URL('file:///nowhere/probe.mjs');

it.runIf(process.platform !== 'win32')('is made by the shell, with those that it is in, and left empty', async () => {
  for (const name of ['a/b/c', 'a/b/d', 'with space/and "quotes" $x', '-n', 'é\nü']) {
    await makeFolder(nobody, join(place, 'shell', name));
    expect(readdirSync(join(place, 'shell', name))).toEqual([]);
    expect(statSync(join(place, 'shell', name)).mode & 0o777).toBe(0o777 & ~process.umask());
  }
});

it('is made where there is no shell', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = '';
  try {
    await makeFolder(entry, join(place, 'none', 'a'));
  } finally {
    process.env['PATH'] = PATH;
  }
  expect(readdirSync(join(place, 'none', 'a'))).toEqual([]);
});

it('is refused with the system’s code, and nothing that was made for it stays', async () => {
  writeFileSync(join(place, 'file'), '');
  await expect(makeFolder(entry, join(place, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(entry, join(place, 'long', 'b', 'x'.repeat(300)))).rejects.toMatchObject({
    code: 'ENAMETOOLONG',
  });
  expect(readdirSync(place)).not.toContain('long');
});

it.runIf(process.platform === 'linux')('that takes no file is refused, and the folders above it go again', async () => {
  // The kernel's: folders cannot be made there.
  await expect(makeFolder(entry, '/proc/rampart/a')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { FILES, JOURNAL } from '../src/core/run-files.ts';
import type { Files, GrowingFile } from '../src/core/world.ts';
import { readJournal } from '../src/run/journal.ts';
import { CLI, type Finished, rampart, temporaryFolder } from './command.ts';
import { codeOf } from './disturbed.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn, realFiles } from './world.ts';

/** Whatever happens to a disk, a pipe or a terminal, at whatever moment: the measurement outlives it, and it is told. */

let target: TestTarget;
let cwd = '';
beforeEach(async () => {
  target = await fixedTarget(2);
  cwd = temporaryFolder();
});
afterEach(async () => {
  await target.close();
});

const resultIn = (folder: string): RunResult => JSON.parse(readFileSync(join(cwd, folder, 'result.json'), 'utf8'));

const load = (): string[] => ['run', target.url, '--vus', '2', '--think-time', '10ms', '-d', '1s', '--threads', '1'];

describe('a folder that cannot be written to', () => {
  const file = (): void => writeFileSync(join(cwd, 'file'), '');
  const link = (): void => symlinkSync('/nowhere/at/all', join(cwd, 'link'));
  const cases: [what: string, out: string, make: () => void, says: RegExp][] = [
    ['a file of that name', 'file', file, /--out: \S+file .* no folder has that name/],
    ['a file above it', 'file/out', file, /a part of its path is no folder/],
    ['a link to nothing', 'link', link, /a link that leads nowhere/],
    ['a folder where none can be made', '/proc/nope/deeper', () => {}, /no folder can be made there \(ENOENT\)/],
    ['a device', '/dev/null', () => {}, /--out: \/dev\/null cannot be written to/],
  ];
  it.each(cases)('is told before the first request: %s', async (_, out, make, says) => {
    make();
    const { code, stdout, stderr } = await rampartIn({}, [...load(), '-o', resolve(cwd, out)]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
    expect(stderr).toContain('Name another folder with --out.');
    expect(stderr).not.toContain('    at ');
    expect(target.received()).toBe(0);
  });

  it('is told of the usual folder too, and of one that is full or silent', async () => {
    symlinkSync(join(cwd, 'not-mounted'), join(cwd, 'reports'));
    const usual = await rampart(load(), { cwd });
    expect([usual.code, usual.stderr]).toEqual([
      2,
      expect.stringMatching(/the folder reports\/\S+ cannot be written to/),
    ]);
    for (const [code, says] of [
      ['ENOSPC', 'the disk is full'],
      ['EROFS', 'it can only be read'],
      ['ETIMEDOUT', 'the system does not answer'],
      ['EWEIRD', 'EWEIRD: odd'],
    ] as const) {
      const makeFolder = () => Promise.reject(Object.assign(new Error(`${code}: odd`), { code }));
      const said = await rampartIn({ files: { ...realFiles, makeFolder } }, [...load(), '-o', join(cwd, 'x')]);
      expect([said.code, said.stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    expect(target.received()).toBe(0);
  });

  it('leaves no folders behind that it made in vain', async () => {
    mkdirSync(join(cwd, 'a'));
    symlinkSync('/nowhere', join(cwd, 'a/link'));
    await expect(realFiles.makeFolder(join(cwd, 'new/b/../../a/link/x'))).rejects.toThrow();
    expect(readdirSync(cwd)).toEqual(['a']);
  });
});

describe('the folder of an earlier run', () => {
  const files = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(cwd, 'out')).map((name) => [name, readFileSync(join(cwd, 'out', name), 'utf8')]),
    );

  it('is never written over without being asked for', async () => {
    const flags = [...load(), '-q', '-n', '20', '-o', 'out'];
    const first = await rampart(flags, { cwd });
    expect(first.code).toBe(codeOf(resultIn('out'), 0));
    const before = files();
    const again = await rampart(flags, { cwd });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--out: out holds an earlier run (journal.ndjson, report.html, …)');
    expect(again.stderr).toContain('--overwrite');
    expect(files()).toEqual(before);
    writeFileSync(join(cwd, 'out/mine.txt'), 'kept');
    const sent = target.received();
    expect((await rampart([...flags, '--overwrite'], { cwd })).code).toBe(codeOf(resultIn('out'), 0));
    // And the one that goes before.
    expect(target.received()).toBe(sent + 21);
    expect(Object.keys(files()).sort()).toEqual([...Object.keys(before), 'mine.txt'].sort());
    expect(files()['result.json']).not.toBe(before['result.json']);
  });

  it('is drawn again into itself and into where it was drawn before, and into no other run’s', async () => {
    for (const name of ['one', 'two']) await rampart([...load(), '-q', '-n', '20', '-o', name], { cwd });
    const codes: (number | null)[] = [];
    for (const args of [['one'], ['one', '-o', 'drawn'], ['one', '-o', 'drawn'], ['one', '-o', 'two']])
      codes.push((await rampart(['report', ...args], { cwd })).code);
    const code = codeOf(resultIn('one'), 0);
    expect(codes).toEqual([code, code, code, 2]);
    expect((await rampart(['report', 'one', 'two', '-o', 'two'], { cwd })).code).toBe(2);
    expect((await rampart(['report', 'one', 'two', '-o', 'over'], { cwd })).code).toBe(0);
  });
});

/** A disk with room for so many bytes, of all files together; then nothing more can be written to it. */
function diskOf(room: number): { readonly files: Files; readonly other: string } {
  const other = temporaryFolder();
  let left = room;
  const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const takes = (path: string, size: number): void => {
    if (path.startsWith(other)) return;
    left -= size;
    if (left < 0) throw full();
  };
  return {
    other,
    files: {
      ...realFiles,
      makeTemporaryFolder: async () => other,
      writeText: async (path, text, readers) => {
        takes(path, text.length);
        await realFiles.writeText(path, text, readers);
      },
      createFile: async (path, readers): Promise<GrowingFile> => {
        const file = await realFiles.createFile(path, readers);
        const append = async (text: string | Uint8Array): Promise<void> => {
          takes(path, text.length);
          await file.append(text);
        };
        return { append, copyTo: (one) => file.copyTo(one), close: () => file.close() };
      },
    },
  };
}

describe('a disk that fills up', () => {
  it('at any moment loses nothing: what has no room is elsewhere, the result on standard output, exit code 7', async () => {
    await rampartIn({}, [...load(), '-o', join(cwd, 'whole')]);
    const journal = readFileSync(join(cwd, 'whole', JOURNAL)).length;
    const all = FILES.reduce((sum, name) => sum + readFileSync(join(cwd, 'whole', name)).length, journal);
    const moments = [
      0,
      100,
      journal / 3,
      journal / 2,
      journal - 50,
      journal + 10,
      journal + 200_000,
      // Runs differ a little in what they leave: enough that the last file has no room for sure.
      all * 0.95,
      all * 2,
    ];
    const fillsUpAt = async (room: number, n: number): Promise<void> => {
      const folder = join(cwd, `run${n}`);
      const { files, other } = diskOf(Math.round(room));
      const { code, stdout, stderr } = await rampartIn({ files }, [...load(), '--json', '-o', folder]);
      const result = JSON.parse(stdout) as RunResult;
      const { totals } = result;
      expect([n, code, totals.sent > 0]).toEqual([n, codeOf(result, room > all ? 0 : 7), true]);
      if (room > all) {
        expect(stderr).not.toContain('not saved');
        return;
      }
      expect(stderr).toMatch(/rampart: not saved in \S+: .* \(ENOSPC: no space left on device\): (it is|they are) in /);
      const here = readdirSync(folder);
      const there = readdirSync(other);
      expect([...here, ...there].filter((name) => name !== JOURNAL).sort()).toEqual([...FILES].sort());
      for (const name of [...here, ...there]) expect(name).not.toContain('.part');
      const kept = join(there.includes(JOURNAL) ? other : folder, JOURNAL);
      const events = readJournal(readFileSync(kept, 'utf8'), kept);
      expect([events.at(0)?.type, events.at(-1)?.type]).toEqual(['started', 'finished']);
      const drawn = await rampartIn({}, ['report', kept, '--json', '-o', join(cwd, `drawn${n}`)]);
      expect((JSON.parse(drawn.stdout) as RunResult).totals).toEqual(totals);
    };
    // They sleep most of the time, but as many at once as there are moments leave each too little to send anything.
    const TOGETHER = 3;
    for (let first = 0; first < moments.length; first += TOGETHER)
      await Promise.all(moments.slice(first, first + TOGETHER).map((room, place) => fillsUpAt(room, first + place)));
  });

  it('for good, and elsewhere too, still leaves the result on standard output', async () => {
    const { files } = diskOf(2_000);
    const makeTemporaryFolder = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    const args = [...load(), '--json', '-o', join(cwd, 'out')];
    const { code, stdout, stderr } = await rampartIn({ files: { ...files, makeTemporaryFolder } }, args);
    expect(code).toBe(codeOf(JSON.parse(stdout), 7));
    expect(stderr).toMatch(/not saved in .*journal\.ndjson.*: the run cannot be drawn again from its journal/);
  });

  it('keeps a verdict that is worse than not being saved', async () => {
    const { files } = diskOf(2_000);
    const args = [...load(), '--threshold', 'p95<1us', '--json', '-o', join(cwd, 'out')];
    const { code, stdout } = await rampartIn({ files }, args);
    expect(code).toBe(codeOf(JSON.parse(stdout), 3));
  });

  it('is met by the real system: no file may grow beyond 16 KiB', async () => {
    // `ulimit -f` counts blocks of 512 bytes or 1 KiB, by shell.
    const { code, stdout, stderr } = await shell('ulimit -f 16; exec "$@"', [...load(), '-o', 'out']);
    expect(code).toBe(codeOf(resultIn('out'), 7));
    expect(stdout).toContain('p95');
    expect(stderr).toMatch(/not saved in out: report\.html.* \(EFBIG: file too large\)/);
    expect(readdirSync(join(cwd, 'out'))).not.toContain('report.html');
    expect(readdirSync(join(cwd, 'out')).filter((name) => name.includes('.part'))).toEqual([]);
    expect(readJournal(readFileSync(join(cwd, 'out', JOURNAL), 'utf8'), '').at(-1)?.type).toBe('finished');
  });
});

/** Runs the built command by a line of shell, where `"$@"` stands for it. */
function shell(line: string, args: readonly string[]): Promise<Finished> {
  const child = spawn('bash', ['-c', line, 'bash', process.execPath, CLI, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  return new Promise((done) => child.once('close', (code) => done({ code, ...said })));
}

describe('an output that takes nothing', () => {
  const files = (): string[] => readdirSync(join(cwd, 'out')).sort();
  const all = [JOURNAL, ...FILES].sort();

  it('as standard output on a full disk is told in one sentence, and is no success: exit code 7', async () => {
    for (const json of [[], ['--json']]) {
      const { code, stderr } = await shell('"$@" > /dev/full', [...load(), ...json, '-q', '--overwrite', '-o', 'out']);
      expect([code, stderr]).toEqual([
        codeOf(resultIn('out'), 7),
        'rampart: standard output could not be written whole: ENOSPC: no space left on device, write\n',
      ]);
      expect(files()).toEqual(all);
    }
  });

  it('is not taken for one that took a part', async () => {
    const { code, stderr } = await shell('ulimit -f 1; "$@" > result.json', [
      ...['probe', target.url, '-n', '50', '--json', '-q'],
    ]);
    expect([5, 7]).toContain(code);
    expect(stderr).toContain('standard output could not be written whole: EFBIG');
  });

  it('as standard error on a full disk, or closed, changes nothing', async () => {
    for (const where of ['/dev/full', '&-']) {
      const { code, stdout } = await shell(`"$@" 2> ${where}`.replace('> &', '>&'), [
        ...load(),
        '--overwrite',
        '-o',
        'out',
      ]);
      expect(code).toBe(codeOf(resultIn('out'), 0));
      expect(stdout).toContain('p95');
      expect(files()).toEqual(all);
    }
  });

  it('since its reader has gone is no failure: the run goes on, and its files are there', async () => {
    const { code, stdout } = await shell('set -o pipefail; "$@" 2>&1 | head -1', [...load(), '-o', 'out']);
    expect([code, stdout.trim().split('\n').length]).toEqual([codeOf(resultIn('out'), 0), 1]);
    expect(files()).toEqual(all);
  });

  it('as both closed leaves the files', async () => {
    const { code } = await shell('"$@" >&- 2>&-', [...load(), '-o', 'out']);
    expect(code).toBe(codeOf(resultIn('out'), 0));
    expect(files()).toEqual(all);
  });
});

describe('writing a file', () => {
  it('leaves what was there until it is whole, follows links, and keeps to who may read it', async () => {
    const real = join(cwd, 'real.txt');
    writeFileSync(real, 'before');
    chmodSync(real, 0o644);
    symlinkSync(real, join(cwd, 'link.txt'));
    await realFiles.writeText(join(cwd, 'link.txt'), 'after', 'owner');
    expect(readFileSync(real, 'utf8')).toBe('after');
    mkdirSync(join(cwd, 'taken'));
    await expect(realFiles.writeText(join(cwd, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(cwd).sort()).toEqual(['link.txt', 'real.txt', 'taken']);
    rmSync(real);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../src/core/world.ts';
import { rampart, temporaryFolder } from './command.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { noFiles, rampartIn, realFiles } from './world.ts';

/** What cannot be brought about from outside: the command in this process, in a world with one thing gone wrong. */

const DIST = new URL('../dist/', import.meta.url);
let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

const run = (args: string[], changes: Partial<World> = {}) => rampartIn({ files: noFiles, ...changes }, args);

/** A generator thread that is the real one, but for what `trouble` does to it. */
function entryWith(trouble: string): URL {
  const path = join(temporaryFolder(), 'worker.mjs');
  writeFileSync(path, `${trouble}\nawait import(${JSON.stringify(new URL('src/run/worker.js', DIST).href)});\n`);
  return pathToFileURL(path);
}

describe('a generator thread', () => {
  it('that dies under way makes the run invalid, with the reason: exit code 5', async () => {
    target = await fixedTarget(5);
    const workerEntry = entryWith(`import { threadId } from 'node:worker_threads';
      if (threadId % 2 === 0) setTimeout(() => { throw new Error('out of luck'); }, 1500);`);
    const args = ['run', target.url, '--vus', '4', '-d', '20s', '--threads', '2', '--json'];
    const { code, stdout } = await run(args, { workerEntry });
    const result = JSON.parse(stdout);
    expect(code).toBe(5);
    expect(result.run.ending).toBe('lost');
    expect(result.verdict.status).toBe('invalid');
    expect(result.verdict.doubts[0]).toMatchObject({ code: 'thread-lost', invalidates: true });
    expect(result.verdict.doubts[0].message).toContain('out of luck');
    expect(result.totals.ok).toBeGreaterThan(50);
    expect(result.totals.durationMs).toBeLessThan(10_000);
  });

  it('that hangs under way is given up, and the run is invalid, with the reason: exit code 5', async () => {
    target = await fixedTarget(5);
    const workerEntry = entryWith(`import { threadId } from 'node:worker_threads';
      if (threadId % 2 === 0) setTimeout(() => { for (;;); }, 1500);`);
    const args = ['run', target.url, '--vus', '4', '-d', '60s', '--threads', '2', '--json'];
    const startedAt = performance.now();
    const { code, stdout } = await run(args, { workerEntry });
    const { run: ended, totals, verdict } = JSON.parse(stdout);
    expect([code, ended.ending, verdict.status]).toEqual([5, 'lost', 'invalid']);
    expect(verdict.doubts[0].message).toContain('said nothing for 13 s');
    expect(totals.sent).toBe(totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0) + (totals.leftOut ?? 0));
    expect(totals.ok).toBeGreaterThan(50);
    expect(performance.now() - startedAt).toBeLessThan(45_000);
  }, 60_000);

  it('that does not start means that nothing was measured: exit code 6', async () => {
    target = await fixedTarget(5);
    const workerEntry = entryWith("throw new Error('no memory');");
    const { code, stdout } = await run(['run', target.url, '--vus', '4', '-d', '20s', '--no-preflight'], {
      workerEntry,
    });
    expect(code).toBe(6);
    expect(stdout).toContain('no memory');
    expect(target.received()).toBe(0);
  });
});

describe('rows in a temporary file', () => {
  it('are gone with the run, not only with the process: a page runs many', async () => {
    target = await fixedTarget(0);
    const data = join(temporaryFolder(), 'rows.jsonl');
    writeFileSync(data, `"${'x'.repeat(1_000_000)}"\n`.repeat(140));
    const open: number[] = [];
    const closed: number[] = [];
    const files: World['files'] = {
      ...realFiles,
      scratch: () => {
        const file = realFiles.scratch();
        open.push(file.descriptor);
        return file;
      },
      discard: (descriptor) => {
        closed.push(descriptor);
        realFiles.discard(descriptor);
      },
    };
    const flags = ['--data', data, '-n', '5', '--vus', '1', '-q', '-o', join(temporaryFolder(), 'out')];
    const { stdout } = await run(['run', target.url, ...flags], { files });
    expect(stdout).toContain('5 requests sent');
    expect([open.length, closed]).toEqual([1, open]);
  });
});

describe('a bug', () => {
  it('is called one, with its stack: exit code 1', async () => {
    target = await fixedTarget(5);
    const { code, stderr } = await run(['run', target.url, '-n', '1'], {
      wallTime: () => {
        throw new TypeError('unexpected');
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('this is a bug, please report it');
    expect(stderr).toContain('TypeError: unexpected');
  });
});

describe('a journal', () => {
  it('cut off by a crash still gives a report, which says so', async () => {
    target = await fixedTarget(5);
    const cwd = temporaryFolder();
    await rampart(['run', target.url, '--vus', '2', '-d', '2s', '-o', 'whole', '-q'], { cwd });
    const text = readFileSync(join(cwd, 'whole/journal.ndjson'), 'utf8');
    const journal = join(cwd, 'cut.ndjson');
    writeFileSync(journal, text.slice(0, text.lastIndexOf('{"type":"finished"') - 100));
    const { code, stdout } = await rampart(['report', 'cut.ndjson', '-o', 'again'], { cwd });
    expect(code).toBe(130);
    expect(stdout).toContain('killed');
    expect(readFileSync(join(cwd, 'again/report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('holds no secret of the command line or the headers', async () => {
    target = await fixedTarget(0);
    const cwd = temporaryFolder();
    const secret = ['-H', 'Authorization: Bearer hunter2', '-H', 'X-Api-Key: hunter2'];
    const { code } = await rampart(['run', `${target.url}?token=hunter2`, ...secret, '-n', '20', '-o', 'here'], {
      cwd,
    });
    expect([0, 5]).toContain(code);
    for (const name of ['journal.ndjson', 'result.json', 'report.html', 'summary.md', 'junit.xml', 'stats.csv'])
      expect(readFileSync(join(cwd, 'here', name), 'utf8')).not.toContain('hunter2');
  });

  it('that is broken in the middle is refused, naming the line', async () => {
    const cwd = temporaryFolder();
    target = await fixedTarget(0);
    await rampart(['run', target.url, '-n', '5', '-o', 'whole', '-q'], { cwd });
    const [started, ...rest] = readFileSync(join(cwd, 'whole/journal.ndjson'), 'utf8').split('\n');
    writeFileSync(join(cwd, 'journal.ndjson'), [started, 'nonsense', ...rest].join('\n'));
    const { code, stderr } = await rampart(['report', cwd]);
    expect(code).toBe(2);
    expect(stderr).toContain('line 2');
  });
});

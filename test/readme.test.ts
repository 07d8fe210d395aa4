import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import type { DoubtCode } from '../src/core/verdict.ts';
import { type Running, rampart, start } from './command.ts';
import { OF_THE_MACHINE } from './machine-doubts.ts';

/** What a machine that is busy with other things may make of a search, and of the target, which has what is left of it. */
const OF_A_BUSY_MACHINE = new Set<DoubtCode>([...OF_THE_MACHINE, 'no-answer-found', 'piling-up']);

/** Every command of the README, as it stands there but for its length, against the server that the README starts. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const blocks = [...readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/```sh\n([^`]+)\n```/g)].map(
  ([, text]) => text ?? '',
);

/** The words of a command line, single quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

let server: Running;
beforeAll(async () => {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(8989, '127.0.0.1', () => probe.close(() => resolve()));
  });
  server = start(words(blocks.find((block) => block.startsWith('rampart serve')) ?? '').slice(1), { cwd: ROOT });
  await server.shown('http://127.0.0.1:8989/predict');
});
afterAll(async () => {
  server.kill('SIGTERM');
  expect((await server.finished).code).toBe(0);
});

describe('the README', () => {
  it('has its two commands', () => {
    expect(blocks).toContain('npm install && npm run demo');
    expect(blocks).toContain('npm install && npm test');
  });

  const recipes = blocks.filter((block) => /^rampart (?!serve|report)/.test(block));
  it('has its recipes', () => expect(recipes.length).toBeGreaterThanOrEqual(4));
  for (const recipe of recipes)
    it(`runs: ${recipe}`, async () => {
      // Long enough for the ramp of one, and for a few levels of the search.
      const shorter = recipe.replace('--duration 10s', '--duration 6s').replace('--budget 30s', '--budget 12s');
      const flags = ['--overwrite', '-o', 'reports/my-run'];
      const { code, stdout, stderr } = await rampart([...words(shorter).slice(1), ...flags], { cwd: ROOT });
      expect(stderr).not.toContain('rampart:');
      expect(stdout).toMatch(/p95/);
      // Then that is what it says, and nothing else.
      const { verdict } = JSON.parse(readFileSync(`${ROOT}reports/my-run/result.json`, 'utf8')) as RunResult;
      const unfit = verdict.doubts.filter(({ invalidates }) => invalidates).map((doubt) => doubt.code);
      expect(unfit.filter((doubt) => !OF_A_BUSY_MACHINE.has(doubt))).toEqual([]);
      expect(code).toBe(unfit.length > 0 ? 5 : 0);
    });

  it('draws a run again', async () => {
    const again = blocks.find((block) => block.startsWith('rampart report')) ?? '';
    const before = readFileSync(`${ROOT}reports/my-run/report.html`);
    const { code } = await rampart(words(again).slice(1), { cwd: ROOT });
    expect([0, 5]).toContain(code);
    expect(readFileSync(`${ROOT}reports/my-run/report.html`).equals(before)).toBe(true);
  });
});

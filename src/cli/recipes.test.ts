import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:1/predict';

/** The words of a command line, as a shell has them. */
function wordsOf(line: string): string[] {
  return [...line.replaceAll(/\\*\n/g, ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

const page = readFileSync(fileURLToPath(new URL('../../docs/ci.md', import.meta.url)), 'utf8');
const recipes = [...page.matchAll(/rampart (run .*?(?:--quiet|-q))\b/gs)].map(([, command = '']) => wordsOf(command));

describe('the recipes of docs/ci.md', () => {
  it('are there', () => expect(recipes.length).toBe(4));

  it.each(recipes.map((words) => [words.join(' '), words]))(
    'are right up to the first connection: %s',
    async (_, words) => {
      const argv = words.map((word, at) => (at === 1 ? NOBODY : word));
      const files = { 'scenarios/loan.json': '{"x":1}' };
      const { code, stderr } = await saidBy(argv, { files });
      expect(stderr).toMatch(/^rampart: nothing answers at 127\.0\.0\.1:1: ECONNREFUSED/);
      expect(code).toBe(4);
    },
  );
});

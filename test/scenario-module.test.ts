/** Scenarios in TypeScript and JavaScript, by the built command: their functions in load threads, against a server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { rampart, resultOf, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { ownEchoTarget } from './target.ts';

/** Runs a command on a scenario file in a folder of its own. */
async function ran(name: string, text: string, args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const cwd = temporaryFolder();
  for (const [file, content] of Object.entries({ [name]: text, ...files })) writeFileSync(join(cwd, file), content);
  const [command = 'run', ...others] = args;
  const ended = await rampart([command, name, ...others], { cwd });
  const result = (): RunResult => resultOf(readFileSync(join(cwd, 'out', 'result.json'), 'utf8'));
  return { ...ended, result, cwd };
}

describe('a scenario in TypeScript', () => {
  it(
    'makes what is sent by functions, the same for a seed on any number of threads, and checks responses',
    undisturbed(async () => {
      const { url, got } = await ownEchoTarget();
      const text = `
        import { scenario } from 'rampart';
        import { incomes } from './incomes.ts';
        enum Kind { loan = 'loan' }
        export default scenario({
          url: ${JSON.stringify(url)},
          rate: '500/s',
          duration: '2s',
          data: 'rows.csv',
          headers: { 'x-id': ({ seq }) => \`no-\${seq}\` },
          body: ({ seq, row, random }) => ({ kind: Kind.loan, seq, city: row?.city, income: incomes[Math.floor(3 * random())] }),
          check: (response, { seq }) => response.text.includes(\`"seq":\${seq},\`) || 'another request was answered',
          maxRequests: undefined,
          requests: 300,
          thresholds: ['errors<1%'],
        });`;
      const files = {
        'incomes.ts': 'export const incomes: readonly number[] = [1, 2, 3];',
        'rows.csv': 'city\nOslo\nRiga\n',
      };
      const bodies: string[][] = [];
      for (const threads of ['1', '3']) {
        got.length = 0;
        const { code, stderr, result } = await ran(
          'load.ts',
          text,
          ['run', '--threads', threads, '--seed', '7', '-q', '-o', 'out', '--no-preflight'],
          files,
        );
        expect([stderr, [0, 5].includes(code ?? 1)]).toEqual([expect.anything(), true]);
        const { totals, functions, plan } = result();
        expect(totals.byOutcome).toEqual({ ok: 300 });
        expect(functions?.calls).toBe(900);
        expect(plan.functions).toMatchObject({ file: 'load.ts', url: null, places: ['headers.x-id', 'body', 'check'] });
        expect(plan.functions?.text).toContain('[1, 2, 3]');
        bodies.push(got.map((line) => line.slice(line.indexOf('{'))).sort());
      }
      expect(new Set(bodies[0]).size).toBe(300);
      expect(bodies[0]?.[0]).toMatch(/^\{"kind":"loan","seq":\d+,"city":"(Oslo|Riga)","income":[123]\}$/);
      expect(bodies[1]).toEqual(bodies[0]);
    }),
  );

  it(
    'counts what a function throws, and what a check says, with their messages',
    undisturbed(async () => {
      const { url } = await ownEchoTarget();
      const text = `export default {
      url: ${JSON.stringify(url)}, vus: 2, requests: 40,
      body: ({ seq }) => { if (seq % 4 === 3) throw new Error('no price'); return { seq }; },
      check: ({ status }, { seq }) => status === 200 && (seq % 4 === 1 ? 'the label is missing' : true),
    };`;
      const flags = ['run', '--no-preflight', '--keep-failing', '-q', '-o', 'out'];
      const { code, result } = await ran('load.mjs', text, flags);
      expect(code).not.toBe(0);
      const { totals, failures } = result();
      expect(totals.byOutcome).toEqual({ ok: 20, 'wrong-answer': 10, 'function-failed': 10 });
      expect(failures.map(({ outcome, message, count }) => [outcome, message, count]).sort()).toEqual([
        ['function-failed', 'body: no price', 10],
        ['wrong-answer', 'the label is missing', 10],
      ]);
    }),
  );

  it('is tried once before the load, where a function that does not return is ended', async () => {
    const { url, received } = await ownEchoTarget();
    const text = `export default { url: ${JSON.stringify(url)}, vus: 2, body: () => { for (;;); } };`;
    const { code, stderr } = await ran('load.mjs', text, ['run', '-o', 'out']);
    expect(code).toBe(4);
    expect(stderr).toContain('body: it did not return within 5 s');
    expect(received()).toBe(0);
  });

  // What is wrong with one: `src/cli/validate.test.ts`.
  it('is begun by init, and is not for agents', async () => {
    const cwd = temporaryFolder();
    const begun = await rampart(['init', '--typescript'], { cwd });
    expect([begun.code, begun.stdout]).toEqual([0, expect.stringContaining('scenario.ts is there')]);
    const read = await rampart(['validate', 'scenario.ts'], { cwd });
    expect([read.code, read.stdout]).toEqual([0, expect.stringContaining('checked: by a function')]);
    const { code, stderr } = await rampart(['run', 'scenario.ts', '--nats', 'nats://127.0.0.1:1'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('agents run no code that they are sent')]);
  });
});

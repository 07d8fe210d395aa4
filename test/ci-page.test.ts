import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLI, temporaryFolder } from './command.ts';
import { fixedTarget } from './target.ts';

/**
 * The recipes of docs/ci.md, carried out: what they install is there already, their load is smaller, and their model answers here. What
 * only the service of a CI does (containers, artifacts, Groovy) is read by `scripts/ci-page.test.ts`.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
const blockOf = (language: string, number = 0): string => {
  const all = [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'))];
  const [, indent = '', text = ''] = all[number] ?? [];
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
};

const target = await fixedTarget(2);
const origin = new URL(target.url).origin;
afterAll(() => target.close());
const bin = temporaryFolder();

beforeAll(() => {
  const shim = (name: string, text: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const run = `exec "${process.execPath}" "${CLI}" "$@"`;
  shim('rampart', run);
  // npx --yes rampart …
  shim('npx', `shift 2; ${run}`);
  shim('npm', 'exit 0');
});

const here = (text: string): string =>
  text
    .replaceAll('http://127.0.0.1:8989', origin)
    .replaceAll('--rate 50/s', '--vus 1')
    .replaceAll('--duration 30s --warmup 5s', '--duration 2s --warmup 1s')
    .replaceAll('-d 30s', '-d 1s')
    .replaceAll('p95<250ms', 'p95<5s');

async function carriedOut(script: string): Promise<{ readonly code: number; readonly cwd: string }> {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'scenarios'));
  cpSync(join(ROOT, 'scenarios/loan.json'), join(cwd, 'scenarios/loan.json'));
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, MODEL_URL: origin, URL: `${origin}/predict` };
  const code = await new Promise<number>((resolve) => {
    execFile('sh', ['-ec', script], { cwd, env }, (error) => resolve(error === null ? 0 : Number(error.code)));
  });
  return { code, cwd };
}

type Job = { readonly steps: readonly { readonly run?: string }[] };

it.each([
  [
    'GitHub',
    () => {
      const { load } = (parse(blockOf('yaml')) as { jobs: { load: Job } }).jobs;
      const all = load.steps.flatMap(({ run }) => run ?? []);
      // The model is started already.
      return all.map((run) => run.replaceAll(/^docker compose .*$/gm, '')).join('\n');
    },
  ],
  ['GitLab', () => (parse(blockOf('yaml', 1)) as { load: { script: readonly string[] } }).load.script.join('\n')],
  [
    'Jenkins',
    () =>
      (/sh\(returnStatus: true, script: '''([\s\S]*?)'''/.exec(blockOf('groovy'))?.[1] ?? '').replaceAll('\\\\', '\\'),
  ],
  ['the loop', () => blockOf('sh')],
])('the recipe for %s measures, and leaves what the others read', async (_, script) => {
  const { code, cwd } = await carriedOut(here(script()));
  // A busy machine may make a run invalid: that is no mistake of the recipe.
  expect([0, 5]).toContain(code);
  for (const name of ['junit.xml', 'summary.md', 'report.html', 'result.json'])
    expect(existsSync(join(cwd, 'load-test', name)), name).toBe(true);
});

it('ends with the code of the verdict: a limit that breaks is not tried again, nothing that listens is 4', async () => {
  const loop = here(blockOf('sh'));
  const before = target.received();
  const { code, cwd } = await carriedOut(loop.replaceAll('p95<5s', 'p95<1ms'));
  expect([3, 5]).toContain(code);
  expect(existsSync(join(cwd, 'load-test'))).toBe(true);
  expect(target.received()).toBeGreaterThan(before);
  const gone = await carriedOut(loop.replace('"$URL"', 'http://127.0.0.1:9/predict'));
  expect(gone.code).toBe(4);
});

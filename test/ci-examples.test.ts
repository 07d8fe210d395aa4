import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../bench/port.ts';
import { CLI, temporaryFolder } from './command.ts';
import { printedBy } from './python.ts';

/** The examples for CI, step by step: the shell that stands in them, on a service that a change makes slower or not. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const work = temporaryFolder();
const port = await freePort();
/** Stands for the published package. */
const rampart = join(work, 'rampart');

/** Shorter, at a port that is free, and with a margin that no busy machine comes near. */
const here = (text: string): string =>
  text
    .replaceAll(':8000', `:${port}`)
    .replaceAll(/--duration \d+s/g, '--vus 2 --threads 1 --duration 600ms')
    .replaceAll('--vus 4 ', '')
    .replaceAll('--margin 10%', '--margin 40% --pairs 5');

/** A service in its folder, that answers after so many ms. */
function service(folder: string, ms: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'request.json'), '{"rows":[1]}');
  writeFileSync(
    join(folder, 'server.mjs'),
    `import { createServer } from 'node:http';
     createServer((request, response) => setTimeout(() => response.end('{}'), request.url === '/health' ? 0 : ${ms}))
       .listen(${port}, '127.0.0.1');`,
  );
}

const comments: { id: number; body: string }[] = [];
/** What is called of GitHub's API. */
const github = createServer(async (request, response) => {
  let text = '';
  for await (const piece of request) text += piece;
  const { body = '' } = (text === '' ? {} : JSON.parse(text)) as { body?: string };
  const [, id] = /comments\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (request.method === 'POST') comments.push({ id: comments.length + 7, body });
  const known = comments.find((comment) => `${comment.id}` === id);
  if (request.method === 'PATCH' && known !== undefined) known.body = body;
  response.end(JSON.stringify(request.method === 'GET' ? comments : {}));
});

beforeAll(async () => {
  mkdirSync(rampart);
  writeFileSync(join(rampart, 'cli.mjs'), `#!/usr/bin/env node\nawait import(${JSON.stringify(CLI)});\n`, {
    mode: 0o755,
  });
  writeFileSync(
    join(rampart, 'package.json'),
    JSON.stringify({ name: 'rampart', version: '1.0.0', bin: { rampart: 'cli.mjs' } }),
  );
  comments.push({ id: 1, body: 'Looks good to me' });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
});
afterAll(() => github.close());

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Carries out the steps of action.yml as a runner does: what it knows is put in, and what a step writes is known to the next. */
async function actionRun(command: string, cwd: string): Promise<Readonly<Record<string, number>>> {
  const action = parse(read('action.yml')) as {
    inputs: Record<string, { default?: string }>;
    runs: { steps: readonly Step[] };
  };
  const known: Record<string, string> = {
    'runner.temp': join(cwd, 'temp'),
    'github.event.pull_request.number': '12',
    'inputs.command': command,
    'inputs.package': rampart,
    'inputs.token': 'a-token',
  };
  for (const [name, { default: value = '' }] of Object.entries(action.inputs)) known[`inputs.${name}`] ??= value;
  const filled = (text: string): string => text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name) => known[name] ?? '');
  const codes: Record<string, number> = {};
  mkdirSync(join(cwd, 'temp'), { recursive: true });
  for (const { id = '', run, env = {} } of action.runs.steps) {
    if (run === undefined) continue;
    const output = join(cwd, 'temp', `${id}.output`);
    writeFileSync(output, '');
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]));
    // Not in this thread's way: it answers the step that comments.
    codes[id] = await exitCodeOf(run, cwd, {
      ...own,
      GITHUB_OUTPUT: output,
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_REPOSITORY: 'them/service',
      GITHUB_API_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}`,
      GITHUB_RUN_ID: '5',
    });
    for (const line of readFileSync(output, 'utf8').split('\n')) {
      const [, name, value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined) known[`steps.${id}.outputs.${name}`] = value;
    }
  }
  return codes;
}

function exitCodeOf(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<number> {
  // As GitHub runs `shell: bash`.
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
}

describe('the workflow for GitHub', () => {
  const workflow = parse(read('examples/ci/github.yml')) as {
    jobs: { compare: { steps: readonly (Step & { uses?: string; with?: { command?: string } })[] } };
  };
  const { steps } = workflow.jobs.compare;
  const command = here(steps.find(({ uses = '' }) => uses.startsWith('rampart-load/'))?.with?.command ?? '');

  it('stays green for a change that changes nothing, goes red for one that makes it slower, and keeps one comment', async () => {
    const codes: (number | undefined)[] = [];
    for (const [name, ms] of [
      ['unchanged', 20],
      ['slower', 60],
    ] as const) {
      const cwd = join(work, name);
      service(join(cwd, 'base'), 20);
      service(join(cwd, 'head'), ms);
      for (const { run } of steps) if (run !== undefined) expect(await exitCodeOf(run, cwd, {})).toBe(0);
      const ended = await actionRun(command, cwd);
      expect([ended['install'], ended['run'], ended['comment']]).toEqual([0, 0, 0]);
      codes.push(ended['verdict']);
    }
    expect(codes[0]).not.toBe(3);
    expect(codes[1]).toBe(3);
    expect(comments).toHaveLength(2);
    expect(comments[1]?.body).toMatch(/^<!-- rampart: rampart -->\n[\s\S]*■ regression[\s\S]*actions\/runs\/5/);
  });
});

describe('the jobs for GitLab and Jenkins', () => {
  it('run their shell, and leave what their reports are read from', async () => {
    const gitlab = parse(read('examples/ci/gitlab-ci.yml')).performance as {
      script: readonly string[];
      artifacts: { reports: { junit: string; metrics: string } };
    };
    const [, jenkins = ''] = /sh '''([\s\S]*?)'''/.exec(read('examples/ci/Jenkinsfile')) ?? [];
    for (const [name, script] of [
      ['gitlab', gitlab.script.join('\n')],
      ['jenkins', jenkins.replaceAll('\\\\', '\\')],
    ] as const) {
      const cwd = join(work, name);
      service(cwd, 20);
      // A busy machine may make a run invalid: that is no mistake of the script.
      expect([0, 5]).toContain(await exitCodeOf(here(script), cwd, { RAMPART: rampart }));
      expect(readFileSync(join(cwd, 'rampart/junit.xml'), 'utf8')).toContain('<testsuites');
    }
    const { junit, metrics } = gitlab.artifacts.reports;
    expect(junit).toBe('rampart/junit.xml');
    const text = readFileSync(join(work, 'gitlab', metrics), 'utf8');
    expect(JSON.parse(await printedBy('openmetrics_parse.py', text))).toContain('rampart_achieved_per_second');
  });
});

it('has no shell that bash cannot read', () => {
  const action = parse(read('action.yml')) as { runs: { steps: readonly Step[] } };
  for (const { run } of action.runs.steps)
    if (run !== undefined) execFileSync('bash', ['-n', '-c', run.replaceAll(/\$\{\{.*?\}\}/g, 'x')]);
  expect(spawnSync('node', ['--check', join(ROOT, 'scripts/ci/comment.mjs')]).status).toBe(0);
});

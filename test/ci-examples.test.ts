import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../bench/port.ts';
import { actionRun, commentsApi, exampleWorkflow, shellRun, standInPackage } from '../scripts/ci/steps.mjs';
import { temporaryFolder } from './command.ts';
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
const github = commentsApi(comments);

/** Whether the comparison says that the machine, not the service, spoilt pairs of runs. */
const isVoided = (): boolean => /pairs? of runs said nothing of the targets/.test(comments[1]?.body ?? '');

beforeAll(async () => {
  standInPackage(rampart);
  comments.push({ id: 1, body: 'Looks good to me' });
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
});
afterAll(() => github.close());

describe('the workflow for GitHub', () => {
  const { shell, command } = exampleWorkflow();

  it('stays green for a change that changes nothing, goes red for one that makes it slower, and keeps one comment', async () => {
    const codes: (number | undefined)[] = [];
    for (const [name, ms] of [
      ['unchanged', 20],
      ['slower', 60],
    ] as const) {
      const cwd = join(work, name);
      service(join(cwd, 'base'), 20);
      service(join(cwd, 'head'), ms);
      for (const script of shell) expect(await shellRun(script, cwd, {})).toBe(0);
      const api = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
      const act = () => actionRun({ command: here(command), package: rampart, cwd, api });
      let ended = await act();
      // Of what the machine made void there may be too little left to decide by.
      for (let left = 2; name === 'slower' && ended['verdict'] !== 3 && isVoided() && left > 0; left--)
        ended = await act();
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
  it('run their shell, and leave what their reports are read from', async (test) => {
    const gitlab = parse(read('examples/ci/gitlab-ci.yml')).performance as {
      script: readonly string[];
      artifacts: { reports: { junit: string; metrics: string; browser_performance: string } };
    };
    const [, jenkins = ''] = /sh '''([\s\S]*?)'''/.exec(read('examples/ci/Jenkinsfile')) ?? [];
    for (const [name, script] of [
      ['gitlab', gitlab.script.join('\n')],
      ['jenkins', jenkins.replaceAll('\\\\', '\\')],
    ] as const) {
      const cwd = join(work, name);
      service(cwd, 20);
      // A busy machine may make a run invalid: that is no mistake of the script.
      expect([0, 5]).toContain(await shellRun(here(script), cwd, { RAMPART: rampart }));
      expect(readFileSync(join(cwd, 'rampart/junit.xml'), 'utf8')).toContain('<testsuites');
    }
    const { junit, metrics, browser_performance } = gitlab.artifacts.reports;
    expect(junit).toBe('rampart/junit.xml');
    const text = readFileSync(join(work, 'gitlab', metrics), 'utf8');
    expect(JSON.parse(await printedBy(test, 'openmetrics_parse.py', text))).toContain('rampart_achieved_per_second');
    const [subject] = JSON.parse(readFileSync(join(work, 'gitlab', browser_performance), 'utf8'));
    expect(subject.metrics.length).toBeGreaterThan(3);
  });
});

it('has a script for the comment that Node reads', () => {
  expect(spawnSync('node', ['--check', join(ROOT, 'scripts/ci/comment.mjs')]).status).toBe(0);
});

import { basename, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { toMarkdown } from '../report/markdown.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { tellGitHub } from './github.ts';

const result = fixtureResult();

function worldOf(env: World['env'], fails = false) {
  const appended: [string, string][] = [];
  let said = '';
  const files = {
    appendText: async (path: string, text: string): Promise<void> => {
      if (fails) throw new Error('ENOSPC: no space left on device');
      appended.push([path, text]);
    },
  } as unknown as World['files'];
  const stderr = {
    isTTY: false,
    columns: 80,
    write: (text: string): void => {
      said += text;
    },
  };
  return { world: { env, files, stderr }, appended, said: () => said };
}

it('adds summary.md to the summary of a job, where there is one', async () => {
  const { world, appended } = worldOf({ GITHUB_STEP_SUMMARY: '/there' });
  await tellGitHub(world, result);
  expect(appended).toEqual([['/there', `${toMarkdown(result)}\n`]]);
  for (const env of [{}, { GITHUB_STEP_SUMMARY: '' }]) {
    const none = worldOf(env);
    await tellGitHub(none.world, result);
    expect([none.appended, none.said()]).toEqual([[], '']);
  }
});

it('says where that fails, and throws nothing', async () => {
  const { world, said } = worldOf({ GITHUB_STEP_SUMMARY: '/there' }, true);
  await tellGitHub(world, result);
  expect(said()).toBe(
    "rampart: the job's summary (GITHUB_STEP_SUMMARY) could not be written: ENOSPC: no space left on device\n",
  );
});

it('annotates what broke, what is not sure and what is invalid, on GitHub only', async () => {
  const [check] = result.verdict.checks;
  if (check === undefined) throw new Error('the made-up run has thresholds');
  const told: RunResult = {
    ...result,
    verdict: {
      status: 'invalid',
      checks: [
        {
          ...check,
          threshold: 'p95<250ms',
          status: 'failed',
          outcome: 'broken',
          message: 'p95 was 312 ms, 100 % over',
        },
        { ...check, threshold: 'p99<1s', status: 'passed', outcome: 'not-sure', message: 'a\n::error::b' },
        { ...check, threshold: 'errors<1%', status: 'passed', outcome: 'held', message: 'held' },
      ],
      doubts: [
        { code: 'send-lag', message: 'Requests left late.', hint: 'Use more threads.', invalidates: true },
        { code: 'cold-start', message: 'Cold.', hint: '', invalidates: false },
      ],
    },
  };
  const { world, said } = worldOf({ GITHUB_ACTIONS: 'true' });
  await tellGitHub(world, told);
  expect(said().split('\n')).toEqual([
    '::error title=rampart run%3A p95<250ms::p95 was 312 ms, 100 %25 over',
    '::warning title=rampart run%3A p99<1s::a ::error::b',
    '::error title=rampart run%3A invalid::Requests left late. Use more threads.',
    '',
  ]);
  const placed = worldOf({ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: resolve('..') });
  await tellGitHub(placed.world, told, () => new Map([['p95<250ms', { file: 'load, slow.json', line: 12 }]]));
  expect(placed.said().split('\n')[0]).toBe(
    `::error file=${basename(resolve('.'))}/load%2C slow.json,line=12,title=rampart run%3A p95<250ms::p95 was 312 ms, 100 %25 over`,
  );
  const elsewhere = worldOf({});
  await tellGitHub(elsewhere.world, told);
  expect(elsewhere.said()).toBe('');
});

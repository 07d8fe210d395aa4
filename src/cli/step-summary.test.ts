import { expect, it } from 'vitest';
import type { World } from '../core/world.ts';
import { toMarkdown } from '../report/markdown.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { addStepSummary } from './step-summary.ts';

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
  await addStepSummary(world, result);
  expect(appended).toEqual([['/there', `${toMarkdown(result)}\n`]]);
  for (const env of [{}, { GITHUB_STEP_SUMMARY: '' }]) {
    const none = worldOf(env);
    await addStepSummary(none.world, result);
    expect([none.appended, none.said()]).toEqual([[], '']);
  }
});

it('says where that fails, and throws nothing', async () => {
  const { world, said } = worldOf({ GITHUB_STEP_SUMMARY: '/there' }, true);
  await addStepSummary(world, result);
  expect(said()).toBe(
    "rampart: the job's summary (GITHUB_STEP_SUMMARY) could not be written: ENOSPC: no space left on device\n",
  );
});

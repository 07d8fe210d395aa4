import { expect, it, type TestContext } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { fixtureResult } from '../src/report/result.fixture.ts';
import { type Finished, resultOf, taken } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';

/** The only thing that may run a test again. */

let ended = 0;
afterEachAttempt(() => {
  ended++;
});

const sound = fixtureResult();
const late: RunResult = {
  ...sound,
  verdict: {
    ...sound.verdict,
    doubts: [{ code: 'send-lag', message: 'Requests left late.', hint: '', invalidates: true }],
  },
};

/** How often it is tried where the attempts measure these and fail, but for the last one where it is to pass. */
async function attempts(results: readonly RunResult[], passes: boolean): Promise<{ tried: number; told: unknown }> {
  const task = { name: 'a measurement', meta: {} as { repeated?: string } };
  let tried = 0;
  ended = 0;
  const attempt = undisturbed(async () => {
    resultOf(JSON.stringify(results[tried++]));
    if (!passes || tried < results.length) throw new Error('not as it is to be');
  });
  const said = process.stderr.write;
  process.stderr.write = () => true;
  try {
    const whole = attempt({ task } as unknown as TestContext);
    if (passes) await whole;
    else await expect(whole).rejects.toThrow('not as it is to be');
  } finally {
    process.stderr.write = said;
  }
  return { tried, told: task.meta.repeated };
}

it('repeats what failed and says that the machine disturbed it, with new servers, and tells why', async () => {
  expect(await attempts([late, sound], true)).toEqual({ tried: 2, told: 'Requests left late.' });
  expect(ended).toBe(1);
});

it('never repeats what failed and knows of no disturbance', async () => {
  expect(await attempts([sound, sound], false)).toEqual({ tried: 1, told: undefined });
  expect(await attempts([late, sound, sound], false)).toEqual({ tried: 2, told: 'Requests left late.' });
});

it('gives up after five', async () => {
  expect(
    await attempts(
      Array.from({ length: 6 }, () => late),
      false,
    ),
  ).toEqual({ tried: 5, told: 'Requests left late.' });
});

it('leaves alone what passes, disturbed or not', async () => {
  expect(await attempts([late], true)).toEqual({ tried: 1, told: undefined });
});

/** How often a command is run that ends so, one time after the other, and fails each time; and why. */
async function failing(ends: readonly Finished[]): Promise<{ tried: number; told: unknown }> {
  const task = { name: 'a command', meta: {} as { repeated?: string } };
  let tried = 0;
  const attempt = undisturbed(async () => {
    taken.push(ends[tried++]!);
    throw new Error('not as it is to be');
  });
  await expect(attempt({ task } as unknown as TestContext)).rejects.toThrow();
  return { tried, told: task.meta.repeated };
}

it('knows a command that ended with 5 by its reason too', async () => {
  const ends = [
    { code: 5, stdout: '■ invalid: requests left late', stderr: '' },
    { code: 5, stdout: '■ invalid: requests piled up', stderr: '' },
  ];
  expect(await failing(ends)).toEqual({ tried: 2, told: 'requests left late' });
});

it('knows a comparison of which pairs were void, whatever it ended with', async () => {
  const voided = '2 pairs of runs said nothing of the targets';
  const ends = [
    { code: 0, stdout: `Undecided: x\n○ ${voided}, and count nowhere`, stderr: '' },
    { code: 0, stdout: 'Undecided: x', stderr: '' },
  ];
  expect(await failing(ends)).toEqual({ tried: 2, told: voided });
});

import { expect, it } from 'vitest';
import { seconds } from '../core/units.ts';
import {
  finishedOf,
  foldOf,
  generatorOf,
  intervalOf,
  OPEN,
  planOf,
  secondOf,
  spread,
  startedOf,
} from './events.fixture.ts';

const SECOND = { ok: spread(600, 5_000, 105_000) };
const stood = (from: number, to: number, lasted = to - from) => [
  { from: seconds(from), to: seconds(to), lasted: seconds(lasted) },
];

/** Ten seconds, of which three lie in a standstill; its end has a look of the event loop that comes three seconds late. */
function pausedRun(standstills = stood(2.4, 5.4), warmup = 0) {
  const late = { generator: generatorOf({ loopDelayP99: seconds(3), loopDelayMax: seconds(3) }), skipped: 290 };
  const phase = (index: number) => (index < warmup ? 'warmup' : 'measure');
  return foldOf([
    startedOf(planOf({ load: OPEN, warmup: seconds(warmup) })),
    ...[0, 1].map((index) => secondOf(index, SECOND, { phase: phase(index) })),
    secondOf(2, SECOND, { generator: generatorOf({ standstills }), phase: phase(2) }),
    ...[3, 4].map((index) => intervalOf({ index })),
    secondOf(5, { ...SECOND, leftOut: 5 }, late),
    ...[6, 7, 8, 9].map((index) => secondOf(index, SECOND)),
    finishedOf(),
  ]).result();
}

it('is said, and void: the stretch is in no rate, its intervals are unfit, and the delay charges nothing', () => {
  const result = pausedRun();
  expect(result.verdict).toMatchObject({
    status: 'passed',
    doubts: [
      {
        code: 'stood-still',
        invalidates: false,
        message:
          'The generator stood still for 3.00 s from 0:02; 5 requests of that stretch are left out, and 290 requests due in it were not sent.',
      },
    ],
  });
  expect(result.totals).toMatchObject({ sent: 4_805, ok: 4_800, leftOut: 5, durationMs: 7_000 });
  expect(result.series['POST /predict']?.totals.leftOut).toBe(5);
  expect(result.rates.achievedPerSec).toBeCloseTo(4_800 / 7, 1);
  expect(result.generator.loopDelayMax).toBe(0.9);
  expect(result.generator.standstills).toEqual([{ from: 2.4, to: 5.4, lastedMs: 3_000 }]);
  expect(result.timeline.map(({ unfit }) => unfit)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => index >= 2 && index <= 5),
  );
});

it('marks an interval that had been told before', () => {
  const { timeline } = pausedRun(stood(1.97, 5.4));
  expect(timeline.map(({ unfit }) => unfit).indexOf(true)).toBe(1);
});

it('makes a run invalid that it took most of', () => {
  const mostly = pausedRun(stood(2.4, 7.6));
  expect(mostly.verdict.status).toBe('invalid');
  expect(pausedRun(stood(2.4, 7.3)).verdict.status).toBe('passed');
});

it('says how often, and what the machine did', () => {
  const twice = pausedRun([...stood(2.4, 5.4), ...stood(0.5, 1), ...stood(2.39, 5.3)]);
  expect(twice.verdict.doubts[0]?.message).toMatch(
    /^The generator stood still 2 times, for 3\.51 s in all \(the longest 3\.01 s from 0:02\); 5 requests of those stretches are left out/,
  );
  const asleep = pausedRun(stood(2.4, 2.45, 7_200));
  expect(asleep.verdict.doubts.find(({ code }) => code === 'stood-still')).toMatchObject({
    message: expect.stringMatching(/^The generator stood still for 7,200 s from 0:02;/),
    hint: expect.stringMatching(/^The machine was suspended/),
  });
  expect(asleep.totals.durationMs).toBe(9_950);
});

it('in the warm-up is nobody’s business', () => {
  const result = pausedRun(stood(0.2, 0.8), 3);
  expect(result.verdict.doubts.map(({ code }) => code)).not.toContain('stood-still');
  expect(result.generator.standstills).toBeUndefined();
});

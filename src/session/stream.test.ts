import { expect, it } from 'vitest';
import { finishedOf, foldOf, planOf, secondOf, startedOf } from '../analyze/events.fixture.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { millis } from '../core/units.ts';
import { OutputQueue } from './output-queue.ts';
import { runSession } from './stream.ts';

const START = Date.parse('2026-01-02T03:04:05.000Z');

/** A session of ten seconds in which the wall clock is set by so much, ms. */
async function finishedAfter(setBy: number): Promise<Extract<RunEvent, { type: 'finished' }>> {
  let elapsed = 0;
  let offset = 0;
  const events: RunEvent[] = [];
  const sink: RunSink = { accept: (event) => void events.push(event), close: () => Promise.resolve() };
  const clock = { now: () => elapsed * 1e3, after: () => null, cancel: () => {} } as unknown as Clock;
  const { type: _, run, ...rest } = startedOf(planOf()) as Extract<RunEvent, { type: 'started' }>;
  const { startedAt: __, ...known } = run;
  await runSession({
    events: async function* () {
      elapsed = 10_000;
      offset = setBy;
      yield secondOf(0, { ok: [1_000] });
    },
    record: { accept: () => {}, close: () => {} },
    outputs: [new OutputQueue('test', sink, clock)],
    publish: (event) => event,
    signal: new AbortController().signal,
    clock,
    wallTime: () => new Date(START + elapsed + offset).toISOString(),
    started: { ...rest, run: known },
  });
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error('no end');
  return last;
}

it('ends when the time since its start says, whatever happens to the wall clock', async () => {
  for (const [setBy, told] of [
    [0, undefined],
    [-400, undefined],
    [-3_600_000, -3_600_000],
    [90_000, 90_000],
  ] as const) {
    const { finishedAt, at, clockSetBy } = await finishedAfter(setBy);
    expect([setBy, finishedAt, at, clockSetBy]).toEqual([setBy, '2026-01-02T03:04:15.000Z', 10e6, told && 1e3 * told]);
  }
});

it('tells of a clock that was set, in words', () => {
  const run = (clockSetBy: number): RunEvent[] => [
    startedOf(planOf()),
    secondOf(0, { ok: [1_000] }),
    { ...(finishedOf() as Extract<RunEvent, { type: 'finished' }>), clockSetBy: millis(clockSetBy) },
  ];
  const doubtOf = (setBy: number) =>
    foldOf(run(setBy))
      .result()
      .verdict.doubts.find(({ code }) => code === 'clock-set');
  expect(doubtOf(-3_600_000)).toMatchObject({
    message: expect.stringMatching(/^The clock of this machine was set back by 1:00:00 under way\. /),
    invalidates: false,
  });
  expect(doubtOf(90_000)?.message).toContain('set forward by 1:30');
});

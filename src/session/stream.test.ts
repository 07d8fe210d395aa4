import { expect, it } from 'vitest';
import { finishedOf, foldOf, planOf, secondOf, startedOf } from '../analyze/events.fixture.ts';
import { exitCodeOf } from '../analyze/verdict.ts';
import { EXIT } from '../core/errors.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { millis } from '../core/units.ts';
import { NeverReady, SourceLost } from '../run/lost.ts';
import { OutputQueue } from './output-queue.ts';
import { runSession } from './stream.ts';

const START = Date.parse('2026-01-02T03:04:05.000Z');

async function sessionOf(
  told: RunEvent[],
  events: () => AsyncIterable<RunEvent>,
  elapsed: () => number = () => 0,
  offset: () => number = () => 0,
): Promise<void> {
  const sink: RunSink = { accept: (event) => void told.push(event), close: () => Promise.resolve() };
  const clock = { now: () => elapsed() * 1e3, after: () => null, cancel: () => {} } as unknown as Clock;
  const { type: _, run, ...rest } = startedOf(planOf()) as Extract<RunEvent, { type: 'started' }>;
  const { startedAt: __, ...known } = run;
  await runSession({
    events,
    record: { accept: () => {}, close: () => {} },
    outputs: [new OutputQueue('test', sink, clock)],
    publish: (event) => event,
    signal: new AbortController().signal,
    clock,
    wallTime: () => new Date(START + elapsed() + offset()).toISOString(),
    started: { ...rest, run: known },
  });
}

/** A session of ten seconds in which the wall clock is set by so much, ms. */
async function finishedAfter(setBy: number): Promise<Extract<RunEvent, { type: 'finished' }>> {
  let elapsed = 0;
  let offset = 0;
  const events: RunEvent[] = [];
  const told = async function* () {
    elapsed = 10_000;
    offset = setBy;
    yield secondOf(0, { ok: [1_000] });
  };
  await sessionOf(
    events,
    told,
    () => elapsed,
    () => offset,
  );
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

it.each([
  ['agents', new SourceLost('agents', 'eu-1', 'gone'), { of: 'agents', source: 'eu-1' }, 'lost with its agent'],
  [
    'threads',
    new SourceLost('threads', 'agent 007', 'gone'),
    { source: 'agent 007' },
    'lost with its generator thread',
  ],
] as const)('tells who was lost: %s', async (_, error, told, cause) => {
  const events: RunEvent[] = [];
  await sessionOf(events, async function* () {
    const second = secondOf(0, { ok: [1_000] });
    if (second.type !== 'interval') throw new Error('no interval');
    const { snapshot } = second;
    const series = Object.fromEntries(
      Object.entries(snapshot.series).map(([name, one]) => [name, { ...one, sent: one.sent + 1, due: one.due + 1 }]),
    );
    yield { ...second, snapshot: { ...snapshot, series } };
    throw error;
  });
  const { at: ___, ...lost } = events.find(({ type }) => type === 'lost') as Extract<RunEvent, { type: 'lost' }>;
  expect(lost).toEqual({ type: 'lost', message: 'gone', ...told });
  expect(JSON.stringify(events)).toContain(cause);
});

it('has whoever is not there for a load as never ready only where nothing was measured before', async () => {
  const gone = new NeverReady(new SourceLost('threads', 'thread 0', 'gone'), 'generator thread 0 did not start: gone');
  const endings = await Promise.all(
    [0, 1].map(async (levels) => {
      const events: RunEvent[] = [];
      await sessionOf(events, async function* () {
        for (let level = 0; level < levels; level++) yield secondOf(level, { ok: [1_000] });
        throw gone;
      });
      const result = foldOf(events).result();
      const { message } = events.find(({ type }) => type === 'lost') as Extract<RunEvent, { type: 'lost' }>;
      return [result.run.ending, message, exitCodeOf(result), result.verdict.doubts[0]?.message];
    }),
  );
  const [never, lost] = endings;
  expect(never).toEqual([
    ...['never-ready', 'generator thread 0 did not start: gone', EXIT.agents],
    'The load generator did not start: generator thread 0 did not start: gone.',
  ]);
  expect(lost).toEqual(['lost', 'gone', EXIT.invalid, 'A generator thread was lost: thread 0: gone.']);
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

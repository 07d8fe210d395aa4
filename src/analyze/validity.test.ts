import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/event.ts';
import type { LoadProfile } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { bytes, count, micros, seconds } from '../core/units.ts';
import type { DoubtCode } from '../core/verdict.ts';
import {
  dataOf,
  finishedOf,
  foldOf,
  generatorOf,
  OPEN,
  P95_BELOW_250,
  planOf,
  resultOf,
  secondOf,
  seriesOf,
  spread,
  startedOf,
  thresholdOf,
} from './events.fixture.ts';
import { LIMITS } from './limits.ts';
import { queueRun, ratesOf } from './queue.fixture.ts';

/** Users whose every idle moment shows. */
const UNTHINKING: LoadProfile = {
  model: 'closed',
  vus: [{ duration: seconds(10), from: count(4), to: count(4) }],
  thinkTime: null,
};

/** 4000 answers in ten seconds: enough for every percentile. p95 = 100 ms. */
const ENOUGH = { ok: spread(400, 5_000, 105_000) };

const STOOD = { from: seconds(2), to: seconds(3), lasted: seconds(1) };

const codesOf = (result: RunResult): DoubtCode[] => result.verdict.doubts.map((doubt) => doubt.code);
const doubtOf = (result: RunResult, code: DoubtCode) => result.verdict.doubts.find((doubt) => doubt.code === code);

it('a sound run has no doubts, in either model', () => {
  expect(resultOf(ENOUGH).verdict).toEqual({ status: 'passed', checks: [], doubts: [] });
  expect(resultOf(ENOUGH, { load: OPEN }).verdict.doubts).toEqual([]);
});

it('every doubt says what to change, and the invalidating ones come first', () => {
  const { verdict } = resultOf(
    { ok: spread(5, 5_000, 105_000), ended: { aborted: 1 }, dropped: 100 },
    { load: OPEN },
    { generator: generatorOf({ gcMax: micros(30_000), cpuWait: 0.5, loopDelayP99: micros(90_000) }) },
  );
  expect(verdict.doubts.length).toBeGreaterThanOrEqual(5);
  for (const doubt of verdict.doubts) {
    expect(doubt.hint).not.toBe('');
    expect(doubt.message).toMatch(/\.$/);
  }
  const invalidating = verdict.doubts.map((doubt) => doubt.invalidates);
  expect(invalidating).toEqual([...invalidating].sort((a, b) => Number(b) - Number(a)));
  expect(verdict.status).toBe('invalid');
});

describe('answers', () => {
  it('unreachable: names address and error', () => {
    const doubt = doubtOf(
      resultOf({ ended: { 'connect-error': 3 }, message: 'connection refused' }, {}),
      'unreachable',
    );
    expect(doubt).toMatchObject({ invalidates: true });
    expect(doubt?.message).toBe('No connection to 127.0.0.1:8989 could be opened: connection refused (30 requests).');
  });

  it('is not unreachable where anything else happened', () => {
    expect(codesOf(resultOf({ ok: [5_000], ended: { 'connect-error': 3 } }))).not.toContain('unreachable');
    expect(codesOf(resultOf({ ended: { 'connect-error': 3, timeout: 1 } }))).not.toContain('unreachable');
  });

  it('no samples: nothing sent, nothing answered, or nothing succeeded', () => {
    expect(doubtOf(resultOf({}), 'no-samples')?.message).toBe('No request was sent in the measured phase.');
    expect(doubtOf(resultOf({ ended: { timeout: 2 }, message: 'timeout after 30 s' }), 'no-samples')?.message).toBe(
      'Nothing answered at 127.0.0.1:8989: timeout after 30 s (20 requests).',
    );
    const errors = resultOf({ ended: { 'http-error': 2 }, message: 'Bad Request' });
    expect(doubtOf(errors, 'no-samples')).toMatchObject({
      invalidates: true,
      message: 'No request succeeded: 20 requests failed: Bad Request.',
    });
  });

  it('a target that answers errors only fails a threshold rather than being invalid', () => {
    const errors = thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share');
    expect(resultOf({ ended: { 'http-error': 2 } }, { thresholds: [errors] }).verdict.status).toBe('failed');
    const useless = thresholdOf('errors<=100%', { kind: 'errors' }, '<=', 1, 'share');
    expect(resultOf({ ended: { 'http-error': 2 } }, { thresholds: [useless] }).verdict.status).toBe('invalid');
  });

  it('unanswered at the end: invalidates above 1 % of what was sent', () => {
    const few = { ...ENOUGH, ended: { aborted: 4 } };
    expect(doubtOf(resultOf(few), 'unanswered-at-end')).toMatchObject({
      invalidates: false,
      message: '40 requests (0.99 %) had no response when the run ended.',
    });
    const many = { ...ENOUGH, ended: { aborted: 5 } };
    expect(doubtOf(resultOf(many), 'unanswered-at-end')?.invalidates).toBe(true);
    expect(codesOf(resultOf(many, {}, {}, 'interrupted'))).toEqual(['interrupted']);
  });

  it('counts that do not add up are a bug', () => {
    const doubt = doubtOf(resultOf({ ...ENOUGH, sentMore: 1 }), 'count-mismatch');
    expect(doubt).toMatchObject({ invalidates: true });
    expect(doubt?.message).toContain('4,010 sent, but 4,000 ok, 0 failed and 0 given up. This is a bug.');
  });
});

describe('endings', () => {
  it('interrupted', () => {
    const result = resultOf(ENOUGH, {}, {}, 'interrupted');
    expect(doubtOf(result, 'interrupted')).toMatchObject({
      invalidates: false,
      message: 'The run was interrupted after 10 s.',
    });
    expect(result.verdict.status).toBe('interrupted');
  });

  it('stopped by hand is no doubt, but for requests that had no response', () => {
    expect(codesOf(resultOf(ENOUGH, {}, {}, 'stopped'))).toEqual([]);
    expect(resultOf(ENOUGH, {}, {}, 'stopped').verdict.status).toBe('passed');
    expect(codesOf(resultOf({ ...ENOUGH, ended: { aborted: 5 } }, {}, {}, 'stopped'))).toEqual(['unanswered-at-end']);
  });

  it('a lost thread, with its message', () => {
    const lost: RunEvent = { type: 'lost', at: micros(5), source: 'generator 2', message: 'exit code 1' };
    const events = [startedOf(planOf()), secondOf(0, ENOUGH), lost, finishedOf('lost')];
    const result = foldOf(events).result();
    expect(doubtOf(result, 'thread-lost')).toMatchObject({
      invalidates: true,
      message: 'A generator thread was lost: generator 2: exit code 1.',
    });
    expect(codesOf(foldOf([startedOf(planOf()), secondOf(0, ENOUGH), lost]).result())).toContain('thread-lost');
    expect(result.verdict.status).toBe('invalid');
  });

  it('a lost agent, by what the event says and not by its name', () => {
    const lost = { type: 'lost', of: 'agents', at: micros(5), source: 'eu-1', message: 'gone' } as const;
    const result = foldOf([startedOf(planOf()), secondOf(0, ENOUGH), lost, finishedOf('lost')]).result();
    expect(doubtOf(result, 'agent-lost')).toMatchObject({
      invalidates: true,
      message: 'An agent was lost: eu-1: gone.',
    });
    const named = { type: 'lost', at: micros(5), source: 'agent 007', message: 'gone' } as const;
    const other = foldOf([startedOf(planOf()), secondOf(0, ENOUGH), named, finishedOf('lost')]).result();
    expect(codesOf(other)).toContain('thread-lost');
  });

  it('a thread that never became ready, and nothing else', () => {
    const lost: RunEvent = { type: 'lost', at: micros(5), source: 'threads', message: 'no answer within 10 s' };
    const result = foldOf([startedOf(planOf()), lost, finishedOf('never-ready')]).result();
    expect(result.verdict.doubts).toMatchObject([
      {
        code: 'thread-never-ready',
        invalidates: true,
        message: 'The load generator did not start: no answer within 10 s.',
      },
    ]);
  });
});

describe('the rate', () => {
  it('is not met below 99 % of a large count', () => {
    expect(codesOf(resultOf({ ...ENOUGH, dropped: 4 }, { load: OPEN }))).toEqual([]);
    // 6 of 406 dropped: 1.5 %, but within three standard deviations (4.7 %) of 4060.
    expect(codesOf(resultOf({ ...ENOUGH, dropped: 6 }, { load: OPEN }))).toEqual([]);
    const result = resultOf({ ...ENOUGH, dropped: 40 }, { load: OPEN });
    expect(doubtOf(result, 'rate-not-met')).toMatchObject({
      invalidates: true,
      message:
        'The rate was not met: of 4,400 requests offered 4,000 were sent and 400 dropped, with at most 64 in flight.',
    });
    expect(doubtOf(result, 'rate-not-met')?.hint).toMatch(/target answers too slowly/);
  });

  it('is not met either where requests were due and neither sent nor dropped', () => {
    const unsent = { ...seriesOf(ENOUGH), due: 450 };
    const events = Array.from({ length: 10 }, (_, index) => secondOf(index, ENOUGH)).map((event) =>
      event.type === 'interval'
        ? { ...event, snapshot: { ...event.snapshot, series: { 'POST /predict': unsent } } }
        : event,
    );
    const result = foldOf([startedOf(planOf({ load: OPEN })), ...events, finishedOf()]).result();
    expect(doubtOf(result, 'rate-not-met')?.hint).toMatch(/generator cannot send/);
  });

  it('send lag: 2 ms, or 5 % of p95, in the open model only', () => {
    const lagOf = (ms: number) => ({ generator: generatorOf({ times: { lag: dataOf([ms * 1000]) } }) });
    // p95 of the response is 100 ms: the limit is 5 ms.
    expect(codesOf(resultOf(ENOUGH, { load: OPEN }, lagOf(4.9)))).toEqual([]);
    const late = resultOf(ENOUGH, { load: OPEN }, lagOf(5.5));
    expect(doubtOf(late, 'send-lag')).toMatchObject({ invalidates: false });
    expect(doubtOf(resultOf(ENOUGH, { load: OPEN }, lagOf(9.9)), 'send-lag')).toMatchObject({ invalidates: false });
    expect(doubtOf(resultOf(ENOUGH, { load: OPEN }, lagOf(10.5)), 'send-lag')).toMatchObject({ invalidates: true });
    expect(doubtOf(late, 'send-lag')?.message).toMatch(/p99 of the send lag was 5.50 ms; up to 5.00 ms/);
    expect(late.timeline.some((point) => point.unfit)).toBe(false);
    expect(resultOf(ENOUGH, { load: OPEN }, lagOf(10.5)).timeline.every((point) => point.unfit)).toBe(true);
    expect(codesOf(resultOf(ENOUGH, {}, lagOf(5.5)))).toEqual([]);
    const quick = { ok: spread(400, 100, 200) };
    expect(codesOf(resultOf(quick, { load: OPEN }, lagOf(1.9)))).toEqual([]);
    expect(codesOf(resultOf(quick, { load: OPEN }, lagOf(2.1)))).toEqual(['send-lag']);
  });
});

describe('the generator', () => {
  const withGenerator = (changes: Parameters<typeof generatorOf>[0], plan = {}) =>
    resultOf(ENOUGH, plan, { generator: generatorOf(changes) });

  it('saturated: by utilisation or by CPU per thread, in the closed model', () => {
    expect(codesOf(withGenerator({ utilization: 0.94, cpu: 1.88 }))).toEqual([]);
    const busy = withGenerator({ utilization: 0.96 });
    expect(doubtOf(busy, 'generator-saturated')).toMatchObject({ invalidates: true });
    expect(doubtOf(busy, 'generator-saturated')?.message).toContain('96 % busy');
    expect(codesOf(withGenerator({ utilization: null, cpu: 1.95 }))).toEqual(['generator-saturated']);
    expect(codesOf(withGenerator({ utilization: null, cpu: 2 }, { load: OPEN }))).toEqual([]);
  });

  it('loop delay: 20 ms, or 10 % of p95', () => {
    expect(codesOf(withGenerator({ loopDelayP99: micros(19_000) }))).toEqual([]);
    const held = withGenerator({ loopDelayP99: micros(21_000) });
    expect(doubtOf(held, 'loop-delay')).toMatchObject({ invalidates: true });
    expect(held.timeline.every((point) => point.unfit)).toBe(true);
    const slow = resultOf(
      { ok: spread(400, 1e6, 2e6) },
      {},
      { generator: generatorOf({ loopDelayP99: micros(150_000) }) },
    );
    expect(codesOf(slow)).toEqual([]);
    expect(slow.timeline.some((point) => point.unfit)).toBe(false);
  });

  it('one held-up interval marks its point', () => {
    const events = Array.from({ length: 10 }, (_, index) => {
      const generator = generatorOf(index === 3 ? { loopDelayP99: micros(60_000) } : {});
      return secondOf(index, ENOUGH, { generator });
    });
    const { timeline } = foldOf([startedOf(planOf()), ...events, finishedOf()]).result();
    expect(timeline.map((point) => point.unfit).indexOf(true)).toBe(3);
    expect(timeline.filter((point) => point.unfit).length).toBe(1);
  });

  it('contended cores and long garbage collections are doubts, no more', () => {
    expect(codesOf(withGenerator({ cpuWait: LIMITS.cpuWait, gcMax: micros(LIMITS.gc * 1000) }))).toEqual([]);
    const doubts = withGenerator({ cpuWait: 0.2, gcMax: micros(35_000) }).verdict;
    expect(doubts.status).toBe('passed');
    expect(doubts.doubts.map((doubt) => [doubt.code, doubt.invalidates])).toEqual([
      ['cpu-contended', false],
      ['gc-pause', false],
    ]);
    expect(codesOf(withGenerator({ cpuWait: null }))).toEqual([]);
  });

  it('is averaged over time, without the drain', () => {
    const events = [
      secondOf(0, ENOUGH, { generator: generatorOf({ cpu: 1, utilization: 0.9, rss: bytes(7) }) }),
      secondOf(1, ENOUGH, { endAt: 1_500_000, generator: generatorOf({ cpu: 0.4, utilization: 0.3, rss: bytes(9) }) }),
      secondOf(2, {}, { phase: 'drain', generator: generatorOf({ cpu: 0, utilization: 0 }) }),
    ];
    const { generator } = foldOf([startedOf(planOf()), ...events, finishedOf()]).result();
    expect(generator).toMatchObject({ cpu: 0.8, utilization: 0.7, rssBytes: 9 });
  });
});

describe('too few samples', () => {
  it('is one doubt for the run: what is left out and what it would take', () => {
    const result = resultOf({ ok: spread(12, 5_000, 105_000) });
    expect(result.verdict.doubts).toMatchObject([
      {
        code: 'too-few-samples',
        invalidates: false,
        message: 'Too few samples for p99 (needs 368), p99.9 (needs 3,688): there are 120.',
      },
    ]);
    expect(result.verdict.status).toBe('passed');
  });

  it('speaks of the request name with the fewest', () => {
    const request = { method: 'GET', path: '/', headers: [], body: null };
    const plan = planOf({ requests: ['a', 'b'].map((name) => ({ ...request, name })) });
    const events = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index): RunEvent => {
      const event = secondOf(index, ENOUGH);
      if (event.type !== 'interval') return event;
      const series = { a: seriesOf(ENOUGH), b: seriesOf({ ok: [5_000, 6_000, 7_000, 8_000] }) };
      return { ...event, snapshot: { ...event.snapshot, series } };
    });
    const result = foldOf([startedOf(plan), ...events, finishedOf()]).result();
    expect(doubtOf(result, 'too-few-samples')?.message).toBe(
      'Too few samples for p95 (needs 72), p99 (needs 368), p99.9 (needs 3,688): b has 40.',
    );
  });

  it('invalidates where a threshold needs them', () => {
    const result = resultOf({ ok: [5_000, 6_000] }, { thresholds: [P95_BELOW_250] });
    const doubt = doubtOf(result, 'too-few-samples');
    expect(doubt?.invalidates).toBe(true);
    expect(doubt?.message).toMatch(/^The threshold p95<250ms is undecided: p95 needs 72 samples, there are 20\./);
    const odd = thresholdOf('p99.99<1s', { kind: 'percentile', p: 99.99 }, '<', 1e6);
    const custom = doubtOf(resultOf(ENOUGH, { thresholds: [odd] }), 'too-few-samples');
    expect(custom?.message).toMatch(/p99.99 needs 36,887 samples, there are 4,000\.$/);
  });
});

it('all doubts that the vocabulary has are reachable', () => {
  const lost: RunEvent = { type: 'lost', at: micros(5), source: 'generator 2', message: 'gone' };
  const sick = generatorOf({
    times: { lag: dataOf([50_000]) },
    loopDelayP99: micros(50_000),
    utilization: 1,
    cpuWait: 0.4,
    gcMax: micros(40_000),
  });
  const found = new Set(
    [
      resultOf({}),
      resultOf({ ended: { 'connect-error': 1 } }),
      resultOf({ ok: [5_000], ended: { aborted: 1 }, sentMore: 1 }, {}, { generator: sick }),
      resultOf({ ok: [5_000], dropped: 50 }, { load: OPEN, threads: count(1) }, { generator: sick }),
      resultOf(ENOUGH, {}, {}, 'interrupted'),
      // Five answers of 5 ms in a second leave four users nearly all of it.
      resultOf({ ok: spread(50, 5_000, 5_000) }, { load: UNTHINKING }),
      foldOf([startedOf(planOf()), lost, finishedOf('lost')]).result(),
      foldOf([startedOf(planOf()), lost, finishedOf('never-ready')]).result(),
      resultOf(ENOUGH, {}, { generator: generatorOf({ standstills: [STOOD] }) }),
      foldOf(queueRun({ load: ratesOf('uniform', [200, 10]), service: () => 10 })).result(),
      foldOf(queueRun({ load: ratesOf('uniform', [50, 40]), service: (_, at) => 5 + at / 4 })).result(),
    ].flatMap(codesOf),
  );
  expect([...found].sort()).toEqual([
    'count-mismatch',
    'cpu-contended',
    'drifting',
    'gc-pause',
    'generator-saturated',
    'hidden-idle',
    'interrupted',
    'loop-delay',
    'no-samples',
    'piling-up',
    'rate-not-met',
    'send-lag',
    'stood-still',
    'thread-lost',
    'thread-never-ready',
    'too-few-samples',
    'unanswered-at-end',
    'unreachable',
  ]);
});

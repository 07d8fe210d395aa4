import { describe, expect, it } from 'vitest';
import type { Threshold } from '../core/plan.ts';
import type { Check } from '../core/verdict.ts';
import {
  finishedOf,
  foldOf,
  intervalOf,
  type Made,
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
import { exitCodeOf } from './verdict.ts';

const hundred = spread(10, 100_000, 190_000);
const ERRORS_BELOW_1 = thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share');

function checkOf(threshold: Threshold, made: Parameters<typeof resultOf>[0]) {
  const { verdict } = resultOf(made, { thresholds: [threshold] });
  return { ...(verdict.checks[0] as (typeof verdict.checks)[number]), verdict: verdict.status };
}

describe('thresholds', () => {
  it('pass with the value and the limit in the message', () => {
    const check = checkOf(P95_BELOW_250, { ok: spread(20, 100_000, 190_000) });
    expect(check).toMatchObject({
      threshold: 'p95<250ms',
      status: 'passed',
      outcome: 'held',
      limit: 250,
      unit: 'ms',
      verdict: 'passed',
    });
    expect(check.actual).toBeCloseTo(185, 0);
    expect(check.message).toBe('p95 was 185 ms, below 250 ms');
  });

  it('fail likewise', () => {
    const check = checkOf(P95_BELOW_250, { ok: spread(10, 130_000, 312_000) });
    expect(check).toMatchObject({ status: 'failed', actual: 312, verdict: 'failed' });
    expect(check.message).toBe('p95 was 312 ms, not below 250 ms');
  });

  it('a percentile counts a failure as infinitely slow', () => {
    const check = checkOf(P95_BELOW_250, { ok: hundred, ended: { 'http-error': 1 } });
    expect(check).toMatchObject({ status: 'failed', actual: null });
    expect(check.message).toBe('p95 is infinite: 9.1 % of requests failed');
    const few = checkOf(P95_BELOW_250, { ok: [...hundred, ...hundred, ...hundred], ended: { timeout: 1 } });
    expect(few).toMatchObject({ status: 'passed' });
    const given = checkOf(P95_BELOW_250, { ok: hundred, ended: { timeout: 1, aborted: 1 } });
    expect(given.message).toBe('p95 is infinite: 17 % of requests failed or were not answered');
  });

  it('is undecided where the sample cannot bear the percentile, and the run invalid', () => {
    const p999 = thresholdOf('p99.9<1s', { kind: 'percentile', p: 99.9 }, '<', 1_000_000);
    const check = checkOf(p999, { ok: hundred });
    expect(check).toMatchObject({ status: 'undecided', actual: null, limit: 1000, verdict: 'invalid' });
    expect(check.message).toBe('p99.9 cannot be known: it needs 3,688 samples, there were 100');
  });

  it.each([
    [{ kind: 'mean' }, '<', 144_000, 'failed', 'mean was 145 ms, not below 144 ms'],
    [{ kind: 'min' }, '>=', 100_000, 'passed', 'min was 100 ms, at least 100 ms'],
    [{ kind: 'min' }, '>', 100_000, 'failed', 'min was 100 ms, not above 100 ms'],
    [{ kind: 'max' }, '<=', 190_000, 'passed', 'max was 190 ms, at most 190 ms'],
  ] as const)('%o %s %i: %s', (metric, op, limit, status, message) => {
    expect(checkOf(thresholdOf('t', metric, op, limit), { ok: hundred })).toMatchObject({ status, message });
  });

  it('mean and max are infinite with any failure, min only without a success', () => {
    const made = { ok: hundred, ended: { reset: 1 } };
    expect(checkOf(thresholdOf('t', { kind: 'mean' }, '<', 1e9), made)).toMatchObject({
      status: 'failed',
      actual: null,
    });
    expect(checkOf(thresholdOf('t', { kind: 'max' }, '<', 1e9), made)).toMatchObject({
      status: 'failed',
      actual: null,
    });
    expect(checkOf(thresholdOf('t', { kind: 'min' }, '<', 1e9), made)).toMatchObject({ status: 'passed', actual: 100 });
    expect(checkOf(thresholdOf('t', { kind: 'min' }, '<', 1e9), { ended: { 'http-error': 1 } }).status).toBe('failed');
  });

  it('errors are a share of what ended, or a number', () => {
    const made = { ok: spread(47, 100_000, 190_000), ended: { 'wrong-answer': 1, aborted: 1 } };
    expect(checkOf(ERRORS_BELOW_1, made)).toMatchObject({
      status: 'failed',
      actual: 1 / 48,
      unit: 'share',
      message: 'errors were 2.1 %, not below 1 %',
    });
    expect(checkOf(thresholdOf('errors<11', { kind: 'errors' }, '<', 11, 'count'), made)).toMatchObject({
      status: 'passed',
      actual: 10,
      message: 'errors were 10, below 11',
    });
    // A count that breaks where the share of that number would hold.
    const few = { ok: Array.from({ length: 990 }, () => 5_000), ended: { timeout: 5 } } as const;
    expect(checkOf(thresholdOf('errors<1', { kind: 'errors' }, '<', 1, 'count'), few)).toMatchObject({
      status: 'failed',
      message: 'errors were 50, not below 1 of 9,950 requests (a count; a share is written errors<1%)',
    });
    expect(checkOf(thresholdOf('errors<1', { kind: 'errors' }, '<', 1, 'count'), made).message).toBe(
      'errors were 10, not below 1',
    );
  });

  it('achieved is the rate of successes', () => {
    const achieved = (limit: number) => thresholdOf('achieved', { kind: 'achieved' }, '>', limit, '1/s');
    expect(checkOf(achieved(9), { ok: hundred })).toMatchObject({ status: 'passed', actual: 10 });
    const failed = checkOf(achieved(95), { ok: hundred, ended: { timeout: 90 } });
    expect(failed.message).toBe('achieved was 10.0/s, not above 95/s');
  });

  describe('goodput', () => {
    const share = (limit: number) => thresholdOf('goodput>95%', { kind: 'goodput' }, '>', limit, 'share');
    const rate = (limit: number) => thresholdOf('goodput>9/s', { kind: 'goodput' }, '>', limit, '1/s');
    const hundredOk = Array.from({ length: 100 }, () => 5_000);

    it('is the share of all that ended or were dropped, with the interval of a share', () => {
      const made = { ok: hundredOk, ended: { timeout: 1 }, dropped: 1, good: 99 } as const;
      const check = checkOf(share(0.95), made);
      // Of each second's 102.
      expect(check).toMatchObject({ status: 'passed', outcome: 'held', unit: 'share', actual: 99 / 102 });
      expect(check.interval?.[0]).toBeGreaterThan(0.95);
      expect(check.interval?.[0]).toBeLessThan(99 / 102);
      expect(check.message).toBe('goodput was 97.1 %, above 95 %');
      const { goodput } = resultOf(made, { thresholds: [] });
      expect(goodput).toMatchObject({ good: 990, judged: 1020, perSec: 99, ci95: check.interval });
      expect(checkOf(share(0.99), made)).toMatchObject({ status: 'failed', outcome: 'broken' });
      expect(checkOf(share(0.968), made)).toMatchObject({ status: 'passed', outcome: 'not-sure' });
    });

    it('a rate is of the good ones that came while load was offered', () => {
      const check = checkOf(rate(9), { ok: hundred, good: 8 });
      expect(check).toMatchObject({ status: 'failed', actual: 8, message: 'goodput was 8.00/s, not above 9/s' });
    });

    it('those of which it is not known may be either', () => {
      const known = resultOf({ ok: hundredOk, good: 98 }, { thresholds: [] }).goodput;
      const open = resultOf({ ok: hundredOk, ended: { aborted: 5 }, good: 98, open: 5 }, { thresholds: [] }).goodput;
      expect(open).toMatchObject({ good: 980, judged: 1000, open: 50, share: 0.98 });
      expect(open?.ci95?.[0]).toBeLessThan(0.95);
      expect(open?.ci95?.[1]).toBeGreaterThanOrEqual(known?.ci95?.[1] ?? 1);
    });

    it('cannot be known of nothing', () => {
      expect(checkOf(share(0.5), {})).toMatchObject({ status: 'undecided', actual: null });
    });
  });

  it('zero samples never pass', () => {
    const lenient = [
      P95_BELOW_250,
      ERRORS_BELOW_1,
      thresholdOf('errors<1', { kind: 'errors' }, '<', 1, 'count'),
      thresholdOf('achieved<5/s', { kind: 'achieved' }, '<', 5, '1/s'),
      thresholdOf('max<1s', { kind: 'max' }, '<', 1e6),
    ];
    for (const made of [{}, { ended: { aborted: 3 } }]) {
      for (const load of [OPEN, undefined]) {
        const { verdict } = resultOf(made, { thresholds: lenient, ...(load ? { load } : {}) });
        expect(verdict.status).toBe('invalid');
        expect(verdict.checks.map((check) => check.status)).toEqual(lenient.map(() => 'undecided'));
        expect(verdict.doubts.map((doubt) => doubt.code)).toContain('no-samples');
      }
    }
  });

  describe('that are not sure', () => {
    /** Twenty seconds of a hundred requests, whose p95 is about 240 ms in some and 280 ms in others. */
    const ten = [240, 270, 235, 280, 262, 238, 275, 242, 258, 268];
    const wavering = [...ten, ...ten];
    const run = (limit: number, strict = false, op: Threshold['op'] = '<') => {
      const threshold = thresholdOf('p95', { kind: 'percentile', p: 95 }, op, limit * 1000);
      const intervals = wavering.map((top, index) => secondOf(index, { ok: spread(100, 20_000, top * 1000) }));
      const plan = planOf({ thresholds: [threshold], ...(strict ? { strict } : {}) });
      return foldOf([startedOf(plan), ...intervals, finishedOf()]).result();
    };
    const checkAt = (limit: number, strict = false, op: Threshold['op'] = '<') =>
      run(limit, strict, op).verdict.checks[0] as Check;

    it('pass, and fail where the plan is strict', () => {
      const interval = run(250).latency.responseWithFailures.ci95?.p95;
      expect(interval?.[0]).toBeLessThan(250);
      const open = run(250);
      expect(open.verdict.checks[0]).toMatchObject({ status: 'passed', outcome: 'not-sure', interval });
      expect(open.verdict.status).toBe('passed');
      expect(exitCodeOf(open)).toBe(0);
      const strict = run(250, true);
      expect(strict.verdict.checks[0]).toMatchObject({ status: 'failed', outcome: 'not-sure', interval });
      expect(exitCodeOf(strict)).toBe(3);
    });

    it('are those whose limit lies within the interval that the run prints', () => {
      const [low, high] = run(250).latency.responseWithFailures.ci95?.p95 ?? [];
      expect(high).not.toBeNull();
      expect(checkAt((low as number) - 1).outcome).toBe('broken');
      expect(checkAt((low as number) + 1).outcome).toBe('not-sure');
      expect(checkAt((high as number) - 1).outcome).toBe('not-sure');
      expect(checkAt((high as number) + 1).outcome).toBe('held');
      expect(checkAt((high as number) + 1, false, '>').outcome).toBe('broken');
      expect(checkAt((low as number) - 1, false, '>').outcome).toBe('held');
    });

    it('say how much longer the run must be: the nearer the limit, the longer', () => {
      const { actual } = checkAt(250);
      const above = Math.round(actual as number);
      const near = checkAt(above + 4).moreSeconds as number;
      const far = checkAt(above + 8).moreSeconds as number;
      expect(near).toBeGreaterThan(2 * far);
      expect(checkAt(above + 8).message).toMatch(
        /^not sure: p95 was 2\d\d ms \(\d+ to \d+\), and 2\d\d ms lies within that; a run about \d+ (s|min) longer would tell$/,
      );
    });

    it('are so where an open end reaches beyond the limit, however far', () => {
      // A median that wanders slowly: ten seconds say little of the tail.
      const threshold = thresholdOf('p95<9s', { kind: 'percentile', p: 95 }, '<', 9e6);
      const intervals = Array.from({ length: 10 }, (_, index) =>
        secondOf(index, { ok: spread(20, 20_000 + 10_000 * index, 60_000 + 10_000 * index) }),
      );
      const { verdict } = foldOf([startedOf(planOf({ thresholds: [threshold] })), ...intervals, finishedOf()]).result();
      const [check] = verdict.checks;
      expect(check?.interval?.[1]).toBeNull();
      expect(check).toMatchObject({ status: 'passed', outcome: 'not-sure' });
      expect(check?.message).toContain('or more), and 9 s lies within that');
      expect(check?.moreSeconds).toBeGreaterThan(10);
    });

    it('are not so where hardly any of many requests is slower, as a search judges a level', () => {
      const checkAt = (limitMs: number) => {
        const threshold = thresholdOf('p95', { kind: 'percentile', p: 95 }, '<', limitMs * 1000);
        const intervals = Array.from({ length: 10 }, (_, index) =>
          secondOf(index, { ok: spread(100, 20_000 + 10_000 * index, 60_000 + 10_000 * index) }),
        );
        const { verdict } = foldOf([
          startedOf(planOf({ thresholds: [threshold] })),
          ...intervals,
          finishedOf(),
        ]).result();
        return verdict.checks[0] as Check;
      };
      expect(checkAt(9000).interval?.[1]).toBeNull();
      expect(checkAt(9000)).toMatchObject({ status: 'passed', outcome: 'held' });
      const { actual } = checkAt(9000);
      expect(checkAt(Math.ceil(actual as number) + 2).outcome).toBe('not-sure');
      expect(checkAt(20).outcome).toBe('broken');
    });

    it('errors: none of 100 requests is no proof of less than 1 %, none of 1,000 is', () => {
      const few = checkOf(ERRORS_BELOW_1, { ok: hundred });
      expect(few).toMatchObject({ status: 'passed', outcome: 'not-sure', actual: 0, verdict: 'passed' });
      // 381 are needed: 100 were sent in 10 s.
      expect(few.moreSeconds).toBe(29);
      expect(few.message).toBe(
        'not sure: errors were 0 % (0 % to 3.7 %), and 1 % lies within that; a run about 30 s longer would tell',
      );
      const many = checkOf(ERRORS_BELOW_1, { ok: Array.from({ length: 100 }, () => 5_000) });
      expect(many).toMatchObject({ status: 'passed', outcome: 'held' });
      expect(many.interval?.[1]).toBeLessThan(0.01);
    });

    it('achieved: what varies from second to second is not known to the last digit', () => {
      const threshold = thresholdOf('achieved>95/s', { kind: 'achieved' }, '>', 95, '1/s');
      const rates = [90, 104, 97, 88, 101, 95, 110, 92, 99, 94];
      const intervals = rates.map((n, index) => secondOf(index, { ok: spread(n, 5_000, 9_000) }));
      const result = (limit: number) =>
        foldOf([startedOf(planOf({ thresholds: [{ ...threshold, limit }] })), ...intervals, finishedOf()]).result()
          .verdict.checks[0];
      expect(result(95)).toMatchObject({ status: 'passed', outcome: 'not-sure', actual: 97 });
      expect(result(70)).toMatchObject({ status: 'passed', outcome: 'held' });
      expect(result(130)).toMatchObject({ status: 'failed', outcome: 'broken' });
    });

    it('counts are what was counted', () => {
      const count = checkOf(thresholdOf('errors<1', { kind: 'errors' }, '<', 1, 'count'), { ok: hundred });
      expect(count).toMatchObject({ status: 'passed', outcome: 'held' });
      expect(count).not.toHaveProperty('interval');
      expect(checkOf(thresholdOf('max<=190ms', { kind: 'max' }, '<=', 190_000), { ok: hundred })).toMatchObject({
        outcome: 'held',
      });
    });
  });
});

describe('a threshold of one request', () => {
  const scope = { kind: 'request', name: 'chat' } as const;
  const of = (threshold: Threshold): Threshold => ({ ...threshold, text: `${threshold.text} of chat`, scope });
  const [template] = planOf().requests;
  const requests = ['chat', 'list'].flatMap((name) => (template === undefined ? [] : [{ ...template, name }]));
  const checksOf = (
    thresholds: readonly Threshold[],
    chat: Made | null,
    list: Made,
    seconds = 10,
  ): readonly Check[] => {
    const intervals = Array.from({ length: seconds }, (_, index) =>
      intervalOf({
        index,
        series: { ...(chat === null ? {} : { chat: seriesOf(chat) }), list: seriesOf(list) },
      }),
    );
    const plan = planOf({ requests, thresholds });
    return foldOf([startedOf(plan), ...intervals, finishedOf('completed', seconds)]).result().verdict.checks;
  };

  it('looks at its times, its errors and its rate alone, and says whose they are', () => {
    const few = thresholdOf('errors<10%', { kind: 'errors' }, '<', 0.1, 'share');
    const achieved = thresholdOf('achieved>9/s', { kind: 'achieved' }, '>', 9, '1/s');
    const checks = checksOf(
      [P95_BELOW_250, of(P95_BELOW_250), of(few), of(achieved), achieved],
      { ok: spread(10, 10_000, 20_000) },
      { ok: spread(10, 300_000, 400_000), ended: { timeout: 5 } },
    );
    expect(checks.map(({ message }) => message)).toEqual([
      'p95 is infinite: 20 % of requests failed',
      'p95 of chat was 20.0 ms, below 250 ms',
      'errors of chat were 0 %, below 10 %',
      'achieved of chat was 10.0/s, above 9/s',
      'achieved was 20.0/s, above 9/s',
    ]);
    expect(checks.map(({ status }) => status)).toEqual(['failed', 'passed', 'passed', 'passed', 'passed']);
  });

  it('fails where the whole would pass', () => {
    const slow = { ok: spread(2, 600_000, 700_000), ended: { timeout: 1 } };
    const mean = thresholdOf('mean<250ms', { kind: 'mean' }, '<', 250_000);
    const checks = checksOf([mean, of(mean), of(ERRORS_BELOW_1)], slow, { ok: spread(90, 10_000, 20_000) });
    expect(checks.map(({ message }) => message)).toEqual([
      'mean is infinite: 1.1 % of requests failed',
      'mean of chat is infinite: 33 % of requests of chat failed',
      'errors of chat were 33 %, not below 1 %',
    ]);
  });

  it('is undecided where that request was never sent, or too few of it', () => {
    const [never] = checksOf([of(P95_BELOW_250)], null, { ok: hundred });
    expect(never).toMatchObject({
      status: 'undecided',
      message: 'p95 of chat cannot be known: no request was answered',
    });
    const p999 = of(thresholdOf('p99.9<1s', { kind: 'percentile', p: 99.9 }, '<', 1_000_000));
    const [few] = checksOf([p999], { ok: spread(3, 1_000, 2_000) }, { ok: spread(900, 1_000, 2_000) });
    expect(few?.message).toBe('p99.9 of chat cannot be known: it needs 3,688 samples, there were 30');
  });

  it('has an interval of its own, from how it went over time', () => {
    const of3 = { ok: spread(30, 10_000, 90_000), ended: { timeout: 1 } };
    const share = thresholdOf('errors<3%', { kind: 'errors' }, '<', 0.03, 'share');
    const [own, all] = checksOf([of(share), share], of3, { ok: spread(500, 10_000, 20_000) }, 40);
    expect([own?.outcome, all?.outcome]).toEqual(['not-sure', 'held']);
    expect(own?.message).toMatch(/^not sure: errors of chat were 3\.2 % \(/);
  });
});

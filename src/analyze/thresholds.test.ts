import { describe, expect, it } from 'vitest';
import type { Threshold } from '../core/plan.ts';
import { OPEN, P95_BELOW_250, resultOf, spread, thresholdOf } from './events.fixture.ts';

const hundred = spread(10, 100_000, 190_000);
const ERRORS_BELOW_1 = thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share');

function checkOf(threshold: Threshold, made: Parameters<typeof resultOf>[0]) {
  const { verdict } = resultOf(made, { thresholds: [threshold] });
  return { ...(verdict.checks[0] as (typeof verdict.checks)[number]), verdict: verdict.status };
}

describe('thresholds', () => {
  it('pass with the value and the limit in the message', () => {
    const check = checkOf(P95_BELOW_250, { ok: hundred });
    expect(check).toMatchObject({
      threshold: 'p95<250ms',
      status: 'passed',
      limit: 250,
      unit: 'ms',
      verdict: 'passed',
    });
    expect(check.actual).toBeCloseTo(190, 0);
    expect(check.message).toBe('p95 was 190 ms, below 250 ms');
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
});

import { describe, expect, it } from 'vitest';
import type { Doubt } from '../core/verdict.ts';
import { OPEN, P95_BELOW_250, resultOf, spread } from './events.fixture.ts';
import { exitCodeOf, verdictOf } from './verdict.ts';

const FAST = { ok: spread(400, 5_000, 105_000) };
const SLOW = { ok: spread(400, 5_000, 905_000) };
const thresholds = [P95_BELOW_250];

const OUTCOMES = { passed: 'held', failed: 'broken', undecided: 'unknown' } as const;

describe('verdict', () => {
  const check = (status: 'passed' | 'failed' | 'undecided') =>
    ({ threshold: 't', status, outcome: OUTCOMES[status], actual: 1, limit: 1, unit: 'ms', message: 'm' }) as const;
  const doubt = (invalidates: boolean): Doubt => ({ code: 'gc-pause', message: 'm', hint: 'h', invalidates });

  it('an invalid measurement neither passes nor fails', () => {
    expect(verdictOf([check('failed')], [doubt(true)]).status).toBe('invalid');
    expect(verdictOf([check('passed')], [doubt(false), doubt(true)]).status).toBe('invalid');
    expect(verdictOf([check('passed'), check('failed')], [doubt(false)]).status).toBe('failed');
    expect(verdictOf([check('passed')], [doubt(false)]).status).toBe('passed');
    expect(verdictOf([], []).status).toBe('passed');
  });

  it('of a run that was cut off is neither, whatever it had shown', () => {
    for (const status of ['passed', 'failed', 'undecided'] as const)
      for (const invalidates of [true, false])
        expect(verdictOf([check(status)], [doubt(invalidates)], null, 'interrupted').status).toBe('interrupted');
    expect(verdictOf([check('passed')], [], null, 'stopped').status).toBe('passed');
  });
});

describe('exit code', () => {
  it.each([
    ['0: thresholds passed', 0, resultOf(FAST, { thresholds })],
    ['0: no thresholds', 0, resultOf(SLOW)],
    ['0: no thresholds, and a few failures', 0, resultOf({ ...FAST, ended: { 'http-error': 1 } })],
    ['3: a threshold failed', 3, resultOf(SLOW, { thresholds })],
    ['4: every connection refused', 4, resultOf({ ended: { 'connect-error': 5 } }, { thresholds })],
    ['4: nothing but timeouts and resets', 4, resultOf({ ended: { timeout: 5, reset: 1, 'connect-error': 1 } })],
    ['4: given up before any response', 4, resultOf({ ended: { aborted: 2 } })],
    ['5: answers, but no proper ones', 5, resultOf({ ended: { 'protocol-error': 5, timeout: 1 } })],
    ['5: errors only, no threshold', 5, resultOf({ ended: { 'http-error': 5 } })],
    ['3: errors only, a threshold', 3, resultOf({ ended: { 'http-error': 50 } }, { thresholds })],
    ['5: nothing was sent', 5, resultOf({})],
    ['5: the rate was not met', 5, resultOf({ ...SLOW, dropped: 100 }, { load: OPEN, thresholds })],
    ['5: too few samples for a threshold', 5, resultOf({ ok: [1_000] }, { thresholds })],
    ['5: a thread was lost', 5, resultOf(FAST, {}, {}, 'lost')],
    ['6: a thread was never ready', 6, resultOf({}, {}, {}, 'never-ready')],
    ['130: interrupted', 130, resultOf(FAST, { thresholds }, {}, 'interrupted')],
    ['130: interrupted, whatever else', 130, resultOf({}, { thresholds }, {}, 'interrupted')],
    ['3: aborted by a threshold', 3, resultOf(SLOW, { thresholds }, {}, 'aborted')],
  ] as const)('%s', (_, code, result) => expect(exitCodeOf(result)).toBe(code));
});

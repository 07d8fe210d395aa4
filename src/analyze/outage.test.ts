import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { finishedOf, foldOf, planOf, secondOf, startedOf, thresholdOf } from './events.fixture.ts';
import { headline } from './headline.ts';
import { exitCodeOf } from './verdict.ts';

type Second = Parameters<typeof secondOf>[1];

const UP: Second = { ok: [5_000, 6_000, 7_000, 8_000] };
const REFUSED: Second = { ended: { 'connect-error': 9 }, message: 'ECONNREFUSED 127.0.0.1:9' };
const SILENT: Second = {};

/** @param inFlight at the end of each second without a success. */
function runOf(seconds: readonly Second[], plan = {}, inFlight = 0): RunResult {
  const intervals = seconds.map((made, i) => secondOf(i, made, made.ok === undefined ? { inFlight } : {}));
  return foldOf([startedOf(planOf(plan)), ...intervals, finishedOf()]).result();
}
const times = (n: number, second: Second): Second[] => new Array<Second>(n).fill(second);
const downOf = ({ verdict }: RunResult) => verdict.doubts.find(({ code }) => code === 'target-down');

describe('a target that dies under way', () => {
  it('leads the headline and the doubts, with the instant and the cause', () => {
    const result = runOf([...times(14, UP), ...times(6, REFUSED)]);
    expect(headline(result).sentence).toBe('From 0:14 on every connection was refused.');
    expect(result.verdict.doubts[0]).toMatchObject({
      code: 'target-down',
      message:
        'From 0:14 on every connection was refused. 54 requests failed until the end (ECONNREFUSED 127.0.0.1:9).',
      invalidates: true,
    });
    expect([result.verdict.status, exitCodeOf(result)]).toEqual(['invalid', 5]);
  });

  it('breaks the thresholds that it breaks', () => {
    const thresholds = [thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share')];
    const result = runOf([...times(14, UP), ...times(6, REFUSED)], { thresholds });
    expect([result.verdict.status, exitCodeOf(result)]).toEqual(['failed', 3]);
    expect(headline(result).sentence).toBe('From 0:14 on every connection was refused.');
  });

  it('is told from the first failure on, though the interval before had successes too', () => {
    const both: Second = { ...UP, ...REFUSED };
    const result = runOf([...times(13, UP), both, ...times(6, REFUSED)]);
    expect(downOf(result)?.message).toMatch(/^From 0:13 on .* 63 requests failed until the end/);
  });

  it('and says nothing any more, too', () => {
    const givenUp: Second = { ended: { aborted: 12 }, message: 'still unanswered when the run ended' };
    const silent = runOf([...times(10, UP), ...times(9, SILENT), givenUp], {}, 12);
    expect(headline(silent).sentence).toBe('From 0:10 on no response came.');
    expect(downOf(silent)?.message).toContain('12 requests had no response when the run ended');
    const timeouts: Second = { ended: { timeout: 12 }, message: 'no response in time' };
    const late = runOf([...times(10, UP), ...times(5, SILENT), ...times(5, timeouts)], {}, 12);
    expect(headline(late).sentence).toBe('From 0:10 on every request failed.');
  });

  it('and comes back is told of, and the rest still counts', () => {
    const result = runOf([
      ...times(10, UP),
      ...times(4, { ended: { 'http-error': 9 }, message: 'HTTP 503' }),
      ...times(6, UP),
    ]);
    expect(headline(result).sentence).toBe('From 0:10 to 0:14 every request failed.');
    expect(downOf(result)).toMatchObject({ invalidates: false });
    expect(result.verdict.status).toBe('passed');
  });
});

describe('what is no such thing', () => {
  it.each([
    ['a second of failures', [...times(10, UP), REFUSED, ...times(9, UP)]],
    ['failures among successes', times(20, { ...UP, ...REFUSED })],
    [
      'some failures in a row, where half of all requests fail',
      [
        ...times(8, { ok: [5_000], ended: { reset: 1 } }),
        ...times(3, { ended: { reset: 1 } }),
        ...times(8, { ok: [5_000], ended: { reset: 1 } }),
      ],
    ],
    [
      'silence between slow responses',
      [...times(3, { ok: [3_900_000] }), ...times(4, SILENT), { ended: { aborted: 30 } }],
    ],
    ['nothing but failures', times(20, REFUSED)],
  ] as const)('%s', (_, seconds) => {
    expect(downOf(runOf(seconds, {}, 30))).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { FailureResult } from '../core/result.ts';
import { millis, seconds as secondsIn } from '../core/units.ts';
import type { Doubt } from '../core/verdict.ts';
import { errorsAtAnyLoad, errorsAtAnyLoadDoubts } from './errors-at-any-load.ts';

type Part = Parameters<typeof errorsAtAnyLoad>[0][number];

/** @param rate requests/s; 0: a single user, ten a second. */
function level(after: number, rate: number, share: number, seconds = 2): Part {
  const n = Math.round((rate || 10) * seconds);
  const failed = Math.round(n * share);
  const load: Part['load'] =
    rate === 0 ? { model: 'closed', vus: 1, pause: millis(100) } : { model: 'open', ratePerSec: rate };
  return { startedAfter: secondsIn(after), seconds, ok: n - failed, failed, load };
}

const RESET = { outcome: 'reset', status: 0, message: 'ECONNRESET before any response' } as FailureResult;

/** Of the parts of an answer that are looked at. */
function doubtOf(levels: readonly Part[], status: BreakingPoint['status'] = 'rough'): Doubt | undefined {
  return errorsAtAnyLoadDoubts({ status, levels } as unknown as BreakingPoint, [RESET])[0];
}

describe('errors that do not depend on the load', () => {
  const idle = [level(0, 0, 0), level(2, 0, 0)];
  const under = [level(4, 260, 0.2), level(6, 47, 0.2), level(8, 130, 0.2)];

  it('are named, and since when', () => {
    expect(doubtOf([...idle, ...under])).toEqual({
      code: 'errors-at-any-load',
      message:
        'From 0:04 on 20 % of the requests failed at every load (47.0/s to 260.0/s), and none of the 40 before: ECONNRESET before any response.',
      hint: expect.stringContaining('two requests at a time'),
      invalidates: false,
    });
  });

  it('have another cause than the load where a single user meets them too', () => {
    expect(doubtOf([...idle, ...under, level(10, 0, 0.2)])).toMatchObject({
      message: expect.stringContaining('(10.0/s to 260.0/s, with a single user as well), and none of the 40 before'),
      hint: expect.stringMatching(/^The load is not the cause: something began to fail then/),
    });
  });

  it('began at no moment where they were there from the start, or nobody can tell', () => {
    for (const first of [level(0, 0, 0.2), level(0, 0, 0, 0.5)])
      expect(doubtOf([first, level(2, 0, 0.2), ...under])?.message).toMatch(
        /^20 % of the requests failed at every load \(10\.0\/s to 260\.0\/s, with a single user as well\): ECONNRESET/,
      );
  });

  it('are none where they grow with the load', () => {
    expect(errorsAtAnyLoad([...idle, level(4, 400, 0.4), level(6, 50, 0.02), level(8, 200, 0.2)])).toBeNull();
    expect(errorsAtAnyLoad([...idle, level(4, 400, 0.3), level(6, 50, 0), level(8, 200, 0.3)])).toBeNull();
  });

  it('are none where one load alone was tried, few failed, or nothing answers', () => {
    expect(errorsAtAnyLoad([...idle, level(4, 100, 0.2), level(6, 110, 0.2), level(8, 120, 0.2)])).toBeNull();
    expect(errorsAtAnyLoad([...idle, level(4, 260, 0.01), level(6, 47, 0.01), level(8, 130, 0.01)])).toBeNull();
    expect(errorsAtAnyLoad([...idle, level(4, 260, 1), level(6, 47, 1), level(8, 130, 1)])).toBeNull();
    expect(errorsAtAnyLoad(idle)).toBeNull();
    expect(errorsAtAnyLoad([])).toBeNull();
  });

  it('cast no doubt on an answer under an SLO that allows for them', () => {
    expect(doubtOf([...idle, ...under], 'found')).toBeUndefined();
  });
});

import { GIVEN_UP } from '../core/cause.ts';
import type { RunResult } from '../core/result.ts';

/**
 * How far the target was reached at best. `answered`: some of a response came, be it an error, no proper HTTP or cut off.
 * `waiting`: nothing came, but all that got a connection were still within their time when the run ended. `none`: nothing came,
 * or no connection.
 */
export type Contact = 'answered' | 'waiting' | 'none';

export function contactOf({ totals, failures }: Pick<RunResult, 'totals' | 'failures'>): Contact {
  const { ok, bytesIn, byStatus, byOutcome } = totals;
  const { 'http-error': http = 0, 'wrong-answer': wrong = 0, 'protocol-error': protocol = 0 } = byOutcome;
  const { 'capture-failed': lacking = 0 } = byOutcome;
  if (ok + http + wrong + lacking + protocol + bytesIn > 0 || Object.keys(byStatus).length > 0) return 'answered';
  const { timeout = 0, reset = 0 } = byOutcome;
  const waiting = failures.some(({ outcome, message }) => outcome === 'aborted' && message === GIVEN_UP.waiting);
  return waiting && timeout + reset === 0 ? 'waiting' : 'none';
}

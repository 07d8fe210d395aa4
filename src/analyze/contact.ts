/** How far a target was reached: it decides between "unreachable" and "reached, but slow". */
import { GIVEN_UP } from '../core/cause.ts';
import type { RunResult } from '../core/result.ts';
import { ANSWERED } from '../core/sample.ts';

/**
 * How far the target was reached at best. `answered`: some of a response came, be it an error, no proper HTTP or cut off.
 * `waiting`: nothing came, but all that got a connection were still within their time when the run ended. `none`: nothing came,
 * or no connection.
 */
export type Contact = 'answered' | 'waiting' | 'none';

export function contactOf({ totals, failures }: Pick<RunResult, 'totals' | 'failures'>): Contact {
  const { ok, bytesIn, byStatus, byOutcome } = totals;
  const answered = [...ANSWERED, 'protocol-error' as const].some((outcome) => (byOutcome[outcome] ?? 0) > 0);
  if (answered || ok + bytesIn > 0 || Object.keys(byStatus).length > 0) return 'answered';
  const { timeout = 0, reset = 0 } = byOutcome;
  const waiting = failures.some(({ outcome, message }) => outcome === 'aborted' && message === GIVEN_UP.waiting);
  return waiting && timeout + reset === 0 ? 'waiting' : 'none';
}

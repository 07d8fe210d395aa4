/** How far a target was reached: it decides between "unreachable" and "reached, but slow". */
import { GIVEN_UP } from '../core/cause.ts';
import type { RunResult } from '../core/result.ts';
import { ANSWERED } from '../core/sample.ts';

/**
 * How far the target was reached at best. `answered`: some of a response came, be it an error, no proper HTTP or cut off.
 * `waiting`: nothing came, but all that got a connection were still within their time when the run ended. `missed`: the generator
 * stood still while every request was under way, so that nobody knows. `none`: nothing came, or no connection.
 */
export type Contact = 'answered' | 'waiting' | 'missed' | 'none';

export function contactOf({ totals, failures }: Pick<RunResult, 'totals' | 'failures'>): Contact {
  const { sent, ok, bytesIn, byStatus, byOutcome, leftOut = 0 } = totals;
  const answered = [...ANSWERED, 'protocol-error' as const].some((outcome) => (byOutcome[outcome] ?? 0) > 0);
  if (answered || ok + bytesIn > 0 || Object.keys(byStatus).length > 0) return 'answered';
  if (leftOut > 0 && leftOut === sent) return 'missed';
  const { timeout = 0, reset = 0 } = byOutcome;
  const waiting = failures.some(({ outcome, message }) => outcome === 'aborted' && message === GIVEN_UP.waiting);
  return waiting && timeout + reset === 0 ? 'waiting' : 'none';
}

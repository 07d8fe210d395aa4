/** The last word on a run, and the exit code that goes with it. */
import type { BreakingPoint } from '../core/breaking-point.ts';
import { EXIT, type ExitCode } from '../core/errors.ts';
import type { Ending } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import type { Check, Doubt, Verdict } from '../core/verdict.ts';
import { exhaustionOf } from './connections.ts';
import { contactOf } from './contact.ts';

/** A measurement that is invalid or was cut off neither passes nor fails anything. */
export function verdictOf(
  checks: readonly Check[],
  doubts: readonly Doubt[],
  breakingPoint: BreakingPoint | null = null,
  ending: Ending = 'completed',
): Verdict {
  if (ending === 'interrupted') return { status: 'interrupted', checks, doubts };
  const invalid = doubts.some((doubt) => doubt.invalidates);
  // A target that breaks its SLO at every load fails; any other result of a search is one.
  const failed = checks.some((check) => check.status === 'failed') || breakingPoint?.status === 'fails-at-every-load';
  return { status: invalid ? 'invalid' : failed ? 'failed' : 'passed', checks, doubts };
}

/** Requests were sent, nothing came of them, and that was not the generator's own doing. */
export function isUnreachable(result: Pick<RunResult, 'totals' | 'failures'>): boolean {
  return result.totals.sent > 0 && contactOf(result) === 'none' && exhaustionOf(result.failures) === null;
}

/** What the process ends with, as the product's table of exit codes says. */
export function exitCodeOf(result: RunResult): ExitCode {
  const { ending } = result.run;
  if (ending === 'interrupted') return EXIT.interrupted;
  if (ending === 'never-ready') return EXIT.agents;
  if (result.verdict.doubts.some(({ code }) => code === 'failing-alike')) return EXIT.unreachable;
  // One that has responded was there: what it left is no result, but not for want of contact.
  if (isUnreachable(result)) return EXIT.unreachable;
  if (result.verdict.status === 'invalid') return EXIT.invalid;
  return result.verdict.status === 'failed' ? EXIT.failed : EXIT.passed;
}

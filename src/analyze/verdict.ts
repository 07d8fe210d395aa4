import { EXIT, type ExitCode } from '../core/errors.ts';
import type { Check, Doubt, RunResult, Verdict } from '../core/result.ts';
import { anythingAnswered } from './validity.ts';

/** An invalid measurement neither passes nor fails anything. */
export function verdictOf(checks: readonly Check[], doubts: readonly Doubt[]): Verdict {
  const invalid = doubts.some((doubt) => doubt.invalidates);
  const failed = checks.some((check) => check.status === 'failed');
  return { status: invalid ? 'invalid' : failed ? 'failed' : 'passed', checks, doubts };
}

/** Requests were sent, and not one was answered in any way. */
export function isUnreachable({ totals }: Pick<RunResult, 'totals'>): boolean {
  return totals.sent > 0 && !anythingAnswered(totals);
}

/** What the process ends with, as the product's table of exit codes says. */
export function exitCodeOf(result: RunResult): ExitCode {
  const { ending } = result.run;
  if (ending === 'interrupted') return EXIT.interrupted;
  if (ending === 'never-ready') return EXIT.agents;
  if (isUnreachable(result)) return EXIT.unreachable;
  if (result.verdict.status === 'invalid') return EXIT.invalid;
  return result.verdict.status === 'failed' ? EXIT.failed : EXIT.passed;
}

/** A doubt of searches: the errors do not depend on the load, so no load is the cause of them. */
import type { BreakingPoint, LevelResult } from '../core/breaking-point.ts';
import type { FailureResult } from '../core/result.ts';
import { micros, toSeconds } from '../core/units.ts';
import type { Doubt } from '../core/verdict.ts';
import { causeOf, doubt, worstOf } from './evidence.ts';
import { formatClock, formatCount, formatRate, formatShare } from './wording.ts';

/** Fewer failures than these, in fewer levels, are chance; of more the target is gone, which has a name of its own. */
const FEWEST = { failures: 10, levels: 3 } as const;
const SHARES = { least: 0.02, most: 0.95 } as const;
/** Highest load over lowest from which on one can say that the load makes no difference. */
const APART = 2;
/** Shares that differ by no more are the same: deviations of a binomial count, or relative to the share. */
const SAME = { deviations: 4, relative: 0.25 } as const;
/** How likely it may be that what came before had no failure by luck. */
const BY_LUCK = 0.05;

/** A search whose target failed the same share of its requests whatever the load. */
export interface ErrorsAtAnyLoad {
  readonly share: number;
  /** When it began, s since the search did, and how many requests before that had no failure; null: it was so from the start. */
  readonly began: { readonly at: number; readonly before: number } | null;
  /** Requests per second. */
  readonly lowest: number;
  readonly highest: number;
  /** Whether one request at a time failed as well. */
  readonly idle: boolean;
}

type Part = Pick<LevelResult, 'startedAfter' | 'seconds' | 'ok' | 'failed' | 'load'>;

const sizeOf = (parts: readonly Part[]): number => parts.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
const failuresOf = (parts: readonly Part[]): number => parts.reduce((sum, { failed }) => sum + failed, 0);

/**
 * Errors that come with the load grow with it. Where they are as many at a low load as at a high one, something else is their
 * cause; where none came at first, it began under way.
 */
export function errorsAtAnyLoad(levels: readonly Part[]): ErrorsAtAnyLoad | null {
  const told = levels.filter(({ ok, failed, seconds }) => ok + failed > 0 && seconds > 0);
  const first = told.findIndex(({ failed }) => failed > 0);
  const later = told.slice(Math.max(0, first));
  const before = sizeOf(told) - sizeOf(later);
  const began = before > 0 && (1 - failuresOf(later) / sizeOf(later)) ** before <= BY_LUCK;
  const parts = began ? later : told;
  const failures = failuresOf(parts);
  const share = failures / Math.max(1, sizeOf(parts));
  if (failures < FEWEST.failures || parts.length < FEWEST.levels) return null;
  if (share < SHARES.least || share > SHARES.most) return null;
  const same = parts.every(({ ok, failed }) => {
    const n = ok + failed;
    const chance = SAME.deviations * Math.sqrt(n * share * (1 - share));
    return Math.abs(failed - n * share) <= Math.max(chance, SAME.relative * n * share);
  });
  const rates = parts.map(({ ok, failed, seconds }) => (ok + failed) / seconds);
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)];
  if (!same || highest < APART * lowest) return null;
  const idle = parts.some(({ load, failed }) => load.model === 'closed' && load.vus === 1 && failed > 0);
  return {
    share,
    began: began ? { at: toSeconds(later[0]?.startedAfter ?? micros(0)), before } : null,
    lowest,
    highest,
    idle,
  };
}

/**
 * The first of a search's doubts: without it the reader looks for a load that is the cause. None where the SLO is one that allows
 * for them.
 */
export function errorsAtAnyLoadDoubts(answer: BreakingPoint | null, failures: readonly FailureResult[]): Doubt[] {
  if (answer === null || answer.status === 'found' || answer.status === 'not-reached') return [];
  const errors = errorsAtAnyLoad(answer.levels);
  if (errors === null) return [];
  const { share, began, lowest, highest, idle } = errors;
  const cause = causeOf(worstOf(failures));
  const loads = `${formatRate(lowest)} to ${formatRate(highest)}${idle ? ', with a single user as well' : ''}`;
  const failed = `${formatShare(share)} of the requests failed at every load (${loads})`;
  const message =
    began === null
      ? `${failed}${cause}.`
      : `From ${formatClock(began.at)} on ${failed}, and none of the ${formatCount(began.before)} before${cause}.`;
  const again = 'Mend it, then search again.';
  const hint =
    began === null
      ? `The load is not the cause: something else fails them, in the target or before it. ${again}`
      : idle
        ? `The load is not the cause: something began to fail then, in the target or before it. ${again}`
        : 'It does not grow with the load: either something began to fail then, or two requests at a time are enough for it. ' +
          'Try one at a time (rampart probe), then search again.';
  return [doubt(false, 'errors-at-any-load', message, hint)];
}

/** How good a result is: found, rough, a bound, or nothing; and the interval that is told with it. */
import type { BreakingPoint, BreakingPointStatus } from '../../core/breaking-point.ts';
import { capacityChange } from './change.ts';
import type { LimitEstimate } from './estimate.ts';
import type { Level } from './level.ts';
import { decided } from './monotone.ts';
import type { SearchState } from './state.ts';

/**
 * An interval is found where it is no wider than so many times the precision asked for, or than this share of the estimate,
 * and where the nearest levels that are decided lie no further apart than so many times: levels that say little by themselves
 * are narrow together by luck, now and then.
 */
const FOUND = { times: 3, width: 0.3, apart: 2.2 } as const;
/** An interval whose ends are this far apart says nothing. */
const MOST_APART = 40;
/** A target that breaks its SLO at any load with this probability does; one with the other might. */
export const NEVER_SURE = 0.95;
const NEVER_POSSIBLE = 0.05;
/** A target that does so many times as much at the end as at first, or so little, is not one target: nobody knows which one levels met. */
const CHANGED = 1.25;
/** A generator that is unfit in more of the levels than this is not fit to find anything, lucky levels or not. */
const MOST_VOID = 1 / 3;

export const isVoid = ({ result }: Level): boolean => result.verdict === 'void';

/** What the result amounts to. */
export function statusOf(state: SearchState): BreakingPointStatus {
  const { stoppedBy, estimate, ceiling, levels } = state;
  if (stoppedBy === 'fails-at-idle' || stoppedBy === 'fails-at-every-load') return 'fails-at-every-load';
  if (stoppedBy === 'bound') return 'not-reached';
  if (stoppedBy === 'generator') return 'generator-limited';
  if (estimate === null) return levels.some(isVoid) ? 'generator-limited' : 'undecided';
  // A target that is gone fails at every load for another reason.
  if (estimate.never >= NEVER_SURE && stoppedBy !== 'target-lost') return 'fails-at-every-load';
  if (isVague(estimate)) return isUnfit(levels) ? 'generator-limited' : 'undecided';
  if (isUnfit(levels)) return stoppedBy === 'target-lost' || bracketOf(state) === null ? 'generator-limited' : 'rough';
  if (ceiling !== null && estimate.cdf(ceiling) < 0.5) return 'generator-limited';
  if (stoppedBy === 'target-lost') return 'undecided';
  return isFound(state, estimate) ? 'found' : 'rough';
}

/** Found is what levels on either side bear out, one that passes beyond doubt and one that fails, and what is narrow. */
function isFound(state: SearchState, { width, never, estimate }: LimitEstimate): boolean {
  const { options, levels, present } = state;
  if (changedBy(state) > 1 || present.length < levels.length) return false;
  if (never > NEVER_POSSIBLE || width > Math.max(FOUND.times * options.precision, FOUND.width)) return false;
  const loads = (verdict: 'pass' | 'fail') => decided(levels, options.unit, verdict).map(({ load }) => load);
  const passed = Math.max(...loads('pass').filter((load) => load < estimate));
  const failed = Math.min(...loads('fail').filter((load) => load > estimate));
  return failed <= FOUND.apart * passed;
}

/**
 * How many times as much, or as little, the target did at the end as at first, where it is slow by whiles; 1: it is not, as far as is
 * known, or all levels of before have left.
 */
export function changedBy({ options, levels, present }: SearchState): number {
  const change = options.settle === 0 && present.length === levels.length ? capacityChange(levels) : null;
  const times = change === null ? 1 : Math.exp(Math.abs(Math.log(change.last / change.first)));
  return times > CHANGED ? times : 1;
}

function isUnfit(levels: readonly Level[]): boolean {
  return levels.filter(isVoid).length > MOST_VOID * levels.length;
}

/**
 * Of a generator that often was not fit the levels that count say all that is known: the highest load that passed beyond doubt, and the
 * lowest above it that failed. @returns null where one is missing.
 */
function bracketOf({ present, options }: SearchState): readonly [number, number] | null {
  const failed = decided(present, options.unit, 'fail')[0]?.load;
  const passed = decided(present, options.unit, 'pass').findLast(({ load }) => failed === undefined || load < failed);
  return failed === undefined || passed === undefined ? null : [passed.load, failed];
}

function isVague({ low, high }: LimitEstimate): boolean {
  return !(high < MOST_APART * Math.max(low, 1e-9)) && !(low === 0 && Number.isFinite(high));
}

/** The interval of a result. @param held the highest load that is known to hold. */
export function intervalOf(
  state: SearchState,
  status: BreakingPointStatus,
  held: number | null,
): BreakingPoint['interval'] {
  if (status === 'fails-at-every-load') return [0, 0];
  if (status === 'not-reached' || status === 'generator-limited') return held === null ? null : [held, null];
  const { estimate, levels } = state;
  if (estimate === null || isVague(estimate)) return null;
  const [passed, failed] = (isUnfit(levels) ? bracketOf(state) : null) ?? [estimate.low, estimate.high];
  // Levels that happened to meet one of two targets agree, and are wrong together.
  const apart = Math.sqrt(changedBy(state));
  return [Math.min(estimate.low, passed) / apart, Math.max(estimate.high, failed) * apart];
}

/** Of a budget that many times as long nobody knows what it would give. */
const MOST_TIMES = 8;

/** How much longer a search must take for an interval of twice the precision asked for: its width goes with 1/√time. */
export function moreSeconds(state: SearchState): number | null {
  const { estimate, spent, options } = state;
  if (estimate === null || !Number.isFinite(estimate.width) || changedBy(state) > 1) return null;
  const wanted = Math.max(2 * options.precision, FOUND.width / 2);
  const times = Math.max(1.5, (estimate.width / wanted) ** 2);
  return times > MOST_TIMES ? null : (times - 1) * spent;
}

/** What a search tells in advance where a target is so slow that its budget buys little. */
import type { LevelResult } from '../core/breaking-point.ts';
import type { SearchPlan } from '../core/plan.ts';
import { toSeconds } from '../core/units.ts';
import { formatClock, formatCount, formatLonger, formatRate, formatShare } from './wording.ts';

/**
 * Requests at the limit within the budget, and half of the interval over the estimate that they give: the middle of simulated
 * searches of M/M/4 (2 s a service), M/M/1 (1 s, 0.3 s) and M/D/2 (1 s) with budgets of 2 to 90 minutes. With some hundred
 * requests it was 130 to 290 %, or there was no result.
 */
const REQUESTS = [
  { half: 0.25, requests: 3_000 },
  { half: 0.1, requests: 9_000 },
] as const;
/** Fewer give the order of magnitude. */
const FEW = 600;

/**
 * What a search of a slow target can give in its budget, once the idle target is known; null: the target is quick enough, or
 * nothing is known. How many it takes at a time is not known yet, so it is said of one.
 */
export function prospectOf(search: SearchPlan, idle: readonly LevelResult[]): string | null {
  const meanMs = idle.findLast((level) => level.purpose === 'idle' && level.meanMs !== null)?.meanMs ?? null;
  if (meanMs === null || meanMs <= 0) return null;
  const perSecond = 1_000 / meanMs;
  const budget = toSeconds(search.budget);
  const held = budget * perSecond;
  if (held >= FEW) return null;
  const takes = REQUESTS.map(
    ({ half, requests }) =>
      `±${formatShare(half)} takes about ${formatCount(requests)} (${formatLonger(requests / perSecond)})`,
  );
  return (
    `One at a time the target answers ${formatRate(perSecond)}: ${formatClock(budget)} hold about ${formatCount(held)} requests, which give no ` +
    `more than the order of magnitude. ${takes.join(', ')}; if it takes several at a time, so much less.`
  );
}

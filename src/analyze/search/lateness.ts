/** Whether a generator that was late spoils a level: only where its lateness could turn the verdict. */
import type { Criterion } from './criteria.ts';
import { estimateOf, verdictOn } from './criterion-verdict.ts';
import type { Observation } from './observation.ts';
import { meanOf } from './percentile.ts';
import { type Share, shareOf } from './share.ts';

/** A request that leaves late counts from when it was due, and the burst after it waits as long again. */
const CHARGED = 2;
/** Lateness up to this share of a limit can be told from a response that is too slow. */
const MOST_OF_LIMIT = 0.5;
/** Shares of slow requests that differ by less, or by less than chance, are the same: logarithmic, and in deviations. */
const SAME = { log: 0.35, deviations: 1.5 } as const;
/** Of a mean's limit. */
const MEAN_SHARE = 0.05;
/** Of the shortest time that a good request is limited to. */
const GOODPUT_SHARE = 0.1;

/**
 * Why a level says nothing of its target; null: it does. A generator that was late spoils a level only where that could turn
 * a verdict: where the requests that are too slow are no longer so with the lateness taken off.
 */
export function unfitnessOf(observation: Observation, criteria: readonly Criterion[]): string | null {
  const { unfit, late, ok, failed, unanswered } = observation;
  // Responses that are errors one and all are so whenever they are read.
  if (ok === 0 && failed > unanswered) return null;
  if (unfit !== null || late === undefined) return unfit;
  const allowance = CHARGED * late.ms * 1000;
  return criteria.some((criterion) => couldTurn(criterion, observation, allowance)) ? late.reason : null;
}

/** @param allowance µs. */
function couldTurn(criterion: Criterion, observation: Observation, allowance: number): boolean {
  if (criterion.kind === 'errors') return false;
  // Requests that leave late, together, and are counted from when they were due are no faster than they would have been in
  // time: what passes with the lateness passes without, and what was never slow would not have been.
  if (verdictOn(criterion, estimateOf(criterion, observation), observation) === 'pass') return false;
  // Which requests would be good with the lateness taken off is not known.
  if (criterion.kind === 'goodput') return allowance > GOODPUT_SHARE * (criterion.times?.least ?? 0);
  if (criterion.p === null) {
    const { value } = meanOf(observation.batches);
    return (
      allowance > MEAN_SHARE * criterion.limit &&
      value + allowance > criterion.limit &&
      value - allowance < criterion.limit
    );
  }
  const seen = shareOf(criterion, observation);
  if (seen.bad === 0) return false;
  if (allowance > MOST_OF_LIMIT * criterion.limit) return true;
  const without = { ...criterion, limit: criterion.limit + allowance };
  if (verdictOn(without, estimateOf(without, observation), observation) === 'fail') return false;
  const sure = shareOf(without, observation);
  return apart(seen, sure) > Math.max(SAME.log, SAME.deviations / Math.sqrt(sure.bad + 1));
}

const apart = (a: Share, b: Share): number => Math.log((a.bad + 1) / (b.bad + 1));

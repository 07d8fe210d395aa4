/** What a level says of one criterion: the value with its interval, and whether it passes, fails or is undecided. */
import type { CriterionResult } from '../../core/breaking-point.ts';
import type { Criterion } from './criteria.ts';
import { type Observation, sampleOf } from './observation.ts';
import { type BatchedEstimate, meanOf, percentileOf } from './percentile.ts';
import {
  allowedShare,
  clusterBelow,
  clusterOf,
  ONE_SIDED,
  type Share,
  shareInterval,
  shareOf,
  TWO_SIDED,
} from './share.ts';

/** What a level measured of a criterion: a percentile, a mean, or the share of failures. */
export function estimateOf(criterion: Criterion, observation: Observation): BatchedEstimate {
  if (criterion.kind === 'errors') return errorShareOf(criterion, observation);
  if (criterion.kind === 'goodput') return goodShareOf(criterion, observation);
  const { batches } = sampleOf(criterion, observation);
  return criterion.p === null ? meanOf(batches) : percentileOf(criterion.p, batches);
}

function errorShareOf(criterion: Criterion, observation: Observation): BatchedEstimate {
  const share = shareOf(criterion, observation);
  if (share.n === 0) return { value: Number.NaN, interval: null, scatter: null, lag1: 0, effective: null };
  const cluster = clusterOf(share) ?? 1;
  const interval = shareInterval(share, cluster, TWO_SIDED);
  return { value: share.bad / share.n, interval, scatter: null, lag1: 0, effective: share.n / cluster };
}

/**
 * How much the requests are worth is known at a percentile only: at that of the response time beyond which as many lie as may
 * be bad. What makes requests slow makes those bad that are.
 */
function goodShareOf(criterion: Criterion, observation: Observation): BatchedEstimate {
  const share = shareOf(criterion, observation);
  if (share.n === 0) return { value: Number.NaN, interval: null, scatter: null, lag1: 0, effective: null };
  const { batches } = sampleOf(criterion, observation);
  const { effective, lag1 } = percentileOf(criterion.limit, batches);
  const [low, high] = shareInterval(share, clusterAt(criterion, share, effective), TWO_SIDED);
  return { value: 1 - share.bad / share.n, interval: [1 - high, 1 - low], scatter: null, lag1, effective };
}

export function compare(criterion: Criterion, estimate: BatchedEstimate, observation: Observation): CriterionResult {
  const { slo, kind, limit } = criterion;
  const { value, interval } = estimate;
  const unit = kind === 'latency' ? 'ms' : 'share';
  const scale = kind === 'latency' ? 1 / 1000 : 1;
  return {
    slo,
    value: Number.isFinite(value) ? value * scale : null,
    interval: interval === null ? null : [interval[0] * scale, interval[1] === null ? null : interval[1] * scale],
    limit: limit * scale,
    unit,
    verdict: verdictOn(criterion, estimate, observation),
  };
}

/** By the share of requests that broke it, where it allows one: it is known where the percentile's own interval is open. */
export function verdictOn(
  criterion: Criterion,
  { value, interval, effective }: BatchedEstimate,
  observation: Observation,
): CriterionResult['verdict'] {
  if (criterion.kind === 'latency' && criterion.p === null) {
    if (value === Number.POSITIVE_INFINITY || (interval !== null && interval[0] > criterion.limit)) return 'fail';
    return interval !== null && interval[1] !== null && interval[1] <= criterion.limit ? 'pass' : 'undecided';
  }
  const share = shareOf(criterion, observation);
  if (share.n === 0) return 'undecided';
  const allowed = allowedShare(criterion);
  const [low, high] = shareInterval(share, clusterAt(criterion, share, effective), ONE_SIDED);
  return low > allowed ? 'fail' : high <= allowed ? 'pass' : 'undecided';
}

function clusterAt(criterion: Criterion, share: Share, effective: number | null): number {
  const seen = clusterOf(share) ?? 1;
  return criterion.kind === 'errors'
    ? seen
    : clusterBelow(share, allowedShare(criterion), seen, share.n / (effective ?? share.n));
}

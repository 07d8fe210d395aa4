/** The share of a level's requests that break a criterion, how they cluster, and the interval of that share. */
import { countUpTo } from '../../stats/histogram.ts';
import { autocorrelation } from '../../stats/trend.ts';
import type { Criterion } from './criteria.ts';
import { type Observation, sampleOf } from './observation.ts';

/** How many of a level's requests broke a criterion, in all and by batch. */
export interface Share {
  readonly bad: number;
  readonly n: number;
  readonly batches: readonly { readonly bad: number; readonly n: number }[];
}

/** The share of requests that may break a criterion: 5 % of p95 and of goodput>95%, and what an error SLO says. */
export function allowedShare({ kind, p, limit }: Criterion): number {
  return kind === 'errors' ? limit : 1 - (p ?? 0);
}

/** Requests slower than the limit of a percentile, failures included; the failures alone of an error share; or those that are not good. */
export function shareOf(criterion: Criterion, observation: Observation): Share {
  const { kind, limit } = criterion;
  const { batches, dropped, goodput = [] } = sampleOf(criterion, observation);
  const counted =
    kind === 'goodput'
      ? goodput
      : batches.map(({ times, infinite }) => ({
          bad: infinite + (kind === 'errors' ? 0 : times.count - countUpTo(times, limit)),
          n: times.count + infinite,
        }));
  const bad = counted.reduce((sum, one) => sum + one.bad, 0) + dropped;
  return { bad, n: counted.reduce((sum, one) => sum + one.n, 0) + dropped, batches: counted };
}

/** Of batches that hang together, no more is taken to be known. */
const MOST_LAG1 = 0.8;
const FEWEST_BATCHES = 5;
/** So many bad requests count as one at most, where how they come together cannot be seen. */
export const MOST_CLUSTERED = 7;

/**
 * How many bad requests count as one since they come together: the variance of the batches' counts over that of independent
 * requests, with what neighbouring batches have in common; at least 1. Null where too few were bad to tell.
 */
export function clusterOf({ bad, n, batches }: Share, fewest = 3): number | null {
  const filled = batches.filter((batch) => batch.n > 0);
  const m = filled.length;
  if (m < FEWEST_BATCHES || bad < fewest || bad === n) return null;
  const s = bad / n;
  const deviations = filled.map((batch) => batch.bad - s * batch.n);
  const squares = deviations.reduce((sum, one) => sum + one * one, 0);
  const lag1 = Math.max(0, Math.min(MOST_LAG1, autocorrelation(deviations) + 1 / m));
  return Math.max(1, ((squares * m) / (m - 1) / (n * s * (1 - s))) * ((1 + lag1) / (1 - lag1)));
}

/** Where hardly any request is bad, how they would hang together cannot be seen: as levels that explore are made for. */
const FEW = 0.2;

/**
 * How many bad requests count as one where fewer are bad than the percentile allows.
 * @param seen as their batches have it. @param atPercentile likewise at the percentile itself, where more can be told.
 */
export function clusterBelow(
  { bad, n }: Pick<Share, 'bad' | 'n'>,
  allowed: number,
  seen: number,
  atPercentile: number,
): number {
  if (bad >= allowed * n) return seen;
  return Math.max(seen, bad < FEW * allowed * n ? Math.min(MOST_CLUSTERED, atPercentile) : atPercentile);
}

/** Normal quantiles: of a 95 % interval, and of being 95 % sure that a share is on one side of a limit. */
export const TWO_SIDED = 1.96;
export const ONE_SIDED = 1.645;

/** Interval of a share. @param cluster how many count as one. @param z normal quantile. Source: E. B. Wilson, JASA 22 (1927). */
export function shareInterval({ bad, n }: Share, cluster: number, z: number): readonly [low: number, high: number] {
  const effective = n / cluster;
  const z2 = z ** 2;
  const s = bad / n;
  const middle = (s + z2 / (2 * effective)) / (1 + z2 / effective);
  const half = (z * Math.sqrt((s * (1 - s)) / effective + z2 / (4 * effective ** 2))) / (1 + z2 / effective);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

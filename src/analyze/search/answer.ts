/** What a search has found so far, put together from its levels: the breaking point and all that is told with it. */
import type { BreakingPoint, Estimate, LevelResult, LoadLimit } from '../../core/breaking-point.ts';
import { inMs } from '../latency.ts';
import { scalabilityOf, sustainedThroughput } from './capacity.ts';
import type { CriterionLimit, LimitEstimate } from './estimate.ts';
import { idleLevels, idleTimes } from './idle-levels.ts';
import { heldLoad, loadOf } from './monotone.ts';
import { openAndClosed } from './open-closed.ts';
import type { SearchState } from './state.ts';
import { intervalOf, moreSeconds, statusOf } from './status.ts';
import { summaryOf } from './summary.ts';
import { tiersOf } from './tiers.ts';
import { tokensAt } from './tokens.ts';
import { isCliff, warningsOf } from './warnings.ts';
import { resolutionOf } from './window.ts';

/** An SLO that breaks this close to capacity breaks because the target is full. */
const AT_CAPACITY = 0.95;
const CURVE_POINTS = 41;

/** What the levels so far amount to. */
export function answerOf(state: SearchState): BreakingPoint {
  const { options, criteria, levels, spent, estimate, stoppedBy, ceiling, recovered } = state;
  const capacity = capacityEstimate(state);
  const status = statusOf(state);
  const fails = status === 'fails-at-every-load';
  const held = heldLoad(state.present, options.unit, options.budget);
  const atLeast = status === 'not-reached' || status === 'generator-limited';
  const located = status === 'found' || status === 'rough';
  const value = fails ? 0 : atLeast ? held : located ? (estimate?.estimate ?? null) : null;
  const interval = intervalOf(state, status, held);
  const criterion = located || fails ? bindingName(state, capacity) : null;
  const scope = criteria.find(({ slo }) => slo === criterion)?.scope;
  const scalability = scalabilityOf(levels);
  const idle = idleTimes(levels);
  const errors = estimate?.limits.find((one) => one.criterion.kind === 'errors');
  const answer: BreakingPoint = {
    status,
    stoppedBy,
    summary: '',
    unit: options.unit,
    criterion,
    ...(scope === undefined ? {} : { scope }),
    estimate: value,
    interval,
    confidence: 0.95,
    precision: { asked: options.precision, reached: located ? (estimate?.width ?? null) : null },
    resolution: resolutionNear(state),
    ...(status === 'rough' ? { moreSeconds: moreSeconds(state) } : {}),
    budgetSeconds: options.budget,
    spentSeconds: spent,
    slos: criteria.map(({ slo }) => slo),
    ...(fails || estimate === null ? {} : { sloLimit: limitOf(estimate.binding, held) }),
    // What a generator that was not fit let be seen of one SLO is no more than of all.
    sloLimits:
      fails || status === 'generator-limited'
        ? []
        : (estimate?.limits ?? []).map((one) => ({ slo: one.criterion.slo, ...limitOf(one, held) })),
    ...(options.tiers === undefined ? {} : { tiers: tiersOf(options.tiers, state.present, options.unit) }),
    capacity,
    ...(errors === undefined || fails ? {} : { errorLimit: limitOf(errors, held) }),
    knee: kneeOf(state),
    usersAtLimit: value === null || value === 0 ? null : usersAt(state, value),
    ...tokensThere(state, value),
    idleMs: {
      p50: idle.count > 0 ? inMs(idle.quantile(0.5)) : null,
      p95: idle.count > 0 ? inMs(idle.quantile(0.95)) : null,
    },
    monotone: estimate?.monotone ?? true,
    cliff: estimate !== null && isCliff(estimate),
    recovered,
    generatorLimited: status === 'generator-limited' || (ceiling !== null && ceiling < (value ?? 0) * 1.5),
    scalability,
    curve: located && estimate !== null ? curveOf(estimate) : [],
    warnings: warningsOf(state),
    levels: levels.map(({ result }) => result),
  };
  const both = openAndClosed(state, answer);
  return { ...answer, summary: summaryOf(answer), ...(both === null ? {} : { openAndClosed: both }) };
}

function tokensThere({ levels, options }: SearchState, load: number | null): Pick<BreakingPoint, 'tokensAtLimit'> {
  if (load === null || load === 0) return {};
  const results = levels.map(({ result }) => result);
  const passed = results.filter(
    (one) =>
      one.load.model === 'closed' && one.verdict === 'pass' && one.load.vus <= load && one.tokensPerSec !== undefined,
  );
  const tokens =
    options.unit === 'vus'
      ? (passed.toSorted((a, b) => loadOfUsers(b) - loadOfUsers(a))[0]?.tokensPerSec ?? null)
      : tokensAt(results, load);
  return tokens === null ? {} : { tokensAtLimit: tokens };
}

const loadOfUsers = ({ load }: LevelResult): number => (load.model === 'closed' ? load.vus : 0);

/** The SLO that breaks first, or `capacity` where it breaks only because the target is full. */
function bindingName({ estimate, stoppedBy, levels, options }: SearchState, capacity: Estimate | null): string | null {
  if (stoppedBy === 'fails-at-idle') {
    const idle = idleLevels(levels).at(-1)?.result.criteria ?? [];
    return idle.find(({ verdict }) => verdict === 'fail')?.slo ?? null;
  }
  if (estimate === null) return null;
  // Of a target that was never full more is possible.
  const known = capacity !== null && capacity.interval[1] !== null;
  const full = options.unit !== 'vus' && known && estimate.estimate >= AT_CAPACITY * capacity.estimate;
  return full ? 'capacity' : estimate.binding.criterion.slo;
}

function limitOf({ posterior, seen }: CriterionLimit, held: number | null): LoadLimit {
  if (!seen) return { status: 'not-reached', estimate: null, interval: [held ?? 0, null] };
  const at = (p: number): number => Math.exp(posterior.quantile(p));
  return { status: 'found', estimate: at(0.5), interval: [at(0.025), at(0.975)] };
}

function capacityEstimate({ capacity, present: levels }: SearchState): Estimate | null {
  const pooled = capacity === null ? null : sustainedThroughput(levels);
  if (capacity === null || pooled === null) return null;
  // What an open level carried without piling up is a lower bound, whatever the closed ramp came to.
  const carried = Math.max(
    0,
    ...levels.flatMap(({ result, step }) => {
      return step.load.model === 'open' && result.verdict === 'pass' ? [result.achievedPerSec] : [];
    }),
  );
  const half = 1.96 * pooled.relativeError;
  if (carried > pooled.perSec * (1 + half)) return { estimate: carried, interval: [carried, null] };
  // So is what came of a ramp in which the generator was not fit.
  if (!capacity.reached && capacity.perSec > pooled.perSec * (1 + half))
    return { estimate: capacity.perSec, interval: [capacity.perSec * (1 - 1.96 * capacity.deviation), null] };
  return {
    estimate: pooled.perSec,
    interval: [pooled.perSec * (1 - half), capacity.reached ? pooled.perSec * (1 + half) : null],
  };
}

/** The level with the most throughput per response time, and the levels beside it on the axis. */
function kneeOf({ present: levels, options }: SearchState): Estimate | null {
  const all = levels
    .flatMap((level) => {
      const load = loadOf(level, options.unit);
      const { meanMs, achievedPerSec, verdict } = level.result;
      if (load === null || meanMs === null || verdict === 'void' || verdict === 'overloaded') return [];
      return [{ load, power: achievedPerSec / meanMs }];
    })
    .sort((a, b) => a.load - b.load);
  if (all.length < 3) return null;
  const best = all.reduce((most, one, i) => (one.power > (all[most]?.power ?? 0) ? i : most), 0);
  const here = all[best]?.load ?? 0;
  return { estimate: here, interval: [all[best - 1]?.load ?? 0, all[best + 1]?.load ?? null] };
}

/** Little's law at a load: λ × mean response, of a pass that of its requests together; the mean between the two levels beside it on logarithmic axes. */
function usersAt({ present: levels, options }: SearchState, load: number): number | null {
  if (options.unit === 'vus') return load;
  const points = levels
    .flatMap((level) => {
      const at = loadOf(level, 'req/s');
      const { meanMs, verdict, offeredPerSec, requestsPerSec = offeredPerSec } = level.result;
      if (at === null || meanMs === null || verdict === 'void' || verdict === 'overloaded') return [];
      return [{ at, meanMs: offeredPerSec > 0 ? (meanMs * requestsPerSec) / offeredPerSec : meanMs }];
    })
    .sort((a, b) => a.at - b.at);
  const below = points.filter(({ at }) => at <= load).at(-1);
  const above = points.find(({ at }) => at > load);
  const nearest = below ?? above;
  if (nearest === undefined) return null;
  if (below === undefined || above === undefined) return (load * nearest.meanMs) / 1000;
  const share = Math.log(load / below.at) / Math.log(above.at / below.at);
  return (load * below.meanMs ** (1 - share) * above.meanMs ** share) / 1000;
}

/** What the requests within 15 % of the limit can tell apart at all. */
function resolutionNear({ estimate, present: levels, options }: SearchState): number | null {
  if (estimate === null) return null;
  const near = levels.filter((level) => {
    const load = loadOf(level, options.unit);
    return load !== null && level.margins.length > 0 && Math.abs(Math.log(load / estimate.estimate)) < 0.15;
  });
  const requests = near.reduce((sum, { result }) => sum + result.ok + result.failed, 0);
  return requests === 0 ? null : resolutionOf(requests);
}

function curveOf({ binding, estimate }: LimitEstimate): BreakingPoint['curve'] {
  // A curve is of a time.
  if (binding.criterion.kind !== 'latency') return [];
  const limit = binding.criterion.limit / 1000;
  return Array.from({ length: CURVE_POINTS }, (_, i) => {
    const load = estimate * (0.1 + (1.2 * i) / (CURVE_POINTS - 1));
    const { mean, low, high } = binding.posterior.curve(Math.log(load));
    return { load, value: limit * Math.exp(mean), low: limit * Math.exp(low), high: limit * Math.exp(high) };
  }).filter(({ value, high }) => Number.isFinite(value) && Number.isFinite(high));
}

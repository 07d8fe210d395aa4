import type {
  BreakingPoint,
  BreakingPointStatus,
  Estimate,
  LoadLimit,
  SearchWarning,
} from '../../core/breaking-point.ts';
import { Histogram } from '../../stats/histogram.ts';
import { inMs } from '../latency.ts';
import { counted, formatCount, formatMs, formatRate } from '../wording.ts';
import { scalabilityOf, sustainedThroughput } from './capacity.ts';
import { capacityChange } from './change.ts';
import { type CriterionLimit, type LimitEstimate, UNDECIDED_WIDTH } from './estimate.ts';
import { contradicts, type Level } from './level.ts';
import { loadOf } from './monotone.ts';
import type { SearchState } from './state.ts';
import { resolutionOf } from './window.ts';

/** An SLO that breaks this close to capacity breaks because the target is full. */
const AT_CAPACITY = 0.95;
/** h (room between limit and capacity) below which the curve is a cliff. */
const CLIFF = 0.015;
const CURVE_POINTS = 41;
/** A generator that is unfit in more of the levels than this is not fit to find anything, lucky levels or not. */
const MOST_VOID = 1 / 3;

/** What the levels so far amount to. */
export function answerOf(state: SearchState): BreakingPoint {
  const { options, criteria, levels, spent, estimate, stoppedBy, ceiling, recovered } = state;
  const capacity = capacityEstimate(state);
  const atIdle = stoppedBy === 'fails-at-idle';
  const status = statusOf(state);
  const held = highestPassed(state);
  const atLeast = status === 'not-reached' || status === 'generator-limited';
  const value = atIdle ? 0 : atLeast ? held : status === 'found' ? (estimate?.estimate ?? null) : null;
  const interval = intervalOf(state, status, held);
  const criterion = status !== 'found' ? null : bindingName(state, capacity);
  const scalability = scalabilityOf(levels);
  const idle = levels.find(({ step, margins }) => step.purpose === 'idle' && margins.length > 0);
  const idleTimes = Histogram.of(...(idle?.observation.batches.map(({ times }) => times) ?? []));
  const errors = estimate?.limits.find((one) => one.criterion.kind === 'errors');
  const answer: BreakingPoint = {
    status,
    stoppedBy,
    summary: '',
    unit: options.unit,
    criterion,
    estimate: value,
    interval,
    confidence: 0.95,
    precision: { asked: options.precision, reached: status === 'found' && !atIdle ? (estimate?.width ?? null) : null },
    resolution: resolutionNear(state),
    budgetSeconds: options.budget,
    spentSeconds: spent,
    slos: criteria.map(({ slo }) => slo),
    ...(atIdle || estimate === null ? {} : { sloLimit: limitOf(estimate.binding, held) }),
    sloLimits: atIdle ? [] : (estimate?.limits ?? []).map((one) => ({ slo: one.criterion.slo, ...limitOf(one, held) })),
    capacity,
    ...(errors === undefined || atIdle ? {} : { errorLimit: limitOf(errors, held) }),
    knee: kneeOf(state),
    usersAtLimit: value === null || value === 0 ? null : usersAt(state, value),
    idleMs: {
      p50: idleTimes.count > 0 ? inMs(idleTimes.quantile(0.5)) : null,
      p95: idleTimes.count > 0 ? inMs(idleTimes.quantile(0.95)) : null,
    },
    monotone: estimate?.monotone ?? true,
    cliff: estimate !== null && isCliff(estimate),
    recovered,
    generatorLimited: status === 'generator-limited' || (ceiling !== null && ceiling < (value ?? 0) * 1.5),
    scalability,
    curve: status === 'found' && estimate !== null && !atIdle ? curveOf(estimate) : [],
    warnings: warningsOf(state),
    levels: levels.map(({ result }) => result),
  };
  return { ...answer, summary: summaryOf(answer) };
}

function statusOf({ stoppedBy, estimate, ceiling, levels }: SearchState): BreakingPointStatus {
  if (stoppedBy === 'fails-at-idle') return 'found';
  if (stoppedBy === 'bound') return 'not-reached';
  if (stoppedBy === 'generator') return 'generator-limited';
  const vague = estimate === null || estimate.width > UNDECIDED_WIDTH;
  const unfit = levels.filter(isVoid).length > MOST_VOID * levels.length;
  if (unfit && (stoppedBy === 'budget' || !vague)) return 'generator-limited';
  if (vague) return 'undecided';
  if (ceiling !== null && estimate.cdf(ceiling) < 0.5) return 'generator-limited';
  return 'found';
}

function intervalOf(
  { estimate, stoppedBy }: SearchState,
  status: BreakingPointStatus,
  held: number | null,
): BreakingPoint['interval'] {
  if (stoppedBy === 'fails-at-idle') return [0, 0];
  if (status === 'not-reached' || status === 'generator-limited') return held === null ? null : [held, null];
  return estimate === null || estimate.width > UNDECIDED_WIDTH ? null : [estimate.low, estimate.high];
}

const isVoid = ({ result }: Level): boolean => result.verdict === 'void';

/** The highest load on the axis at which a level passed. */
function highestPassed({ levels, options }: SearchState): number | null {
  const passed = levels.flatMap((level) => {
    const load = loadOf(level, options.unit);
    return load !== null && level.result.verdict === 'pass' ? [load] : [];
  });
  return passed.length === 0 ? null : Math.max(...passed);
}

/** The SLO that breaks first, or `capacity` where it breaks only because the target is full. */
function bindingName({ estimate, stoppedBy, levels, options }: SearchState, capacity: Estimate | null): string | null {
  if (stoppedBy === 'fails-at-idle') {
    const idle =
      levels.find(({ step, margins }) => step.purpose === 'idle' && margins.length > 0)?.result.criteria ?? [];
    return (idle.find(({ verdict }) => verdict === 'fail') ?? idle[0])?.slo ?? null;
  }
  if (estimate === null) return null;
  const full = options.unit === 'req/s' && capacity !== null && estimate.estimate >= AT_CAPACITY * capacity.estimate;
  return full ? 'capacity' : estimate.binding.criterion.slo;
}

function limitOf({ posterior, seen }: CriterionLimit, held: number | null): LoadLimit {
  if (!seen) return { status: 'not-reached', estimate: null, interval: [held ?? 0, null] };
  const at = (p: number): number => Math.exp(posterior.quantile(p));
  return { status: 'found', estimate: at(0.5), interval: [at(0.025), at(0.975)] };
}

function capacityEstimate({ capacity, levels }: SearchState): Estimate | null {
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
  return {
    estimate: pooled.perSec,
    interval: [pooled.perSec * (1 - half), capacity.reached ? pooled.perSec * (1 + half) : null],
  };
}

/** The level with the most throughput per response time, and the levels beside it on the axis. */
function kneeOf({ levels, options }: SearchState): Estimate | null {
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

/** Little's law at a load: λ × mean response, the mean between the two levels beside it on logarithmic axes. */
function usersAt({ levels, options }: SearchState, load: number): number | null {
  if (options.unit === 'vus') return load;
  const points = levels
    .flatMap((level) => {
      const at = loadOf(level, 'req/s');
      const { meanMs, verdict } = level.result;
      return at === null || meanMs === null || verdict === 'void' || verdict === 'overloaded' ? [] : [{ at, meanMs }];
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
function resolutionNear({ estimate, levels, options }: SearchState): number | null {
  if (estimate === null) return null;
  const near = levels.filter((level) => {
    const load = loadOf(level, options.unit);
    return load !== null && level.margins.length > 0 && Math.abs(Math.log(load / estimate.estimate)) < 0.15;
  });
  const requests = near.reduce((sum, { result }) => sum + result.ok + result.failed, 0);
  return requests === 0 ? null : resolutionOf(requests);
}

function isCliff({ binding }: LimitEstimate): boolean {
  return binding.criterion.kind === 'latency' && binding.posterior.shape < CLIFF;
}

function curveOf({ binding, estimate }: LimitEstimate): BreakingPoint['curve'] {
  if (binding.criterion.kind === 'errors') return [];
  const limit = binding.criterion.limit / 1000;
  return Array.from({ length: CURVE_POINTS }, (_, i) => {
    const load = estimate * (0.1 + (1.2 * i) / (CURVE_POINTS - 1));
    const { mean, low, high } = binding.posterior.curve(Math.log(load));
    return { load, value: limit * Math.exp(mean), low: limit * Math.exp(low), high: limit * Math.exp(high) };
  }).filter(({ value, high }) => Number.isFinite(value) && Number.isFinite(high));
}

function warningsOf(state: SearchState): SearchWarning[] {
  const { levels, estimate, recovered, options, criteria } = state;
  const warnings: SearchWarning[] = [];
  const warn = (code: SearchWarning['code'], message: string): void => void warnings.push({ code, message });
  if (options.slos.length === 0 && criteria.length > 0)
    warn('slo-assumed', `No SLO was given; assumed: ${criteria.map(({ slo }) => slo).join(' and ')}.`);
  if (estimate !== null && !estimate.monotone)
    warn('non-monotone', 'Latency does not grow with the load everywhere: the limit is the first crossing from below.');
  if (estimate !== null && isCliff(estimate))
    warn('cliff', 'There is next to no warning before the limit: latency is flat until it breaks.');
  const contradicted = levels.filter(contradicts);
  if (contradicted.length > 0)
    warn(
      'confirmation-failed',
      `An end of the interval was contradicted: ${contradicted.map(({ result }) => result.reason).join(' ')}`,
    );
  if (recovered === false)
    warn(
      'not-recovered',
      'At half the load latency did not come back to what it was before: the target was left damaged.',
    );
  const spoilt = levels.filter(isVoid);
  if (spoilt.length > 0)
    warn('void-levels', `${spoilt.length} of ${levels.length} levels are void: ${spoilt[0]?.result.reason ?? ''}`);
  const settled = levels.flatMap(({ observation }) => observation.settled ?? []);
  const restless = settled.filter(({ steady }) => !steady).length;
  if (restless > 0)
    warn(
      'not-settled',
      `Before ${restless} of ${settled.length} increases the target was not steady in time: give it longer with --settle.`,
    );
  const instances = settled.flatMap((one) => one.instances ?? []);
  const [fewest, most] = [Math.min(...instances), Math.max(...instances)];
  const change = capacityChange(levels);
  if (fewest < most)
    warn(
      'capacity-changed',
      `The target scaled: ${fewest} to ${counted(most, 'instance')} answered. The limit is that of the target and its autoscaler.`,
    );
  else if (change !== null)
    warn(
      'capacity-changed',
      `With ${counted(change.users, 'user')} the target answered ${formatRate(change.first)} at first, and ${formatRate(change.last)} at the end: its capacity changed under way.`,
    );
  return warnings;
}

/** The sentence a manager can read. */
function summaryOf(answer: BreakingPoint): string {
  const { unit, estimate, interval, status, stoppedBy, criterion, idleMs } = answer;
  const load = (value: number): string =>
    unit === 'vus' ? `${formatCount(value)} concurrent users` : formatRate(value);
  const range = (low: number, high: number | null): string => {
    const end = (value: number): string => (unit === 'vus' ? formatCount(value) : formatRate(value));
    return high === null ? `at least ${end(low)}` : `95 % sure: ${end(low)} to ${end(high)}`;
  };
  if (stoppedBy === 'fails-at-idle') {
    const p95 = idleMs.p95 === null ? ', no request succeeds' : `, p95 = ${formatMs(idleMs.p95)}`;
    return `0: fails at idle${p95} (${criterion ?? 'no SLO'}).`;
  }
  if (status === 'generator-limited' || status === 'not-reached') {
    const why = status === 'not-reached' ? 'the highest load allowed' : 'beyond it the generator is the limit';
    return estimate === null
      ? 'Nothing could be measured: the generator was not fit.'
      : `At least ${load(estimate)}: ${why}.`;
  }
  if (status === 'undecided' || estimate === null || interval === null) {
    const known = interval === null ? '' : ` So far: ${range(interval[0], interval[1])}.`;
    return stoppedBy === 'target-lost' ? `The target stopped answering.${known}` : `No answer yet.${known}`;
  }
  const because = criterion === 'capacity' ? 'it is full there' : `${criterion ?? 'the SLO'} breaks there`;
  const users =
    unit === 'vus' || answer.usersAtLimit === null
      ? ''
      : `, about ${formatCount(answer.usersAtLimit)} requests at a time`;
  return `Breaks at ${load(estimate)} (${range(interval[0], interval[1])})${users}: ${because}.`;
}

/** The comparison of several deployments: what each sustains, what it does at a common load, and what that costs. */
import type { BreakingPoint, BreakingPointStatus, Estimate, LoadUnit } from '../../core/breaking-point.ts';
import type {
  CommonLoad,
  CommonRun,
  CpuFigures,
  Deployment,
  DeploymentChange,
  DeploymentComparison,
  DeploymentFigure,
  SearchFigures,
} from '../../core/deployments.ts';
import type { RunResult } from '../../core/result.ts';
import { meanOf } from '../../stats/average.ts';
import { studentQuantile } from '../../stats/distributions.ts';
import { counted } from '../wording.ts';
import { missesOfEach } from './change.ts';
import { CONFIDENCE, changeOf, FEWEST, type Known, verdictOf } from './comparison.ts';
import { figuresOf, figureUnit, type RunMetric } from './figures.ts';

/** A deployment with what was measured of it, round by round. */
export interface MeasuredDeployment extends Pick<Deployment, 'name' | 'target' | 'started' | 'searches' | 'runs'> {
  readonly costPerHour?: number;
}

export interface DeploymentOptions {
  readonly unit: LoadUnit;
  readonly slos: readonly string[];
  readonly margin: number;
  readonly version: string;
  readonly commonLoad: CommonLoad | null;
}

/** What a comparison of deployments needs of a search. */
export function searchFiguresOf(result: RunResult, from: string): SearchFigures {
  const { id, startedAt, leftOut, values, capacityUnit } = figuresOf(result);
  const found = result.breakingPoint ?? null;
  return {
    ...{ id, from, startedAt, ...(leftOut === undefined ? {} : { leftOut }) },
    status: found?.status ?? null,
    estimate: values['breaking point'],
    interval: found?.interval ?? null,
    criterion: found?.criterion ?? null,
    capacity: values.capacity,
    ...(capacityUnit === undefined ? {} : { capacityUnit }),
    perSec: found === null || values['breaking point'] === null ? null : perSecAt(found, values['breaking point']),
  };
}

/** Arrivals at the limit are answered; of users it is what the highest level up to it achieved. */
function perSecAt({ unit, levels }: BreakingPoint, estimate: number): number | null {
  if (unit !== 'vus') return estimate;
  const passed = levels.flatMap(({ load, verdict, achievedPerSec }) =>
    load.model === 'closed' && verdict === 'pass' && load.vus <= estimate ? [{ vus: load.vus, achievedPerSec }] : [],
  );
  return passed.toSorted((a, b) => b.vus - a.vus)[0]?.achievedPerSec ?? null;
}

/** @param cpuSeconds what the started target used between two instants of the wall clock, ms; null: not known. */
export function commonRunOf(
  result: RunResult,
  from: string,
  cpuSeconds: (start: number, end: number) => number | null,
): CommonRun {
  const { id, startedAt, leftOut, values } = figuresOf(result);
  return {
    ...{ id, from, startedAt, ...(leftOut === undefined ? {} : { leftOut }) },
    p95: values.p95,
    cpu: cpuOf(result, cpuSeconds),
  };
}

/** Of the measured stretch alone: a warm-up is dearer. */
function cpuOf(
  { run, timeline }: RunResult,
  cpuSeconds: (start: number, end: number) => number | null,
): CpuFigures | null {
  const measured = timeline.filter(({ phase }) => phase === 'measure');
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [start, end] = [first.t - first.seconds, last.t];
  const origin = Date.parse(run.startedAt);
  const used = cpuSeconds(origin + 1_000 * start, origin + 1_000 * end);
  const sent = measured.reduce((sum, point) => sum + point.sent, 0);
  return used === null || sent === 0 || end <= start
    ? null
    : { cores: used / (end - start), msPerRequest: (1_000 * used) / sent };
}

/** At half of what the weakest of them sustains none is near its limit. Null: no breaking point was found at all. */
export function commonLoadOf(searches: readonly SearchFigures[], unit: LoadUnit): CommonLoad | null {
  const found = searches.flatMap(({ estimate, leftOut }) =>
    estimate === null || leftOut !== undefined ? [] : estimate,
  );
  if (found.length === 0) return null;
  const half = Math.min(...found) / 2;
  const load = unit === 'vus' ? Math.max(1, Math.floor(half)) : Number(half.toPrecision(2));
  return { load, unit, chosen: true };
}

/**
 * Deployments by their breaking points and by what they do at a common load. What is said of a change follows the rules of
 * `compareRuns`: a search, or a run, is the unit; each is held against the one that was measured in the same round; fewer than
 * five rounds decide nothing; the intervals of all changes hold together.
 */
export function compareDeployments(
  measured: readonly MeasuredDeployment[],
  options: DeploymentOptions,
): DeploymentComparison {
  const { unit, slos, margin, version, commonLoad } = options;
  const [first, ...others] = measured;
  const all = others.map((other) => ({ other, known: first === undefined ? [] : knownOf(first, other, unit) }));
  const misses = missesOfEach(
    CONFIDENCE,
    Math.max(
      1,
      all.reduce((sum, { known }) => sum + known.length, 0),
    ),
  );
  const changes = all.map(({ other, known }): DeploymentChange => {
    const metrics = known.map((each) => changeOf(each, true, margin, misses));
    return { name: other.name, verdict: verdictOf(metrics), metrics };
  });
  return {
    ...{ format: 1, kind: 'deployments', tool: { name: 'rampart', version }, unit, slos, margin },
    confidence: CONFIDENCE,
    commonLoad,
    deployments: measured.map(deploymentOf),
    changes,
    doubts: doubtsOf(measured, unit),
  };
}

const METRICS: readonly (readonly [
  metric: RunMetric<DeploymentFigure>,
  of: (deployment: MeasuredDeployment) => readonly (number | null)[],
])[] = [
  // A rough result is as wide as its interval, whatever the next ones come to: searches that are all too short err alike.
  [
    { name: 'breaking point', unit: '1/s', worse: 'less', by: 'ratio' },
    ({ searches }) => searches.map(({ status, estimate }) => (status === 'found' ? estimate : null)),
  ],
  [
    { name: 'capacity', unit: '1/s', worse: 'less', by: 'ratio' },
    ({ searches }) => searches.map(({ capacity }) => capacity),
  ],
  [{ name: 'p95', unit: 'ms', worse: 'more', by: 'ratio' }, ({ runs }) => runs.map(({ p95 }) => p95)],
  [
    { name: 'CPU per request', unit: 'ms', worse: 'more', by: 'ratio' },
    ({ runs }) => runs.map(({ cpu }) => cpu?.msPerRequest ?? null),
  ],
];

/** How often the one was measured that was measured least: searched for, where any was. */
export function roundsOf(measured: readonly Pick<MeasuredDeployment, 'searches' | 'runs'>[]): number {
  const searched = measured.some(({ searches }) => searches.length > 0);
  return Math.min(...measured.map(({ searches, runs }) => (searched ? searches : runs).length));
}

/** What the capacity of a deployment counts. */
export const capacityUnitOf = ({ searches }: Pick<MeasuredDeployment, 'searches'>): 'req/s' | 'flows/s' =>
  searches.find(({ capacityUnit }) => capacityUnit !== undefined)?.capacityUnit ?? 'req/s';

/** What both know, in the rounds in which both know it. */
function knownOf(
  base: MeasuredDeployment,
  head: MeasuredDeployment,
  unit: LoadUnit,
): readonly Known<DeploymentFigure>[] {
  const unitOf = ({ name, unit: own }: RunMetric<DeploymentFigure>): RunMetric['unit'] =>
    name === 'breaking point' ? figureUnit(unit) : name === 'capacity' ? figureUnit(capacityUnitOf(base)) : own;
  return METRICS.flatMap(([metric, of]) => {
    const [left, right] = [of(base), of(head)];
    const both = left.flatMap((value, i) => {
      const other = right[i] ?? null;
      return value !== null && value > 0 && other !== null && other > 0 ? [[value, other] as const] : [];
    });
    if (both.length === 0) return [];
    return {
      metric: { ...metric, unit: unitOf(metric) },
      base: both.map(([value]) => value),
      head: both.map(([, value]) => value),
      missing: left.length - both.length,
      requests: [0, 0] as const,
    };
  });
}

function deploymentOf(one: MeasuredDeployment): Deployment {
  const { searches, runs, costPerHour } = one;
  const found = searches.filter(({ estimate }) => estimate !== null);
  const lows = searches.flatMap(({ status, interval }) =>
    (status === 'not-reached' || status === 'generator-limited') && interval !== null ? interval[0] : [],
  );
  const cpu = runs.flatMap((run) => run.cpu ?? []);
  const rough = found.some(({ status }) => status === 'rough');
  const breakingPoint = pooled(
    found.map(({ estimate }) => estimate as number),
    found.map(({ interval }) => interval),
    rough,
  );
  const perSec = pooled(
    found.flatMap((search) => search.perSec ?? []),
    found.map(({ interval, perSec: rate, estimate }) =>
      interval === null || rate === null || estimate === null ? null : scaled(interval, rate / estimate),
    ),
    rough,
  );
  return {
    ...one,
    status: mostOf(searches.flatMap(({ status }) => status ?? [])),
    breakingPoint,
    atLeast: breakingPoint === null && lows.length > 0 ? Math.min(...lows) : null,
    limit: mostOf(found.flatMap(({ criterion }) => criterion ?? [])),
    capacity: pooled(searches.flatMap(({ capacity }) => capacity ?? [])),
    p95: pooled(runs.flatMap(({ p95 }) => p95 ?? [])),
    cpu:
      cpu.length === 0
        ? null
        : { cores: meanOf(cpu.map((each) => each.cores)), msPerRequest: meanOf(cpu.map((each) => each.msPerRequest)) },
    costPerMillion: costPerHour === undefined || perSec === null ? null : costOf(costPerHour, perSec),
  };
}

const scaled = ([low, high]: readonly [number, number | null], by: number): readonly [number, number | null] => [
  low * by,
  high === null ? null : high * by,
];

/** More requests for the same money make each cheaper: the ends change places. */
function costOf(costPerHour: number, { estimate, interval: [low, high] }: Estimate): Estimate {
  const million = (perSec: number): number => (costPerHour / (3_600 * perSec)) * 1e6;
  return { estimate: million(estimate), interval: [high === null ? 0 : million(high), low > 0 ? million(low) : null] };
}

/**
 * Several measurements of one thing: their geometric mean, with Student's interval where there are enough of them; of fewer,
 * and of rough ones, the interval reaches from the lowest end of their own to the highest.
 */
function pooled(
  values: readonly number[],
  own: readonly (readonly [number, number | null] | null)[] = [],
  rough = false,
): Estimate | null {
  if (values.length === 0) return null;
  const logs = values.map(Math.log);
  const mean = meanOf(logs);
  const estimate = Math.exp(mean);
  if (values.length >= FEWEST && !rough) {
    const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
    const half = studentQuantile(0.975, logs.length - 1) * Math.sqrt(variance / logs.length);
    return { estimate, interval: [Math.exp(mean - half), Math.exp(mean + half)] };
  }
  const known = own.flatMap((interval) => (interval === null ? [] : [interval]));
  const highs = known.map(([, high]) => high);
  return {
    estimate,
    interval: [
      Math.min(...values, ...known.map(([low]) => low)),
      highs.includes(null) ? null : Math.max(...values, ...(highs as number[])),
    ],
  };
}

function mostOf<Text extends BreakingPointStatus | string>(texts: readonly Text[]): Text | null {
  const count = (text: Text): number => texts.filter((each) => each === text).length;
  return texts.toSorted((a, b) => count(b) - count(a))[0] ?? null;
}

function doubtsOf(measured: readonly MeasuredDeployment[], unit: LoadUnit): string[] {
  const doubts: string[] = [];
  const rounds = roundsOf(measured);
  if (rounds < FEWEST)
    doubts.push(
      `${counted(rounds, 'round')}: fewer than ${FEWEST} decide nothing, since how much a deployment differs from itself is hardly known.`,
    );
  for (const { name, searches, runs } of measured) {
    const unknown = runs.filter(({ p95 }) => p95 === null).length;
    if (unknown > 0)
      doubts.push(
        `${name}: p95 at the common load is not known in ${unknown} of ${counted(runs.length, 'run')}: too few requests for it. A longer --duration gives more.`,
      );
    const without = searches.filter(({ estimate }) => estimate === null);
    if (without.length > 0)
      doubts.push(
        `${name}: ${without.length} of ${counted(searches.length, 'search', 'searches')} found no breaking point (${without[0]?.status ?? 'none'}); those rounds are in no comparison of it.`,
      );
    const rough = searches.filter(({ status }) => status === 'rough').length;
    if (rough > 0)
      doubts.push(
        `${name}: ${rough} of ${counted(searches.length, 'search', 'searches')} ended with a rough result, which decides nothing: give them a longer --budget.`,
      );
    const limits = new Set(searches.flatMap(({ criterion }) => criterion ?? []));
    if (limits.size > 1) doubts.push(`${name}: not the same limit in all searches: ${[...limits].join('; ')}.`);
  }
  if (unit === 'vus' && measured.some(({ costPerHour }) => costPerHour !== undefined))
    doubts.push('Costs are those of the highest level of users that passed: in between it was not measured.');
  return doubts;
}

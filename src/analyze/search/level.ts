/** Judges a level: the balance of flow first, then each criterion, and what it says on the load axis. */
import type { CriterionResult, LevelResult, LevelVerdict, Settled } from '../../core/breaking-point.ts';
import type { Micros } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { DRIFT, driftOf } from '../drift.ts';
import { FLOW, type Flow, flowOf } from '../flow.ts';
import { inMs } from '../latency.ts';
import { counted, formatCount, formatLimit, formatMs, formatShare, scopeName } from '../wording.ts';
import type { Criterion } from './criteria.ts';
import { compare, estimateOf } from './criterion-verdict.ts';
import { unfitnessOf } from './lateness.ts';
import { type Observation, type SearchStep, sampleOf } from './observation.ts';
import type { BatchedEstimate } from './percentile.ts';
import { type Share, shareOf } from './share.ts';

/**
 * Thresholds of the judge; `docs/decisions` says which the simulator moved. Flow: the imbalance that counts as overload
 * is the larger of a floor and one standard deviation, and the alarm is raised that much further out that noise does it
 * in 1 of 20 at exactly that imbalance. Drift: Mann and Kendall's z, and the change over the window.
 */
export const JUDGE = {
  flow: { ...FLOW, interim: 3.5 },
  drift: DRIFT,
} as const;

/** What a level says of one criterion on the load axis. */
export type Margin =
  /** How many requests broke a percentile or an error share; y = ln(value/limit) of a percentile, and its standard error. */
  | { readonly kind: 'share'; readonly share: Share; readonly y: number | null; readonly scatter: number | null }
  /** Of a mean: y = ln(value/limit), from n requests; scatter: its standard error as the batches tell it, where they do. */
  | { readonly kind: 'value'; readonly y: number; readonly n: number; readonly scatter: number | null }
  /** The limit is broken; by how much depends on how long one looks (overload). */
  | { readonly kind: 'above' };

/** A level that was run, its judgement for the reader, and what the search learns from it. */
export interface Level {
  readonly step: SearchStep;
  readonly observation: Observation;
  readonly result: LevelResult;
  /** By criterion; empty for a void level, which teaches nothing. */
  readonly margins: readonly Margin[];
}

/** Judges one level. Flow balance first: where requests pile up, the percentiles depend on when one looks. */
export function judge(
  step: SearchStep,
  observation: Observation,
  criteria: readonly Criterion[],
  index: number,
  startedAfter: Micros,
): Level {
  const { batches, seconds, ok, failed } = observation;
  const moved = arrivalsOf(step, observation);
  const flow = flowAt(step, observation, JUDGE.flow.power);
  const times = Histogram.of(...batches.map((batch) => batch.times));
  const estimates = criteria.map((criterion) => estimateOf(criterion, observation));
  const results = criteria.map((criterion, i) => compare(criterion, estimates[i] as BatchedEstimate, observation));
  const overloaded = flow.imbalance > flow.alarm;
  const drift = overloaded || step.purpose === 'idle' ? null : driftOf(batches);
  const { verdict, reason } = verdictOf(step, observation, flow, overloaded, drift, results, criteria);
  const at = (p: number): number | null => (times.count > 0 ? inMs(times.quantile(p)) : null);
  const first = criteria.findIndex((criterion) => criterion.kind !== 'errors');
  const meanMs = times.count > 0 ? times.mean / 1000 : null;
  const perSec = (count: number, during: number): number => (during > 0 ? count / during : 0);
  const achievedPerSec = perSec(moved.achieved, moved.seconds);
  const requestsPerSec = perSec(ok + failed, seconds);
  return {
    step,
    observation,
    margins: verdict === 'void' ? [] : criteria.map((one, i) => marginOf(one, estimates[i], overloaded, observation)),
    result: {
      index,
      purpose: step.purpose,
      load: step.load,
      startedAfter,
      seconds,
      elapsedSeconds: observation.elapsed,
      verdict,
      reason: reason + waitSentence(observation.settled),
      offered: observation.offered,
      sent: observation.sent,
      dropped: observation.dropped,
      ok,
      failed,
      offeredPerSec: perSec(moved.offered, moved.seconds),
      achievedPerSec,
      ...(observation.passes === undefined ? {} : { requestsPerSec }),
      // As many as streams had on average, of what was achieved: where requests pile up, those that end behind the window are not.
      ...(observation.tokens === undefined
        ? {}
        : {
            tokensPerSec:
              (perSec(observation.passes === undefined ? moved.achieved : ok, seconds) * observation.tokens.output) /
              observation.tokens.streams,
          }),
      errorShare: ok + failed > 0 ? failed / (ok + failed) : 0,
      imbalance: flow.imbalance,
      imbalanceLimit: flow.alarm,
      inFlightAtEnd: observation.inFlightAtEnd,
      meanInFlight: meanInFlight(step, observation, (meanMs ?? 0) / 1000, achievedPerSec),
      meanMs,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      effectiveSamples: estimates[first]?.effective ?? null,
      lag1: first < 0 ? null : (estimates[first]?.lag1 ?? null),
      criteria: results,
      used: verdict !== 'void',
      ...(observation.settled === undefined ? {} : { settled: observation.settled }),
    },
  };
}

/**
 * Whether a level under way may end: the arrivals outrun the departures beyond doubt, whatever the rest of it brings.
 * @param soFar of the window until now, everything counted since its start.
 */
export function isHopeless(step: SearchStep, soFar: Observation): boolean {
  if (step.load.model !== 'open' || arrivalsOf(step, soFar).offered < 100) return false;
  const { imbalance, alarm } = flowAt(step, soFar, JUDGE.flow.interim);
  return imbalance > alarm;
}

/** A lower end that fails, or an upper end that passes. */
export function contradicts({ step, result }: Level): boolean {
  if (step.purpose === 'confirm-pass') return result.verdict === 'fail' || result.verdict === 'overloaded';
  return step.purpose === 'confirm-fail' && result.verdict === 'pass';
}

/** What arrived in the window, and what became of it: requests, or passes through flows with steps. */
interface Moved {
  readonly seconds: number;
  readonly offered: number;
  readonly dropped: number;
  /** Ended well within it. */
  readonly achieved: number;
  readonly from: number;
  readonly to: number;
}

function arrivalsOf(step: SearchStep, observation: Observation): Moved {
  const { passes, seconds, offered, dropped, ok, inFlightAtStart: from, inFlightAtEnd: to } = observation;
  if (passes !== undefined) {
    const moved = { ...passes, achieved: passes.ok, from: passes.underWayAtStart, to: passes.underWayAtEnd };
    // Of many users passes take longer than a level lasts, and those of all are about equally far: what ends in it is chance.
    const apart = step.load.model === 'closed' && passes.requestsEach !== null && seconds > 0;
    return apart ? { ...moved, achieved: ((ok / passes.requestsEach) * passes.seconds) / seconds } : moved;
  }
  const pileUp = step.load.model === 'open' ? to - from : 0;
  return { seconds, offered, dropped, achieved: Math.max(0, ok - pileUp), from, to };
}

/** Requests, on average, by Little's law; users without a pause each have one. */
function meanInFlight(step: SearchStep, observation: Observation, response: number, achievedPerSec: number): number {
  const { passes, ok, failed, seconds } = observation;
  if (passes !== undefined) return seconds > 0 ? ((ok + failed) / seconds) * response : 0;
  return step.load.model === 'closed' ? step.load.vus : achievedPerSec * response;
}

/** Of an open level: its arrivals are Poisson's. */
function flowAt(step: SearchStep, observation: Observation, deviations: number): Flow {
  if (step.load.model === 'closed') return { imbalance: 0, alarm: 1 };
  const { offered, dropped, from, to } = arrivalsOf(step, observation);
  return flowOf({ offered, dropped, pileUp: to - from, spacing: 'poisson' }, deviations);
}

function marginOf(
  criterion: Criterion,
  estimate: BatchedEstimate | undefined,
  overloaded: boolean,
  observation: Observation,
): Margin {
  const value = estimate?.value ?? Number.NaN;
  const y = Number.isFinite(value) ? Math.log(Math.max(1, value) / criterion.limit) : null;
  if (overloaded && criterion.kind !== 'errors') return { kind: 'above' };
  if (criterion.p !== null || criterion.kind === 'errors')
    return {
      kind: 'share',
      share: shareOf(criterion, observation),
      y: criterion.kind === 'latency' ? y : null,
      scatter: estimate?.scatter ?? null,
    };
  if (y === null) return { kind: 'above' };
  const { batches } = sampleOf(criterion, observation);
  const n = batches.reduce((sum, { times, infinite }) => sum + times.count + infinite, 0);
  return { kind: 'value', y, n, scatter: estimate?.scatter ?? null };
}

function verdictOf(
  step: SearchStep,
  observation: Observation,
  flow: { imbalance: number; alarm: number },
  overloaded: boolean,
  drift: { z: number; change: number } | null,
  results: readonly CriterionResult[],
  criteria: readonly Criterion[],
): { verdict: LevelVerdict; reason: string } {
  const { ok, failed } = observation;
  const unfit = unfitnessOf(observation, criteria);
  if (unfit !== null) return { verdict: 'void', reason: `Not the target's doing: ${unfit}.` };
  if (overloaded) {
    const { from, to } = arrivalsOf(step, observation);
    const reason =
      `${formatShare(flow.imbalance)} of the arrivals did not leave (up to ${formatShare(flow.alarm)} can be chance): ` +
      `${observation.passes === undefined ? 'in flight' : 'flows under way'} ${formatCount(from)} → ${formatCount(to)}.`;
    return { verdict: 'overloaded', reason };
  }
  if (ok + failed === 0) return { verdict: 'undecided', reason: 'No request was answered in the window.' };
  const said = (one: CriterionResult): string =>
    sentence(
      one,
      criteria.find(({ slo }) => slo === one.slo),
    );
  const broken = results.find((one) => one.verdict === 'fail');
  if (broken !== undefined) return { verdict: 'fail', reason: `${said(broken)}.` };
  if (drift !== null) {
    const percent = formatShare(Math.abs(Math.expm1(drift.change)));
    const reason = `The median ${drift.change > 0 ? 'rose' : 'fell'} by ${percent} within the window (Mann-Kendall z = ${drift.z.toFixed(1)}).`;
    return { verdict: 'drifting', reason };
  }
  const open = results.find((one) => one.verdict === 'undecided');
  if (open !== undefined) return { verdict: 'undecided', reason: `${said(open)}: the interval holds the limit.` };
  return { verdict: 'pass', reason: results.length === 0 ? 'Measured.' : `${results.map(said).join('; ')}.` };
}

function waitSentence(settled: Settled | undefined): string {
  if (settled === undefined) return '';
  const answered = settled.instances === null ? '' : `, ${counted(settled.instances, 'instance')} answered`;
  return ` Before it, ${formatMs(settled.seconds * 1000)} of waiting${settled.steady ? '' : ', and still not steady'}${answered}.`;
}

/** `p95 was 112 ms (104 ms to 121 ms), limit 100 ms`. */
function sentence({ value, interval, limit, unit }: CriterionResult, criterion: Criterion | undefined): string {
  const format = unit === 'ms' ? formatMs : formatShare;
  const statistic =
    criterion !== undefined && criterion.kind !== 'latency'
      ? criterion.kind
      : criterion?.p == null
        ? 'mean'
        : `p${round(criterion.p * 100)}`;
  const metric = criterion?.of === undefined ? statistic : `${criterion.of}_${statistic}`;
  const name = `${metric}${scopeName(criterion?.scope)}`;
  const range =
    interval === null ? '' : ` (${format(interval[0])} to ${interval[1] === null ? 'unbounded' : format(interval[1])})`;
  const actual =
    value === null
      ? 'is infinite: too many failed'
      : `${metric === 'errors' ? 'were' : 'was'} ${format(value)}${range}`;
  return `${name} ${actual}, limit ${formatLimit(limit, unit)}`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

import type { CriterionResult, LevelResult, LevelVerdict, Settled } from '../../core/breaking-point.ts';
import type { Batch } from '../../stats/confidence.ts';
import { Histogram } from '../../stats/histogram.ts';
import { DRIFT, driftOf } from '../drift.ts';
import { FLOW, type Flow, flowOf } from '../flow.ts';
import { inMs } from '../latency.ts';
import { counted, formatCount, formatLimit, formatMs, formatShare } from '../wording.ts';
import type { Criterion } from './criteria.ts';
import type { Observation, SearchStep } from './observation.ts';
import { type BatchedEstimate, meanOf, percentileOf } from './percentile.ts';

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
  /** y = ln(value/limit), from n requests; scatter: its standard error as the batches tell it, where they do. */
  | { readonly kind: 'value'; readonly y: number; readonly n: number; readonly scatter: number | null }
  /** The limit is broken; by how much is not known (overload, or the percentile falls among the failures). */
  | { readonly kind: 'above' }
  /** Failures among n, which come in clusters of about `dispersion`. */
  | { readonly kind: 'errors'; readonly failed: number; readonly n: number; readonly dispersion: number };

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
  startedAfter: number,
): Level {
  const { batches, seconds, offered, ok, failed } = observation;
  const flow = flowAt(step, observation, JUDGE.flow.power);
  const times = Histogram.of(...batches.map((batch) => batch.times));
  const estimates = criteria.map((criterion) => estimateOf(criterion, batches, observation));
  const results = criteria.map((criterion, i) => compare(criterion, estimates[i] as BatchedEstimate));
  const overloaded = flow.imbalance > flow.alarm;
  const drift = overloaded || step.purpose === 'idle' ? null : driftOf(batches);
  const { verdict, reason } = verdictOf(observation, flow, overloaded, drift, results, criteria);
  const at = (p: number): number | null => (times.count > 0 ? inMs(times.quantile(p)) : null);
  const first = criteria.findIndex((criterion) => criterion.kind === 'latency');
  const meanMs = times.count > 0 ? times.mean / 1000 : null;
  const achievedPerSec = seconds > 0 ? Math.max(0, ok - pileUp(step, observation)) / seconds : 0;
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
      offered,
      sent: observation.sent,
      dropped: observation.dropped,
      ok,
      failed,
      offeredPerSec: seconds > 0 ? offered / seconds : 0,
      achievedPerSec,
      errorShare: ok + failed > 0 ? failed / (ok + failed) : 0,
      imbalance: flow.imbalance,
      imbalanceLimit: flow.alarm,
      inFlightAtEnd: observation.inFlightAtEnd,
      meanInFlight: step.load.model === 'closed' ? step.load.vus : (achievedPerSec * (meanMs ?? 0)) / 1000,
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
  if (step.load.model !== 'open' || soFar.offered < 100) return false;
  const { imbalance, alarm } = flowAt(step, soFar, JUDGE.flow.interim);
  return imbalance > alarm;
}

/** A lower end that fails, or an upper end that passes. */
export function contradicts({ step, result }: Level): boolean {
  if (step.purpose === 'confirm-pass') return result.verdict === 'fail' || result.verdict === 'overloaded';
  return step.purpose === 'confirm-fail' && result.verdict === 'pass';
}

/** How many requests more are under way at the window's end than at its start; none in the closed model. */
function pileUp(step: SearchStep, { inFlightAtStart, inFlightAtEnd }: Observation): number {
  return step.load.model === 'open' ? inFlightAtEnd - inFlightAtStart : 0;
}

/** Of an open level: its arrivals are Poisson's. */
function flowAt(step: SearchStep, observation: Observation, deviations: number): Flow {
  if (step.load.model === 'closed') return { imbalance: 0, alarm: 1 };
  const { offered, dropped } = observation;
  return flowOf({ offered, dropped, pileUp: pileUp(step, observation), spacing: 'poisson' }, deviations);
}

function estimateOf(criterion: Criterion, batches: readonly Batch[], observation: Observation): BatchedEstimate {
  if (criterion.kind === 'errors') return errorShareOf(batches, observation);
  return criterion.p === null ? meanOf(batches) : percentileOf(criterion.p, batches);
}

/** Wilson's interval of the failed share, the sample shrunk by how much failures cluster in the batches. */
function errorShareOf(batches: readonly Batch[], { ok, failed, dropped }: Observation): BatchedEstimate {
  const n = ok + failed + dropped;
  if (n === 0) return { value: Number.NaN, interval: null, scatter: null, lag1: 0, effective: null };
  const value = (failed + dropped) / n;
  const effective = n / dispersionOf(batches);
  const z2 = 1.96 ** 2;
  const middle = (value + z2 / (2 * effective)) / (1 + z2 / effective);
  const half = (1.96 * Math.sqrt((value * (1 - value)) / effective + z2 / (4 * effective ** 2))) / (1 + z2 / effective);
  return { value, interval: [Math.max(0, middle - half), middle + half], scatter: null, lag1: 0, effective };
}

/** Variance of the batches' failures over what independent failures would have; at least 1. */
function dispersionOf(batches: readonly Batch[]): number {
  const filled = batches.filter(({ times, infinite }) => times.count + infinite > 0);
  const total = filled.reduce((sum, { times, infinite }) => sum + times.count + infinite, 0);
  const failed = filled.reduce((sum, { infinite }) => sum + infinite, 0);
  if (filled.length < 5 || failed === 0 || failed === total) return 1;
  const share = failed / total;
  const squares = filled.reduce((sum, { times, infinite }) => {
    const n = times.count + infinite;
    return sum + (infinite - share * n) ** 2 / (n * share * (1 - share));
  }, 0);
  return Math.max(1, squares / (filled.length - 1));
}

function compare({ slo, kind, limit }: Criterion, { value, interval }: BatchedEstimate): CriterionResult {
  const unit = kind === 'errors' ? 'share' : 'ms';
  const scale = kind === 'errors' ? 1 : 1 / 1000;
  let verdict: CriterionResult['verdict'] = 'undecided';
  if (value === Number.POSITIVE_INFINITY || (interval !== null && interval[0] > limit)) verdict = 'fail';
  else if (interval !== null && interval[1] !== null && interval[1] <= limit) verdict = 'pass';
  return {
    slo,
    value: Number.isFinite(value) ? value * scale : null,
    interval: interval === null ? null : [interval[0] * scale, interval[1] === null ? null : interval[1] * scale],
    limit: limit * scale,
    unit,
    verdict,
  };
}

function marginOf(
  criterion: Criterion,
  estimate: BatchedEstimate | undefined,
  overloaded: boolean,
  { batches, ok, failed, dropped }: Observation,
): Margin {
  const n = ok + failed + dropped;
  if (criterion.kind === 'errors')
    return { kind: 'errors', failed: failed + dropped, n, dispersion: dispersionOf(batches) };
  const value = estimate?.value ?? Number.NaN;
  if (overloaded || !Number.isFinite(value)) return { kind: 'above' };
  return { kind: 'value', y: Math.log(Math.max(1, value) / criterion.limit), n, scatter: estimate?.scatter ?? null };
}

function verdictOf(
  observation: Observation,
  flow: { imbalance: number; alarm: number },
  overloaded: boolean,
  drift: { z: number; change: number } | null,
  results: readonly CriterionResult[],
  criteria: readonly Criterion[],
): { verdict: LevelVerdict; reason: string } {
  const { unfit, ok, failed, inFlightAtStart, inFlightAtEnd } = observation;
  if (unfit !== null) return { verdict: 'void', reason: `Not the target's doing: ${unfit}.` };
  if (overloaded) {
    const reason =
      `${formatShare(flow.imbalance)} of the arrivals did not leave (up to ${formatShare(flow.alarm)} can be chance): ` +
      `in flight ${formatCount(inFlightAtStart)} → ${formatCount(inFlightAtEnd)}.`;
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
  const name = criterion?.kind === 'errors' ? 'errors' : criterion?.p == null ? 'mean' : `p${round(criterion.p * 100)}`;
  const range =
    interval === null ? '' : ` (${format(interval[0])} to ${interval[1] === null ? 'unbounded' : format(interval[1])})`;
  const actual = value === null ? 'is infinite: too many failed' : `was ${format(value)}${range}`;
  return `${name} ${actual}, limit ${formatLimit(limit, unit)}`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

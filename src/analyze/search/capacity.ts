/** The target's capacity: the throughput of saturated levels, closed and open, and the scalability law over them. */
import type { ScalabilityResult } from '../../core/breaking-point.ts';
import { fitScalability } from '../../stats/usl.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

/** What the closed ramp taught of the target. */
export interface Capacity {
  /** Highest throughput of successes, 1/s, over the levels at which it had stopped growing. */
  readonly perSec: number;
  /** Standard error of its logarithm. */
  readonly deviation: number;
  /** False where the ramp ended before throughput had stopped growing: then it is a lower bound. */
  readonly reached: boolean;
}

/** A level that holds so many times what the closed ramp came to shows that it was not full. */
const MORE = 1.15;

/** Levels whose throughput is within this of the highest count as saturated. */
export const SATURATED = 0.93;

/** Standard errors below a throughput at which it is hardly lower. */
const SURE = 2;

export interface Throughput {
  readonly perSec: number;
  readonly seconds: number;
  /** Standard error over the value. */
  readonly relativeError: number;
}

/**
 * The highest throughput of successes over the saturated closed levels. A generator that was not fit has held the target
 * back: what came all the same is a lower bound.
 * @returns null where nothing was measured.
 */
export function capacityOf(levels: readonly Level[], reached: boolean): Capacity | null {
  const closed = levels.filter(({ step }) => step.load.model === 'closed');
  const pooled = pool(closed.filter(({ margins }) => margins.length > 0).map(throughputOf));
  const held = pool(closed.filter(({ margins }) => margins.length === 0).map(throughputOf));
  if (held !== null && held.perSec > MORE * (pooled?.perSec ?? 0))
    return { perSec: held.perSec, deviation: held.relativeError, reached: false };
  return pooled === null ? null : { perSec: pooled.perSec, deviation: pooled.relativeError, reached };
}

/**
 * What open levels add to the closed ramp, which may end before the target is full: one that piles up shows its capacity, one
 * that holds a lower bound of it.
 */
export function capacityNow(ramp: Capacity | null, levels: readonly Level[]): Capacity | null {
  if (ramp === null) return null;
  const open = levels.filter(({ step, margins }) => step.load.model === 'open' && margins.length > 0);
  const carried = Math.max(
    0,
    ...open.flatMap(({ result }) => (result.verdict === 'pass' ? [result.achievedPerSec] : [])),
  );
  if (ramp.reached && carried <= MORE * ramp.perSec) return ramp;
  const full = pool(open.filter(({ result }) => result.verdict === 'overloaded').map(throughputOf));
  if (full !== null && full.perSec >= SATURATED * Math.max(carried, ramp.perSec))
    return { perSec: full.perSec, deviation: full.relativeError, reached: true };
  return carried > ramp.perSec ? { ...ramp, perSec: carried, reached: false } : ramp;
}

/** What users who wait for their responses got at most. */
export interface ClosedThroughput {
  readonly perSec: number;
  readonly relativeError: number;
  /** The most users among the saturated levels, and what a response took there, ms. */
  readonly vus: number;
  readonly meanMs: number | null;
}

/** Over the saturated closed levels; null where there is none. */
export function closedThroughput(levels: readonly Level[]): ClosedThroughput | null {
  const closed = levels.flatMap((level) => {
    const { load, purpose } = level.step;
    if (load.model !== 'closed' || purpose === 'idle' || level.margins.length === 0) return [];
    return [{ ...throughputOf(level), vus: load.vus, meanMs: level.result.meanMs }];
  });
  const pooled = pool(closed);
  const [fullest] = saturatedOf(closed).sort((a, b) => b.vus - a.vus);
  return pooled === null || fullest === undefined ? null : { ...pooled, vus: fullest.vus, meanMs: fullest.meanMs };
}

/** The same over all saturated levels: the closed ones, and the open ones that were overloaded. */
export function sustainedThroughput(levels: readonly Level[]): { perSec: number; relativeError: number } | null {
  const saturated = levels.filter(({ step, margins, result }) => {
    return margins.length > 0 && (step.load.model === 'closed' || result.verdict === 'overloaded');
  });
  return pool(saturated.map(throughputOf));
}

function pool(all: readonly Throughput[]): { perSec: number; relativeError: number } | null {
  const saturated = saturatedOf(all);
  const seconds = saturated.reduce((sum, one) => sum + one.seconds, 0);
  if (seconds === 0) return null;
  const responses = saturated.reduce((sum, one) => sum + one.perSec * one.seconds, 0);
  const variance = saturated.reduce((sum, one) => sum + (one.relativeError * one.perSec * one.seconds) ** 2, 0);
  return { perSec: responses / seconds, relativeError: Math.sqrt(variance) / responses };
}

function saturatedOf<One extends Throughput>(all: readonly One[]): One[] {
  // A short level may be the highest by luck alone: the threshold hangs on what the best one has at least.
  const best = Math.max(0, ...all.map(({ perSec, relativeError }) => perSec * (1 - SURE * relativeError)));
  return all.filter(({ perSec }) => perSec >= SATURATED * best && perSec > 0);
}

/** Errors of sums of waves, in those of single stretches, from which on there are waves: without them both are about the same. */
const WAVES = 0.5;

/** Throughput of successes, with its error from how the batches' counts differ. */
export function throughputOf({ step, observation, result }: Level): Throughput {
  const counts = observation.batches.map(({ times }) => times.count);
  const scattered = errorOfSum(counts, result.ok);
  // The responses of users who wait may come in waves: stretches shorter than a response hold a whole wave or none, which is no error.
  const wave = step.load.model === 'closed' ? (result.meanMs ?? 0) / 1000 : 0;
  const together = result.seconds > 0 ? Math.ceil((wave * counts.length) / result.seconds) : 1;
  const ofWaves = errorOfSum(joined(counts, together), result.ok);
  return {
    perSec: result.achievedPerSec,
    seconds: result.seconds,
    relativeError: ofWaves < WAVES * scattered ? ofWaves : scattered,
  };
}

/** Standard error of the sum of counts, over the sum; of too few of them that of so many responses that come by chance. */
function errorOfSum(counts: readonly number[], ok: number): number {
  const m = counts.length;
  const mean = counts.reduce((sum, n) => sum + n, 0) / Math.max(1, m);
  const squares = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0);
  return m > 4 && mean > 0 ? Math.sqrt(squares / (m - 1) / m) / mean : 1 / Math.sqrt(Math.max(1, ok));
}

/** Sums of so many at a time; what is left at the end is left out. */
function joined(counts: readonly number[], each: number): readonly number[] {
  if (each <= 1) return counts;
  return Array.from({ length: Math.floor(counts.length / each) }, (_, i) =>
    counts.slice(i * each, (i + 1) * each).reduce((sum, n) => sum + n, 0),
  );
}

/** The Universal Scalability Law over the closed levels; null where they are too few. */
export function scalabilityOf(levels: readonly Level[]): ScalabilityResult | null {
  const closed = levels.filter(({ step, margins, result }) => {
    if (step.purpose === 'repeat') return false;
    return step.load.model === 'closed' && margins.length > 0 && result.achievedPerSec > 0 && result.errorShare < 0.01;
  });
  const points = closed.map((level) => ({
    users: loadOf(level, 'vus') ?? 0,
    ...throughputOf(level),
  }));
  const distinct = new Set(points.map(({ users }) => users));
  const fit = distinct.size < 5 ? null : fitScalability(points);
  if (fit === null) return null;
  const { gamma, sigma, kappa, peak } = fit;
  const at = (n: number): number => (gamma * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
  const plateau = sigma > 0 ? gamma / sigma : null;
  return {
    gamma,
    sigma,
    kappa,
    peak,
    peakPerSec: peak === null ? plateau : at(peak.estimate),
    points: points.map(({ users, perSec }) => ({ vus: users, perSec })),
  };
}

/** Finds pauses of the target that come back at regular times, such as those of garbage collection. */
import { toSeconds } from '../../core/units.ts';
import type { Criterion } from './criteria.ts';
import type { Level } from './level.ts';
import { allowedShare, shareOf } from './share.ts';

/** A target that stands still again and again, as for garbage collection; times in s. */
export interface Pauses {
  readonly period: number;
  /** About how long each lasts. */
  readonly length: number;
}

/** A stretch of a level in which far more requests are slow than in the middle of its stretches may be a pause. */
const SLOW = { times: 4, fewest: 2 } as const;
/** Levels in which so large a share is slow are full, and slow all the time. */
const FULL = 0.3;
/** So many pauses at least, and of all that a period lets one expect so large a share. */
const SEEN = { fewest: 6, share: 0.75 } as const;
/** How closely they keep to the period: Rayleigh's R; and the chance that others do, of all periods tried. */
const REGULAR = { least: 0.8, chance: 1e-4 } as const;
/** Periods tried are from so many stretches of a window to so large a share of one. */
const TRIED = { stretches: 3, share: 0.65 } as const;
/** A period is tried in steps of so much of a turn over the whole search. */
const STEP = 0.2;

/**
 * Whether slow requests come back at regular times, whatever the load. Their instants, as angles of a period, point in one
 * direction: R is the length of the mean of the unit vectors, and n·R² exponential where there is no such period.
 * Source: Lord Rayleigh; N. I. Fisher, Statistical Analysis of Circular Data (1993), 4.3.
 * @returns null: none, or too few were seen.
 */
export function pausesOf(levels: readonly Level[], criteria: readonly Criterion[]): Pauses | null {
  const criterion = criteria.find(({ kind, p }) => kind !== 'errors' && p !== null);
  if (criterion === undefined) return null;
  const watched = levels.flatMap((level) => watchedOf(level, criterion) ?? []);
  const instants = watched.flatMap(({ slow }) => slow);
  if (instants.length < SEEN.fewest) return null;
  const stretch = Math.max(...watched.map(({ length }) => length));
  const window = Math.max(...watched.map(({ seconds }) => seconds));
  const span = Math.max(...instants) - Math.min(...instants);
  const seconds = watched.reduce((sum, one) => sum + one.seconds, 0);
  const [least, most] = [TRIED.stretches * stretch, TRIED.share * window];
  const tried = Math.max(1, ((1 / least - 1 / most) * span) / STEP);
  let best: { period: number; r: number } | null = null;
  for (let turns = 1 / most; turns <= 1 / least; turns += STEP / span) {
    const period = 1 / turns;
    if (instants.length < (SEEN.share * seconds) / period) continue;
    const r = directedness(instants, period);
    if (r > (best?.r ?? 0)) best = { period, r };
  }
  if (best === null || best.r < REGULAR.least) return null;
  if (tried * Math.exp(-instants.length * best.r ** 2) > REGULAR.chance) return null;
  const lengths = watched.filter(({ slow }) => slow.length > 0).sort((a, b) => a.load - b.load);
  return { period: best.period, length: lengths[0]?.longest ?? 0 };
}

interface Watched {
  readonly load: number;
  /** Instants at which a slow stretch began, s since the search did. */
  readonly slow: readonly number[];
  /** Of a stretch, and of the window, s. */
  readonly length: number;
  readonly seconds: number;
  /** The longest response of a slow stretch, s. */
  readonly longest: number;
}

function watchedOf({ step, observation, result }: Level, criterion: Criterion): Watched | null {
  if (step.load.model !== 'open' || result.verdict === 'void' || result.verdict === 'overloaded') return null;
  const { bad, n, batches } = shareOf(criterion, observation);
  if (n === 0 || bad > FULL * n) return null;
  const shares = batches.map((batch) => (batch.n === 0 ? 0 : batch.bad / batch.n));
  const middle = [...shares].sort((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0;
  const many = Math.max(allowedShare(criterion), SLOW.times * middle);
  const isSlow = (k: number): boolean => (shares[k] ?? 0) > many && (batches[k]?.bad ?? 0) >= SLOW.fewest;
  const length = observation.seconds / batches.length;
  const begins = shares.flatMap((_, k) => (isSlow(k) && !isSlow(k - 1) ? [k] : []));
  const longest = Math.max(0, ...begins.map((k) => observation.batches[k]?.times.max ?? 0)) / 1e6;
  const from = observation.windowAt ?? toSeconds(result.startedAfter) + step.warmup;
  return {
    load: step.load.ratePerSec,
    slow: begins.map((k) => from + (k + 0.5) * length),
    length,
    seconds: observation.seconds,
    longest,
  };
}

/** Rayleigh's R, 0..1. */
function directedness(instants: readonly number[], period: number): number {
  let x = 0;
  let y = 0;
  for (const at of instants) {
    const angle = (2 * Math.PI * at) / period;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  return Math.hypot(x, y) / instants.length;
}

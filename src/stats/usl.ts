/** Fits the Universal Scalability Law to throughputs at several numbers of users. */
import { studentQuantile } from './distributions.ts';

/** Throughput measured with a number of users, and its relative standard error. */
export interface ScalabilityPoint {
  readonly users: number;
  readonly perSec: number;
  readonly relativeError: number;
}

/** X(N) = γN / (1 + σ(N−1) + κN(N−1)). */
export interface ScalabilityFit {
  readonly gamma: number;
  readonly sigma: number;
  readonly kappa: number;
  /** N* = √((1−σ)/κ) with its 95 % interval; null: the data do not show that throughput ever falls. */
  readonly peak: { readonly estimate: number; readonly interval: readonly [number, number | null] } | null;
}

/** Fewest points (distinct numbers of users) for three parameters and something left to see the misfit by. */
const FEWEST_POINTS = 5;
const PROFILE_STEPS = 120;
/** Nobody measures a throughput better than this: hardware, scheduling. */
const LEAST_ERROR = 0.002;

/**
 * Weighted least squares for the Universal Scalability Law. N/X = (1 + σ(N−1) + κN(N−1))/γ is linear in (1, σ, κ)/γ, so
 * the fit is exact and needs no start value. The interval of N* is by profile likelihood: all N* whose best fit is not
 * worse by more than Student's t² (at points − 3 degrees of freedom, the errors' scale known from the batches or
 * estimated, whichever is larger). It contains ∞ when κ = 0 fits as well: then no peak was observed.
 *
 * @returns null with fewer than 5 points, or where the best fit has no positive throughput.
 * Source: N. J. Gunther, Guerrilla Capacity Planning (2007), for the law.
 */
export function fitScalability(points: readonly ScalabilityPoint[]): ScalabilityFit | null {
  if (points.length < FEWEST_POINTS) return null;
  const rows = points.map(({ users, perSec, relativeError }) => {
    const y = users / perSec;
    return { n: users, y, weight: 1 / (y * Math.max(LEAST_ERROR, relativeError)) ** 2 };
  });
  const at = (inverse: number): Candidate => candidate(rows, inverse);
  // The profile in 1/N*², from no peak at all (0) to a peak at one user (1); fine where peaks are likely to be seen.
  const most = Math.max(...points.map(({ users }) => users)) * 8;
  const coarse = [0, ...steps(most ** -2, 1)].map(at);
  const first = coarse.reduce(better);
  if (!(first.a > 0)) return null;
  const place = coarse.indexOf(first);
  const fine = [...coarse, ...steps(coarse[place - 1]?.inverse || most ** -2, coarse[place + 1]?.inverse ?? 1).map(at)];
  const best = fine.reduce(better);
  const freedom = points.length - 3;
  const scale = Math.max(1, best.misfit / freedom);
  const worst = best.misfit + scale * studentQuantile(0.975, freedom + 20) ** 2;
  const edge = (outside: number): number => edgeOf(at, worst, best.inverse, outside);
  const flattest = coarse[0] !== undefined && coarse[0].misfit <= worst ? 0 : edge(most ** -2);
  const steepest = edge(1);
  const gamma = 1 / best.a;
  const sigma = best.b * gamma;
  const kappa = Math.max(0, (best.a - best.b) * best.inverse * gamma);
  const peak = (inverse: number): number => 1 / Math.sqrt(inverse);
  if (flattest === 0 || best.inverse === 0) return { gamma, sigma, kappa, peak: null };
  return { gamma, sigma, kappa, peak: { estimate: peak(best.inverse), interval: [peak(steepest), peak(flattest)] } };
}

const better = (least: Candidate, one: Candidate): Candidate => (one.misfit < least.misfit ? one : least);

function steps(low: number, high: number): number[] {
  return Array.from({ length: PROFILE_STEPS + 1 }, (_, i) => low * (high / low) ** (i / PROFILE_STEPS));
}

/** Where the misfit passes `worst` on the way from `inside` to `outside`; `outside` where it does not. */
function edgeOf(at: (inverse: number) => Candidate, worst: number, inside: number, outside: number): number {
  if (at(outside).misfit <= worst) return outside;
  let [good, bad] = [Math.log(inside), Math.log(outside)];
  for (let step = 0; step < 40; step++) {
    const middle = (good + bad) / 2;
    if (at(Math.exp(middle)).misfit <= worst) good = middle;
    else bad = middle;
  }
  return Math.exp(good);
}

interface Row {
  readonly n: number;
  readonly y: number;
  readonly weight: number;
}

/** The best a = 1/γ and b = σ/γ where the peak is fixed: κ/γ = (a − b)·inverse. b is not below 0, nor above a. */
interface Candidate {
  readonly inverse: number;
  readonly a: number;
  readonly b: number;
  readonly misfit: number;
}

function candidate(rows: readonly Row[], inverse: number): Candidate {
  // y = a·u + b·v with u = 1 + N(N−1)/N*², v = (N−1) − N(N−1)/N*².
  let uu = 0;
  let uv = 0;
  let vv = 0;
  let uy = 0;
  let vy = 0;
  for (const { n, y, weight } of rows) {
    const bend = n * (n - 1) * inverse;
    const u = 1 + bend;
    const v = n - 1 - bend;
    uu += weight * u * u;
    uv += weight * u * v;
    vv += weight * v * v;
    uy += weight * u * y;
    vy += weight * v * y;
  }
  const determinant = uu * vv - uv * uv;
  let a = (uy * vv - vy * uv) / determinant;
  let b = (vy * uu - uy * uv) / determinant;
  if (!(b >= 0)) {
    b = 0;
    a = uy / uu;
  } else if (b > a) {
    // σ ≤ 1: with b = a the law is y = a·N.
    a = (uy + vy) / (uu + 2 * uv + vv);
    b = a;
  }
  let misfit = 0;
  for (const { n, y, weight } of rows) {
    const bend = n * (n - 1) * inverse;
    misfit += weight * (y - a * (1 + bend) - b * (n - 1 - bend)) ** 2;
  }
  return { inverse, a, b, misfit };
}

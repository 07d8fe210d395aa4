/** The model of a criterion over load: which shapes the curve may have, and how far a level is from its limit. */
import type { Margin } from './level.ts';

/**
 * Where on the load axis a criterion breaks: a Bayesian posterior on a grid over θ = ln λ*, the shape of the curve, and
 * how much levels scatter.
 *
 * A criterion allows a share q of the requests to break it: 5 % of p95. What is observed of a level is the share s that
 * did. The margin g = ln(ln(1/q)/−ln s) is 0 at the limit and, where response times have an exponential tail, equals
 * ln(percentile/limit); unlike the percentile it is continuous where response times fall into groups.
 *
 * Latency under arrivals follows the form of Pollaczek and Khinchine, value(λ) = v₀ + a·λ/(C − λ), which is exact for
 * M/M/1 percentiles and M/G/1 means: with f = v₀/limit and C = λ*(1+h),
 *     e^g = f + (1−f)·e^u·h/(1+h−e^u),   u = ln λ − θ.
 * h is the room between the limit and capacity; h → 0 is a cliff. Closed-model latency follows a power law instead,
 * e^g = f + (1−f)·e^{k·u}: at saturation, response time is proportional to users (k = 1). Error shares do so themselves,
 * s/q = f + (1−f)·e^{k·u}. f is the part that is there at any load.
 */
export interface MarginPoint {
  /** ln load. */
  readonly x: number;
  /** Of the levels in time. */
  readonly order: number;
  readonly margin: Margin;
}

export interface MarginModel {
  /** `never`: the criterion is broken at any load, a little more at higher ones perhaps; θ is the highest load tried. */
  readonly shape: 'queue' | 'power' | 'never';
  /** Whether the criterion is an error share, which is s = q·e^g. */
  readonly errors: boolean;
  /** ln of the capacity guess, and its standard deviation; not reached: it is more. Null: unknown. */
  readonly capacity: { readonly x: number; readonly deviation: number; readonly reached: boolean } | null;
  /** Squared coefficient of variation of the service times, about; null: unknown. */
  readonly variability: number | null;
  /** The share of requests that may break the criterion; null: of a mean. */
  readonly allowed: number | null;
  /** Range of θ. */
  readonly low: number;
  readonly high: number;
}

const ROOMS = [0.004, 0.012, 0.03, 0.07, 0.15, 0.28, 0.5, 0.9, 2, 5];
const POWERS = [0.3, 0.5, 0.75, 1, 1.3, 1.8, 2.5, 4, 7, 12, 25, 60];
const ERROR_POWERS = [1, 2, 4, 8, 16, 32, 64];
/** The part of the limit that an idle target takes already. */
const FLOORS = [0.03, 0.1, 0.25, 0.42, 0.6, 0.76, 0.88, 0.95];
const ERROR_FLOORS = [0, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95];
/** Of a criterion that is broken at any load. */
const NEVER_FLOORS = [1.02, 1.1, 1.25, 1.5, 1.9, 2.5, 3.5, 6, 12, 30];
const GROWTHS = [0, 0.3, 1.5];

/** Most targets do not fail at all while they are idle. */
const NO_FLOOR = Math.log(6);
const KAPPA = { less: 0.3, deviation: 1.2 } as const;

/** One form the curve may have. */
export interface Shape {
  /** h of a queue, else the power k. */
  readonly bend: number;
  readonly floor: number;
  /** Prior weight, logarithmic. */
  readonly prior: number;
}

export function shapesOf({ shape, errors, variability }: MarginModel): Shape[] {
  const bends = shape === 'queue' ? ROOMS : shape === 'never' ? GROWTHS : errors ? ERROR_POWERS : POWERS;
  const floors = shape === 'never' ? NEVER_FLOORS : errors ? ERROR_FLOORS : FLOORS;
  return bends.flatMap((bend) =>
    floors.map((floor) => ({
      bend,
      floor,
      prior: shape === 'queue' ? roomPrior(bend, floor, variability ?? 1) : errors && floor === 0 ? NO_FLOOR : 0,
    })),
  );
}

/**
 * Waiting is κ·v₀·ρ/(1−ρ), so that h = κ·f/(1−f). Of one server κ is (1 + c²)/2, after Pollaczek and Khinchine; it is less of
 * several. Heavy-tailed: a cliff is far out, and not impossible.
 */
function roomPrior(room: number, floor: number, variability: number): number {
  const kappa = (room * (1 - floor)) / floor;
  const off = (Math.log((2 * kappa) / (1 + variability)) + KAPPA.less) / KAPPA.deviation;
  return -Math.log1p(off ** 2);
}

/** g at distance u from the limit; Infinity beyond capacity. Of errors: ln(s/q). */
export function logMargin(u: number, { bend, floor }: Shape, { shape }: MarginModel): number {
  if (shape === 'never') return Math.log(floor * (1 + bend * Math.exp(u)));
  if (shape !== 'queue') return Math.log(floor + (1 - floor) * Math.exp(Math.min(50, bend * u)));
  const room = 1 + bend - Math.exp(u);
  if (room <= 0) return Number.POSITIVE_INFINITY;
  return Math.log(floor + ((1 - floor) * Math.exp(u) * bend) / room);
}

/** dg/du, where that is finite. */
export function slopeOf(u: number, { bend, floor }: Shape, { shape }: MarginModel): number {
  if (shape === 'never') return (bend * Math.exp(u)) / (1 + bend * Math.exp(u));
  const e = Math.exp(Math.min(50, shape !== 'queue' ? bend * u : u));
  if (shape !== 'queue') return ((1 - floor) * bend * e) / (floor + (1 - floor) * e);
  const room = 1 + bend - e;
  return ((1 - floor) * e * bend * (1 + bend)) / room / (floor * room + (1 - floor) * e * bend);
}

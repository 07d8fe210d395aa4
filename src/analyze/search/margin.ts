import type { Margin } from './level.ts';

/**
 * Where on the load axis a criterion breaks: a Bayesian posterior on a grid over θ = ln λ*, the shape of the curve, and
 * how much levels scatter.
 *
 * Latency under arrivals follows the form of Pollaczek and Khinchine, value(λ) = v₀ + a·λ/(C − λ), which is exact for
 * M/M/1 percentiles and M/G/1 means: with f = v₀/limit and C = λ*(1+h),
 *     value(λ)/limit = f + (1−f)·e^u·h/(1+h−e^u),   u = ln λ − θ.
 * h is the room between the limit and capacity; h → 0 is a cliff. Closed-model latency and error shares follow a power
 * law instead, value/limit = f + (1−f)·e^{k·u}: at saturation, response time is proportional to users (k = 1).
 */
export interface MarginPoint {
  /** ln load. */
  readonly x: number;
  /** Of the levels in time. */
  readonly order: number;
  readonly margin: Margin;
}

export interface MarginModel {
  readonly shape: 'queue' | 'power' | 'errors';
  /** The value of an idle target over the limit, and the standard error of its logarithm. */
  readonly floor: number;
  readonly floorDeviation: number;
  /** ln of the capacity guess, and its standard deviation; null: unknown. */
  readonly capacity: { readonly x: number; readonly deviation: number } | null;
  /** The percentile, 0..1, or null. */
  readonly p: number | null;
  /** Range of θ. */
  readonly low: number;
  readonly high: number;
  /** The limit as an error share (shape 'errors'). */
  readonly limit: number;
}

const ROOMS = [0.004, 0.01, 0.025, 0.05, 0.1, 0.17, 0.28, 0.45, 0.7, 1.2, 2.5, 6];
/** An idle value can hardly be nearer to the limit; an uncertainty of it below this share of the limit does not matter. */
const HIGHEST_FLOOR = 0.97;
const FLOOR_MATTERS = 0.04;
/** The curve's own value at no load differs from the idle target's: where service times hardly vary, waiting begins early. */
const FLOOR_MISFIT = { relative: 0.2, ofLimit: 0.05 } as const;
const POWERS = [0.3, 0.5, 0.75, 1, 1.3, 1.8, 2.5, 4, 7, 12, 25, 60];
const ERROR_POWERS = [1, 2, 4, 8, 16, 32, 64];
/** One form the curve may have. */
export interface Shape {
  /** h of a queue, else the power k. */
  readonly bend: number;
  /** The idle value over the limit. */
  readonly floor: number;
  /** Prior weight, logarithmic. */
  readonly prior: number;
}

/** Every bend with every floor that the idle level leaves possible. */
export function shapesOf({ shape, floor, floorDeviation: measured }: MarginModel): Shape[] {
  const floorDeviation =
    shape === 'queue' ? Math.hypot(measured, Math.min(FLOOR_MISFIT.relative, FLOOR_MISFIT.ofLimit / floor)) : measured;
  const bends = shape === 'queue' ? ROOMS : shape === 'power' ? POWERS : ERROR_POWERS;
  const kept = (value: number): number => Math.min(HIGHEST_FLOOR, value);
  if (shape === 'errors' || floor * floorDeviation < FLOOR_MATTERS)
    return bends.map((bend) => ({ bend, floor: kept(floor), prior: 0 }));
  return bends.flatMap((bend) => {
    // Three points that have the mean and the variance of a normal distribution.
    return [-1, 0, 1].map((side) => ({
      bend,
      floor: kept(floor * Math.exp(side * Math.sqrt(3) * Math.min(0.3, floorDeviation))),
      prior: Math.log(side === 0 ? 2 / 3 : 1 / 6),
    }));
  });
}

/** ln(value/limit) at distance u from the limit; Infinity beyond capacity. */
export function logMargin(u: number, { bend, floor }: Shape, { shape }: MarginModel): number {
  if (shape === 'power') return Math.log(floor + (1 - floor) * Math.exp(Math.min(50, bend * u)));
  const room = 1 + bend - Math.exp(u);
  if (room <= 0) return Number.POSITIVE_INFINITY;
  return Math.log(floor + ((1 - floor) * Math.exp(u) * bend) / room);
}

/** d logMargin / du, where that is finite. */
export function slopeOf(u: number, { bend, floor }: Shape, { shape }: MarginModel): number {
  const e = Math.exp(Math.min(50, shape === 'power' ? bend * u : u));
  if (shape === 'power') return ((1 - floor) * bend * e) / (floor + (1 - floor) * e);
  const room = 1 + bend - e;
  return ((1 - floor) * e * bend * (1 + bend)) / room / (floor * room + (1 - floor) * e * bend);
}

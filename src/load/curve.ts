import type { Stage } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';

/** One stage with what came before it. Stages without duration have no effect and become no piece. */
export interface Piece {
  readonly startAt: Micros;
  readonly duration: Micros;
  readonly from: number;
  readonly to: number;
  /** The integral up to the piece's start and over the piece, in value · seconds. */
  readonly areaBefore: number;
  readonly area: number;
}

/**
 * An area within 1e-9 of a whole number is that number: 0.1/s over 30 s are three arrivals, not four because the sum
 * of the binary fractions came out a bit above three.
 */
function settled(area: number): number {
  const whole = Math.round(area);
  return Math.abs(area - whole) < 1e-9 ? whole : area;
}

/** The stages one after the other, with their starts and the areas before them added up once. */
export function piecesOf(stages: readonly Stage<number>[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let startAt = 0;
  let areaBefore = 0;
  for (const { duration, from, to } of stages) {
    if (duration <= 0) continue;
    const areaAfter = settled(areaBefore + ((from + to) * duration) / 2e6);
    pieces.push({ startAt: startAt as Micros, duration, from, to, areaBefore, area: areaAfter - areaBefore });
    startAt += duration;
    areaBefore = areaAfter;
  }
  return pieces;
}

/** The curve's value at an instant since its start; at a border that of the later stage, outside the stages 0. */
export function valueAt(stages: readonly Stage<number>[], at: Micros): number {
  if (at < 0) return 0;
  let left: number = at;
  let last = 0;
  for (const { duration, from, to } of stages) {
    if (left < duration) return from + ((to - from) * left) / duration;
    left -= duration;
    last = to;
  }
  return left === 0 ? last : 0;
}

/** The integral of the curve from its start to an instant, in value · seconds (of a rate: arrivals). */
export function areaAt(stages: readonly Stage<number>[], at: Micros): number {
  let left: number = Math.max(0, at);
  let area = 0;
  for (const { duration, from, to } of stages) {
    const spent = Math.min(left, duration);
    if (spent <= 0) continue;
    const value = from + ((to - from) * spent) / duration;
    area += ((from + value) * spent) / 2e6;
    left -= spent;
  }
  return area;
}

/**
 * When the integral of a curve passes an area. Asked for ascending areas it takes constant time, and the answer depends
 * on the area alone, not on what was asked before, so that every segment finds the same instants.
 */
export class AreaInverse {
  /** The whole integral, in value · seconds. */
  readonly total: number;
  readonly #pieces: readonly Piece[];
  #cursor = 0;

  constructor(stages: readonly Stage<number>[]) {
    this.#pieces = piecesOf(stages);
    const last = this.#pieces.at(-1);
    this.total = last === undefined ? 0 : last.areaBefore + last.area;
  }

  /**
   * The first instant (µs since the start) after which the integral is above `area`; Infinity where it never is. So an
   * area reached just before a stage of zeros is passed only after it.
   *
   * On a stage from r0 to r1 with slope a, integral n is reached after t = 2n / (r0 + r), where r = √(r0² + 2·a·n) is
   * the value at t: the root of r0·t + a·t²/2 = n in the form without cancellation. On a falling stage r is taken from
   * the stage's other end, √(r1² + 2·|a|·(rest)), since there the difference under the root would cancel.
   *
   * @param area at least that of the call before
   */
  at(area: number): Micros {
    const pieces = this.#pieces;
    let piece = pieces[this.#cursor];
    while (piece !== undefined && area >= piece.areaBefore + piece.area) {
      this.#cursor += 1;
      piece = pieces[this.#cursor];
    }
    if (piece === undefined) return Number.POSITIVE_INFINITY as Micros;
    const { startAt, duration, from, to } = piece;
    const passed = area - piece.areaBefore;
    if (passed <= 0) return startAt;
    const doubleSlope = (2e6 * (to - from)) / duration;
    const value =
      to < from
        ? Math.sqrt(to * to - doubleSlope * (piece.area - passed))
        : Math.sqrt(from * from + doubleSlope * passed);
    return (startAt + Math.min(duration, (2e6 * passed) / (from + value))) as Micros;
  }
}

/** Stages as a curve: its integral, the inverse of that, and a curve whose rest is replaced by an edit. */
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
  /** Where an edit cuts it off, µs since the start of the curve, and the integral up to there; Infinity: nowhere. */
  readonly until: Micros;
  readonly areaUntil: number;
}

/**
 * An area within 1e-9 of a whole number is that number: 0.1/s over 30 s are three arrivals, not four because the sum
 * of the binary fractions came out a bit above three.
 */
function settled(area: number): number {
  const whole = Math.round(area);
  return Math.abs(area - whole) < 1e-9 ? whole : area;
}

const NEVER = Number.POSITIVE_INFINITY as Micros;

/** The stages one after the other, with their starts and the areas before them added up once. */
export function piecesOf(stages: readonly Stage<number>[], begin = 0, before = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  let startAt = begin;
  let areaBefore = before;
  for (const { duration, from, to } of stages) {
    if (duration <= 0) continue;
    const areaAfter = settled(areaBefore + ((from + to) * duration) / 2e6);
    const area = areaAfter - areaBefore;
    const end = { until: NEVER, areaUntil: areaBefore + area };
    pieces.push({ startAt: startAt as Micros, duration, from, to, areaBefore, area, ...end });
    startAt += duration;
    areaBefore = areaAfter;
  }
  return pieces;
}

/**
 * A curve whose rest, from an instant on, is replaced. What lies before keeps its formula, so that an instant found on it
 * is the same to the last bit whether it was asked for before the edit or after.
 */
export function replacedFrom(pieces: readonly Piece[], at: Micros, rest: readonly Stage<number>[]): readonly Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const { startAt, duration, from, to, areaBefore, area } = piece;
    if (startAt >= at) break;
    const spent = at - startAt;
    if (Math.min(piece.until, startAt + duration) <= at) kept.push(piece);
    else {
      const value = from + ((to - from) * spent) / duration;
      const passed = Math.min(area, ((from + value) * spent) / 2e6);
      kept.push({ ...piece, until: at, areaUntil: settled(areaBefore + passed) });
    }
  }
  return [...kept, ...piecesOf(rest, at, kept.at(-1)?.areaUntil ?? 0)];
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

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.total = pieces.at(-1)?.areaUntil ?? 0;
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
    while (piece !== undefined && area >= piece.areaUntil) {
      this.#cursor += 1;
      piece = pieces[this.#cursor];
    }
    if (piece === undefined) return Number.POSITIVE_INFINITY as Micros;
    const { startAt, duration, from, to, until } = piece;
    const passed = area - piece.areaBefore;
    if (passed <= 0) return startAt;
    const doubleSlope = (2e6 * (to - from)) / duration;
    const value =
      to < from
        ? Math.sqrt(to * to - doubleSlope * (piece.area - passed))
        : Math.sqrt(from * from + doubleSlope * passed);
    return Math.min(until, startAt + Math.min(duration, (2e6 * passed) / (from + value))) as Micros;
  }
}

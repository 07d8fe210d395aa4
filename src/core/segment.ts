/**
 * A part of the load. Everything that a load is made of (arrivals, users, requests, rows, connections that it may have) is
 * numbered from 0 on, and each number is one part's own. A run on one thread is segment 0 of 1.
 */
export interface Segment {
  /** The first number that is its own. */
  readonly index: number;
  /** After so many numbers the pattern comes again. */
  readonly count: number;
  /** Its own ones of the first `count` numbers, ascending. Absent: `index` alone. */
  readonly own?: readonly number[];
}

/** The `k`-th number of a segment, from 0 on. */
export function numberAt({ index, count, own }: Segment, k: number): number {
  if (own === undefined) return index + k * count;
  const round = Math.floor(k / own.length);
  return round * count + (own[k - round * own.length] as number);
}

/** How many numbers of a segment are below one of its own: `numberAt` the other way round. Of another's number: −1. */
export function placeIn({ index, count, own }: Segment, number: number): number {
  const round = Math.floor(number / count);
  const left = number - round * count;
  if (own === undefined) return left === index ? round : -1;
  const rank = rankIn(own, left);
  return own[rank] === left ? round * own.length + rank : -1;
}

/** How many of 0, 1, … total − 1 are a segment's own. */
export function shareOf(total: number, { index, count, own }: Segment): number {
  if (own === undefined) return Math.max(0, Math.ceil((total - index) / count));
  const rounds = Math.floor(Math.max(0, total) / count);
  return rounds * own.length + rankIn(own, Math.max(0, total) - rounds * count);
}

/** What a segment has of a whole that is large: 0 to 1. */
export const fractionOf = ({ count, own }: Segment): number => (own?.length ?? 1) / count;

/** A part of a segment: those of all `count` parts are its own, no more and no less. */
export const partOf = (whole: Segment, index: number, count: number): Segment => segmentWithin(whole, { index, count });

/** Of a segment's own numbers, counted from 0 on, those of another segment. */
export function segmentWithin(whole: Segment, part: Segment): Segment {
  const { own = [whole.index] } = whole;
  // As many rounds of the whole as those of the part come out even in.
  const rounds = part.count / commonDivisor(own.length, part.count);
  const length = shareOf(own.length * rounds, part);
  return segmentOf(
    Array.from({ length }, (_, m) => numberAt(whole, numberAt(part, m))),
    whole.count * rounds,
  );
}

/** What of a segment is below a number, repeated from there on: users below it share what all of them are to do. */
export function segmentBelow(segment: Segment, count: number): Segment {
  const numbers = Array.from({ length: shareOf(count, segment) }, (_, k) => numberAt(segment, k));
  return segmentOf(numbers, count);
}

/** The numbers that a segment has by their remainders; what comes round after `count`, a divisor of its own, meets these. */
export function segmentModulo({ index, own = [index] }: Segment, count: number): Segment {
  const remainders = new Set(own.map((number) => number % count));
  return segmentOf(
    [...remainders].sort((a, b) => a - b),
    count,
  );
}

/**
 * Part `index` of a whole of which each part has a share by its weight, a whole number. In every round each has as many numbers
 * as it weighs, spread evenly: number j of a part that weighs w stands at (j + ½) / w of the round, and of those that stand
 * alike the part with the lower index comes first. Where it stands in the round is how many stand before it: each
 * part counts its own, and all of them together are the round.
 */
export function weightedPart(weights: readonly number[], index: number): Segment {
  const divisor = weights.reduce(commonDivisor, 0);
  const whole = weights.map((weight) => weight / divisor);
  const weight = whole[index] as number;
  const before = (j: number): number =>
    whole.reduce((sum, other, m) => {
      // Those j′ of another for which (2j′ + 1) / (2 · other) is below (2j + 1) / (2 · weight); whole numbers, so it is exact.
      const numerator = (2 * j + 1) * other - weight;
      const below = Math.max(0, Math.ceil(numerator / (2 * weight)));
      const alike = m < index && numerator >= 0 && numerator % (2 * weight) === 0;
      return sum + below + (alike ? 1 : 0);
    }, 0);
  const round = whole.reduce((sum, each) => sum + each, 0);
  return segmentOf(
    Array.from({ length: weight }, (_, j) => before(j)),
    round,
  );
}

/** @param numbers ascending, at least one. */
function segmentOf(numbers: readonly number[], count: number): Segment {
  const [index = 0] = numbers;
  return numbers.length === 1 ? { index, count } : { index, count, own: numbers };
}

export const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** How many of ascending numbers are below another. */
function rankIn(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Chooses among weighted things so that their weights come out exactly, however users are split among threads. */
import { createQuickPermutation } from './permutation.ts';
import { splitmix32 } from './random.ts';

/** Weights are told apart down to a thousandth. */
const STEPS = 1_000;

/** Arrivals in whose number the weights come out, at least: within it a choice says nearly nothing of the next. */
const ARRIVALS = 1_000;

/**
 * Which of several weighted things comes next: a pure function of weights, seed and who asks, so that it does not matter
 * how arrivals or users are split among threads.
 *
 * Weights come out exactly. As whole numbers without a common divisor they add up to a round. Each user has every choice as
 * often as it weighs in each round of its passes, and so have as many neighbouring users in one pass: their rows and columns
 * are a Latin square. Of arrivals, which come from nobody in particular, so many whole rounds are mixed that there are a
 * thousand or more: as good as drawn one by one, so that the arrivals of each choice are as random as all of them.
 */
export class Mix {
  /** The one thing there is to choose; null: there are several. */
  readonly only: number | null;
  readonly #ends: Float64Array;
  readonly #round: number;
  readonly #permuted: (place: number, key: number) => number;
  readonly #arrivals: number;
  readonly #permutedArrivals: (place: number, key: number) => number;
  readonly #key: number;

  /** @param weights not below 0, in whole thousandths, at least one above 0, a million at most together. */
  constructor(weights: readonly number[], seed: number) {
    const whole = weights.map((weight) => Math.round(weight * STEPS));
    const divisor = whole.reduce(commonDivisor, 0);
    let end = 0;
    this.#ends = Float64Array.from(whole, (weight) => (end += weight / divisor));
    this.#round = end;
    this.#permuted = createQuickPermutation(end);
    this.#arrivals = end * Math.ceil(ARRIVALS / end);
    this.#permutedArrivals = createQuickPermutation(this.#arrivals);
    this.#key = splitmix32(splitmix32(seed | 0) ^ 0x6d6978);
    this.only = end === 1 ? whole.findIndex((weight) => weight > 0) : null;
  }

  /** What arrival `number` is, from 0. */
  ofArrival(number: number): number {
    return this.only ?? this.#at(this.#placeOfArrival(number) % this.#round);
  }

  /** What a user does in a pass, both from 0. */
  ofUser(user: number, pass: number): number {
    return this.only ?? this.#at(this.#placeOfUser(user, pass));
  }

  /**
   * The arrival's number among those of its own choice, one to one: by it a choice within the choice is made as exactly. In
   * each thousand (or a few more) these are the next so many, in an order of their own.
   */
  rankOfArrival(number: number): number {
    if (this.only !== null) return number;
    const round = this.#round;
    const place = this.#placeOfArrival(number);
    const choice = this.#at(place % round);
    const rounds = Math.floor(number / this.#arrivals) * (this.#arrivals / round) + Math.floor(place / round);
    return rounds * this.#sizeOf(choice) + (place % round) - this.#startOf(choice);
  }

  /** The same of a user's pass, among the passes in which the user does the same. */
  rankOfUser(user: number, pass: number): number {
    if (this.only !== null) return pass;
    const place = this.#placeOfUser(user, pass);
    const choice = this.#at(place);
    return Math.floor(pass / this.#round) * this.#sizeOf(choice) + place - this.#startOf(choice);
  }

  #placeOfArrival(number: number): number {
    const many = this.#arrivals;
    return this.#permutedArrivals(number % many, this.#keyOf(0, Math.floor(number / many)));
  }

  #placeOfUser(user: number, pass: number): number {
    const round = this.#round;
    const rounds = Math.floor(pass / round);
    const shift = user + (this.#keyOf(1 + rounds, Math.floor(user / round)) >>> 1);
    return this.#permuted(((pass % round) + shift) % round, this.#keyOf(0, rounds));
  }

  #startOf(choice: number): number {
    return choice === 0 ? 0 : (this.#ends[choice - 1] as number);
  }

  #sizeOf(choice: number): number {
    return (this.#ends[choice] as number) - this.#startOf(choice);
  }

  #keyOf(high: number, low: number): number {
    return splitmix32(splitmix32(this.#key ^ (low | 0)) ^ (high | 0));
  }

  /** Whose part of the round a place lies in. */
  #at(place: number): number {
    const ends = this.#ends;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (place < (ends[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

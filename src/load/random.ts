/** Seeded random numbers: the same for a seed, on every machine and in every thread. */

/** A bijection of 32-bit numbers that leaves no pattern. Source: splitmix32, after G. Steele et al., SplitMix (2014). */
export function splitmix32(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/**
 * Seeded random numbers, the same on every machine. Two different (seed, stream) pairs never start in the same state.
 * Streams in use: 0 for arrivals, 1 + k for virtual user k or the flow of arrival k.
 * Source: sfc32 of C. Doty-Humphrey's PractRand, with 15 rounds after seeding.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed a whole number, up to 2⁵³. @param stream a whole number, up to 2³². */
  constructor(seed: number, stream: number) {
    this.#a = splitmix32(seed | 0);
    this.#b = splitmix32(Math.floor(seed / 2 ** 32) | 0);
    this.#c = splitmix32(stream | 0);
    for (let round = 0; round < 15; round++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  /** In [0, 1), of 53 random bits. */
  uniform(): number {
    const high = this.#next() >>> 5;
    return (high * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** Exponentially distributed, in the unit of `mean`; by inversion. */
  exponential(mean: number): number {
    return -Math.log(1 - this.uniform()) * mean;
  }

  /** Normally distributed, of mean 0 and deviation 1; two uniform numbers each (G. Box, M. Muller, 1958). */
  normal(): number {
    return Math.sqrt(this.exponential(2)) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The sum of so many Exp(1) numbers, at least 1, at once; by rejection (G. Marsaglia, W. Tsang, 2000). */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }
}

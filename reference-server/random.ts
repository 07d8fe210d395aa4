/** Seeded random numbers, the same on every machine. */

/** Draws uniformly from [0, 1). */
export type Random = () => number;

/**
 * A seeded source of uniform numbers: a Weyl sequence through a 32-bit mixing function, the shape of SplitMix (Steele, Lea
 * and Flood, "Fast splittable pseudorandom number generators", 2014). It repeats after 2^32 draws.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}

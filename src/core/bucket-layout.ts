/**
 * How HdrHistogram divides whole numbers into buckets: small ones have a bucket each, and every further power of two is cut
 * into equally many, so that no bucket is wider than a known share of its values. The load's threads count by it, and, more
 * coarsely, so does the report's page in the browser.
 * Source: G. Tene, HdrHistogram, AbstractHistogram (unitMagnitude = 0).
 */
export interface BucketLayout {
  /** Into so many buckets each power of two is cut; values below twice as many have one each. */
  readonly half: number;
  /** Bucket of a whole number from 0 to 2³¹ − 1. */
  bucketOf(value: number): number;
  lowestOf(bucket: number): number;
  /** What a percentile reports, so that it is never too low. */
  highestOf(bucket: number): number;
}

/** @param halfBits 7 for 2 significant digits, 10 for 3. */
export function bucketLayout(halfBits: number): BucketLayout {
  const half = 1 << halfBits;
  const subMask = 2 * half - 1;
  const shiftOf = (bucket: number): number => Math.max(0, (bucket >> halfBits) - 1);
  return {
    half,
    bucketOf: (value) => {
      const shift = 31 - halfBits - Math.clz32(value | subMask);
      return shift * half + (value >> shift);
    },
    lowestOf: (bucket) => (bucket - shiftOf(bucket) * half) * (1 << shiftOf(bucket)),
    highestOf: (bucket) => (bucket - shiftOf(bucket) * half + 1) * (1 << shiftOf(bucket)) - 1,
  };
}

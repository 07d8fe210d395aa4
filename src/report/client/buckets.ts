/**
 * HdrHistogram's bucket layout for 2 significant digits from 1 µs: values below 256 µs each have a bucket, and every
 * further power of two is cut into 128, so that a bucket is never wider than 1/128 of its values.
 * Source: G. Tene, HdrHistogram, AbstractHistogram (subBucketCount = 256, unitMagnitude = 0).
 */
const HALF_BITS = 7;
const HALF = 1 << HALF_BITS;
const SUB_MASK = 2 * HALF - 1;
/** How many there are: enough for 2³¹ − 1 µs. */
export const BUCKETS = 26 * HALF;

/** Bucket of a whole number of µs below 2³¹. */
export function bucketOf(value: number): number {
  const shift = 31 - HALF_BITS - Math.clz32(value | SUB_MASK);
  return shift * HALF + (value >> shift);
}

/** Lowest value of a bucket, µs. */
export function lowestOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> HALF_BITS) - 1);
  return (bucket - shift * HALF) * (1 << shift);
}

/** Highest value of a bucket, µs: what a percentile reports, so that it is never too low. */
export function highestOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> HALF_BITS) - 1);
  return (bucket - shift * HALF + 1) * (1 << shift) - 1;
}

/** How many times a percentile (0..1) needs to be said of them: the rule of `stats/confidence`, samplesFor. */
export function samplesFor(p: number): number {
  return Math.max(6, Math.ceil(Math.log(0.025) / Math.log(p)));
}

/** The highest percentile (0..1) that so many times bear: the inverse of `samplesFor`. */
export function highestPercentile(count: number): number {
  return count < 6 ? 0.5 : 0.025 ** (1 / count);
}

/** Filled buckets, ascending, and their counts. */
export interface Sparse {
  readonly bucket: ArrayLike<number>;
  readonly count: ArrayLike<number>;
}

/** Times of many requests at 2 significant digits: merged, then asked. */
export class Times {
  count = 0;
  readonly #counts = new Float64Array(BUCKETS);
  #first = BUCKETS;
  #last = -1;

  add({ bucket, count }: Sparse): void {
    const { length } = bucket;
    if (length === 0) return;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const at = bucket[i] as number;
      const n = count[i] as number;
      this.#counts[at] = (this.#counts[at] as number) + n;
      sum += n;
    }
    this.count += sum;
    this.#first = Math.min(this.#first, bucket[0] as number);
    this.#last = Math.max(this.#last, bucket[length - 1] as number);
  }

  reset(): void {
    if (this.count === 0) return;
    this.#counts.fill(0, this.#first, this.#last + 1);
    this.count = 0;
    this.#first = BUCKETS;
    this.#last = -1;
  }

  /** The p-quantile (0..1) in ms, by its bucket's highest value; null when empty. */
  quantile(p: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.min(this.count, Math.max(1, Math.ceil(p * this.count - 1e-9)));
    let seen = 0;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= rank) return highestOf(bucket) / 1_000;
    }
    return null;
  }

  /** In ms; null when empty. */
  get min(): number | null {
    return this.count === 0 ? null : lowestOf(this.#first) / 1_000;
  }

  get max(): number | null {
    return this.count === 0 ? null : highestOf(this.#last) / 1_000;
  }

  get mean(): number | null {
    let sum = 0;
    this.forEach((bucket, count) => {
      sum += ((lowestOf(bucket) + highestOf(bucket)) / 2) * count;
    });
    return this.count === 0 ? null : sum / this.count / 1_000;
  }

  forEach(visit: (bucket: number, count: number) => void): void {
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count > 0) visit(bucket, count);
    }
  }
}

/** Histograms in the browser, at two significant digits. */
import { bucketLayout } from '../../core/bucket-layout.ts';

/** Values below 256 µs have a bucket each; no bucket is wider than 1/128 of its values. */
const LAYOUT = bucketLayout(7);
export const { bucketOf, lowestOf, highestOf } = LAYOUT;
/** How many there are: enough for 2³¹ − 1 µs. */
export const BUCKETS = 26 * LAYOUT.half;

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

/** Histograms as an archive has them: two significant digits, one or two bytes a bucket. */
import type { HistogramData } from '../core/snapshot.ts';
import { lowestOf as finestOf } from '../stats/histogram.ts';
import { Reader, timesFrom } from './client/archive.ts';
import { BUCKETS, bucketOf, type Sparse } from './client/buckets.ts';

/** A histogram as the archive's format has its times: one or two bytes for each filled bucket instead of six. */
export interface PackedTimes {
  readonly filled: number;
  readonly bytes: Uint8Array;
}

export const NO_TIMES: PackedTimes = { filled: 0, bytes: new Uint8Array() };

/** At 2 significant digits: a bucket of 3 digits lies whole within one of 2 digits. */
export function coarse({ count, buckets }: HistogramData): PackedTimes {
  if (count === 0) return NO_TIMES;
  let fine = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    fine += buckets[i] as number;
    SUM.add(bucketOf(finestOf(fine)), buckets[i + 1] as number);
  }
  return SUM.take();
}

/** All of them as one. */
export function joinTimes(parts: readonly PackedTimes[]): PackedTimes {
  const filled = parts.filter((part) => part.filled > 0);
  if (filled.length <= 1) return filled[0] ?? NO_TIMES;
  for (const part of filled) SUM.addPacked(part);
  return SUM.take();
}

export function unpackTimes({ filled, bytes }: PackedTimes): Sparse {
  return timesFrom(new Reader(bytes), filled);
}

/** Bytes of a number below 2⁵³, at the most. */
const LONGEST = 8;

/** Tokens are read and written here without anything between: a long run's are joined a hundred thousand times. */
class Sum {
  readonly #counts = new Float64Array(BUCKETS);
  #first = BUCKETS;
  #last = -1;
  readonly #room = new Uint8Array(2 * LONGEST * BUCKETS);
  #at = 0;

  add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    if (bucket < this.#first) this.#first = bucket;
    if (bucket > this.#last) this.#last = bucket;
  }

  addPacked({ bytes }: PackedTimes): void {
    let bucket = 0;
    for (let at = 0; at < bytes.length; ) {
      let token = bytes[at++] as number;
      if (token >= 128) {
        token -= 128;
        for (let scale = 128; ; scale *= 128) {
          const byte = bytes[at++] as number;
          token += (byte % 128) * scale;
          if (byte < 128) break;
        }
      }
      if (token % 2 === 0) bucket += token / 2 + 1;
      else this.add(bucket++, (token + 1) / 2);
    }
  }

  /** What was added, and nothing is left. */
  take(): PackedTimes {
    this.#at = 0;
    let filled = 0;
    let next = 0;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count === 0) continue;
      this.#counts[bucket] = 0;
      if (bucket > next) this.#write(2 * (bucket - next - 1));
      this.#write(2 * count - 1);
      next = bucket + 1;
      filled++;
    }
    this.#first = BUCKETS;
    this.#last = -1;
    // A copy of its own, not a piece of a shared one: it may be kept for long.
    return filled === 0 ? NO_TIMES : { filled, bytes: this.#room.slice(0, this.#at) };
  }

  /** As the archive's numbers are: unsigned LEB128. */
  #write(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#room[this.#at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#room[this.#at++] = rest;
  }
}

/** Room for all buckets is made once, not for every sum. */
const SUM = new Sum();

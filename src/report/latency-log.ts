/** Gathers response times for `latency.hlog`. */
import { type IntervalSnapshot, timesOf } from '../core/snapshot.ts';
import { toSeconds } from '../core/units.ts';
import type { HlogInterval } from '../stats/hlog.ts';
import { mergedPacked, type PackedHistogram } from '../stats/packed-histogram.ts';

/** Lines at the most: of an hour with one request name, every second has its own. */
const MOST = 3_600;

type Line = HlogInterval & { readonly histogram: PackedHistogram };

/**
 * Response times for `latency.hlog`, every one of the run. Where they would be too many lines, neighbours with one tag share
 * one: neither the log's size nor the memory for it grows with the run.
 */
export class LatencyLog {
  #lines: Line[] = [];
  #most = MOST;
  /** Intervals to a line. */
  #width = 1;
  /** For each tag, the intervals that do not fill a line yet. */
  readonly #open = new Map<string, HlogInterval[]>();

  add({ startAt, endAt, phase, series }: IntervalSnapshot): void {
    for (const [name, one] of Object.entries(series)) {
      const histogram = timesOf(one, 'response');
      if (histogram.count === 0) continue;
      // A reader adds what has one tag: with the warm-up among it no percentile would be that of the result.
      const tag = phase === 'warmup' ? `warmup ${name}` : name;
      const startSeconds = toSeconds(startAt);
      this.#put({ tag, startSeconds, lengthSeconds: toSeconds(endAt) - startSeconds, histogram });
    }
  }

  *intervals(): Generator<HlogInterval> {
    yield* this.#lines;
    for (const open of this.#open.values()) if (open.length > 0) yield lineOf(open);
  }

  #put(interval: HlogInterval): void {
    const open = this.#open.get(interval.tag) ?? [];
    this.#open.set(interval.tag, open);
    open.push(interval);
    if (open.length < this.#width) return;
    this.#lines.push(lineOf(open.splice(0)));
    if (this.#lines.length > this.#most) this.#widen();
  }

  #widen(): void {
    const wider: Line[] = [];
    /** For each tag, the place of a line that has no partner yet. */
    const single = new Map<string, number>();
    for (const line of this.#lines) {
      const place = single.get(line.tag);
      if (place === undefined) single.set(line.tag, wider.push(line) - 1);
      else {
        wider[place] = lineOf([wider[place] as Line, line]);
        single.delete(line.tag);
      }
    }
    this.#lines = wider;
    this.#width *= 2;
    // With many names of few lines each, merging wins nothing: then more lines are let be.
    this.#most = Math.max(MOST, 2 * wider.length);
  }
}

/** Neighbouring intervals as one. */
function lineOf(intervals: readonly HlogInterval[]): Line {
  const { tag, startSeconds } = intervals[0] as HlogInterval;
  const end = Math.max(...intervals.map((each) => each.startSeconds + each.lengthSeconds));
  const histogram = mergedPacked(intervals.map((each) => each.histogram));
  return { tag, startSeconds, lengthSeconds: end - startSeconds, histogram };
}

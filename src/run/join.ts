/** Snapshots of several segments on one grid: an interval goes out once all segments have passed its end. */
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { intervalKey, merge } from './merge.ts';

/**
 * Puts the snapshots of several segments together on the interval grid. An interval goes out once every segment has
 * passed its end; the order in which segments deliver does not matter.
 */
export class Joiner {
  readonly #emit: (snapshot: IntervalSnapshot) => void;
  readonly #waiting = new Map<string, IntervalSnapshot[]>();
  /** How far each segment has come, µs since the start; Infinity when it has ended. */
  readonly #progress: number[];

  constructor(segments: number, emit: (snapshot: IntervalSnapshot) => void) {
    this.#emit = emit;
    this.#progress = new Array(segments).fill(0);
  }

  /** @param snapshots all of one interval: they have the same end. */
  accept(segment: number, snapshots: readonly IntervalSnapshot[]): void {
    for (const snapshot of snapshots) {
      const key = intervalKey(snapshot);
      const parts = this.#waiting.get(key);
      if (parts === undefined) this.#waiting.set(key, [snapshot]);
      else parts.push(snapshot);
      this.#progress[segment] = snapshot.endAt;
    }
    this.#release();
  }

  /** The segment delivers nothing more. */
  end(segment: number): void {
    this.#progress[segment] = Number.POSITIVE_INFINITY;
    this.#release();
  }

  #release(): void {
    const passed = Math.min(...this.#progress);
    const ready = [...this.#waiting].filter(([, parts]) => parts.every((part) => part.endAt <= passed));
    for (const [key] of ready) this.#waiting.delete(key);
    const joined = merge(
      ready.flatMap(([, parts]) => parts),
      [],
    );
    for (const snapshot of joined) this.#emit(snapshot);
  }
}

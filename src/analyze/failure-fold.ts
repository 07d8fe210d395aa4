/** The failures of a request name, those of one cause together. */
import type { FailureResult } from '../core/result.ts';
import { BODIES_KEPT, type FailureCount } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** Counts failures by what they failed with, and keeps the first example and bodies of each. */
export class FailureFold {
  readonly #causes = new Map<string, FailureCount>();

  add(failure: FailureCount): void {
    const key = `${failure.outcome} ${failure.status} ${failure.message}`;
    const known = this.#causes.get(key);
    if (known === undefined) {
      this.#causes.set(key, failure);
      return;
    }
    const bodies = [...(known.bodies ?? []), ...(failure.bodies ?? [])].slice(0, BODIES_KEPT);
    this.#causes.set(key, {
      ...failure,
      ...known,
      ...(bodies.length === 0 ? {} : { bodies }),
      count: known.count + failure.count,
      firstAt: Math.min(known.firstAt, failure.firstAt) as Micros,
      lastAt: Math.max(known.lastAt, failure.lastAt) as Micros,
    });
  }

  /** @param instant gives the wall-clock time (ISO 8601) of an instant since the start. */
  results(name: string, instant: (at: number) => string): FailureResult[] {
    return [...this.#causes.values()].map(({ outcome, status, message, example, bodies, count, firstAt, lastAt }) => ({
      name,
      outcome,
      status,
      message,
      ...(example === undefined ? {} : { example }),
      ...(bodies === undefined ? {} : { bodies }),
      count,
      firstSeen: instant(firstAt),
      lastSeen: instant(lastAt),
    }));
  }
}

/** Stretches of time in which a thread did nothing, and how those of several threads join. */
import type { Micros } from './units.ts';

/** A stretch of time in which a load thread did nothing at all. Instants since the start of the run. */
export interface Standstill {
  readonly from: Micros;
  readonly to: Micros;
  /** Longer than `to` − `from` where the machine was suspended: the clock did not count that time. */
  readonly lasted: Micros;
}

/** In order of time; what overlaps is one, since a process that is stopped stops all its threads. */
export function joinStandstills(all: readonly Standstill[]): Standstill[] {
  const joined: Standstill[] = [];
  for (const next of [...all].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || next.from >= last.to) joined.push(next);
    else joined[joined.length - 1] = both(last, next);
  }
  return joined;
}

function both(one: Standstill, other: Standstill): Standstill {
  const to = Math.max(one.to, other.to);
  const uncounted = Math.max(...[one, other].map(({ from, to: end, lasted }) => lasted - (end - from)));
  return { from: one.from, to: to as Micros, lasted: (to - one.from + uncounted) as Micros };
}

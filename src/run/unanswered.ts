import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** Requests of one stretch of the run (its warm-up, or what follows the same reset) that were sent and have not ended. */
interface Open {
  /** The latest snapshot of the stretch. */
  last: IntervalSnapshot;
  /** By request name; never negative. */
  readonly counts: Map<string, number>;
}

/**
 * Counts the requests under way, so that a run which breaks off (its process was killed, a thread died) has an outcome for
 * each request that it tells of: sent = ok + failed + aborted.
 */
export class Unanswered {
  readonly #stretches = new Map<string, Open>();

  add(snapshot: IntervalSnapshot): void {
    const { phase, resets = 0, series } = snapshot;
    const key = `${phase === 'warmup'} ${resets}`;
    const open = this.#stretches.get(key) ?? { last: snapshot, counts: new Map<string, number>() };
    this.#stretches.set(key, open);
    if (snapshot.index >= open.last.index) open.last = snapshot;
    for (const [name, { sent, ok, failed, byOutcome, leftOut = 0 }] of Object.entries(series)) {
      const under = (open.counts.get(name) ?? 0) + sent - ok - failed - (byOutcome.aborted ?? 0) - leftOut;
      open.counts.set(name, under);
    }
  }

  /** What ends them all, at the end of the last interval. */
  given(message: string): IntervalSnapshot[] {
    return [...this.#stretches.values()].flatMap(({ last, counts }) => {
      const series = [...counts].flatMap(([name, count]) =>
        count > 0 ? [[name, abandoned(count, last.endAt, message)] as const] : [],
      );
      if (series.length === 0) return [];
      const { generator: _, ...rest } = last;
      const load = { due: 0, sent: 0, dropped: 0, inFlight: 0, vus: last.load.vus };
      return [{ ...rest, load, series: Object.fromEntries(series) }];
    });
  }
}

function abandoned(count: number, at: Micros, message: string): SeriesSnapshot {
  return {
    ...{ due: 0, sent: 0, dropped: 0, ok: 0, failed: 0, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0 },
    byOutcome: { aborted: count },
    byStatus: {},
    times: {},
    failures: [{ outcome: 'aborted', status: 0, message, count, firstAt: at, lastAt: at }],
  };
}

/** Requests that were under way when a run broke off, so that its counts still add up. */
import { unjudgedIn } from '../core/sample.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/**
 * What was sent, or begun, in one stretch of the run (its warm-up, or what follows the same reset) and has not ended.
 */
interface Open {
  /** The latest snapshot of the stretch. */
  last: IntervalSnapshot;
  /** By name; never negative. */
  readonly series: Map<string, number>;
  readonly flows: Map<string, number>;
  readonly groups: Map<string, number>;
  readonly regions: Map<string, number>;
}

const PARTS = ['series', 'flows', 'groups', 'regions'] as const;
/** The parts that count requests; in the others what is under way ends as cut. */
const REQUESTS: ReadonlySet<(typeof PARTS)[number]> = new Set(['series', 'regions']);

/**
 * Counts the requests under way, so that a run which breaks off (its process was killed, a thread died) has an outcome for
 * each request that it tells of: sent = ok + failed + aborted.
 */
export class Unanswered {
  readonly #stretches = new Map<string, Open>();

  add(snapshot: IntervalSnapshot): void {
    const { phase, resets = 0 } = snapshot;
    const key = `${phase === 'warmup'} ${resets}`;
    const open: Open = this.#stretches.get(key) ?? {
      last: snapshot,
      series: new Map(),
      flows: new Map(),
      groups: new Map(),
      regions: new Map(),
    };
    this.#stretches.set(key, open);
    if (snapshot.index >= open.last.index) open.last = snapshot;
    for (const part of PARTS)
      for (const [name, { sent, ok, failed, byOutcome, leftOut = 0, cut = 0 }] of Object.entries(
        snapshot[part] ?? {},
      )) {
        const ended = ok + failed + unjudgedIn(byOutcome) + leftOut + cut;
        open[part].set(name, (open[part].get(name) ?? 0) + sent - ended);
      }
  }

  /** What ends them all, at the end of the last interval. */
  given(message: string): IntervalSnapshot[] {
    return [...this.#stretches.values()].flatMap(({ last, ...open }) => {
      const [series, flows, groups, regions] = PARTS.map((part) =>
        Object.fromEntries(
          [...open[part]].flatMap(([name, count]) =>
            count > 0
              ? [
                  [
                    name,
                    REQUESTS.has(part) ? abandoned(count, last.endAt, message) : { ...NOTHING, cut: count },
                  ] as const,
                ]
              : [],
          ),
        ),
      );
      const found = [series, flows, groups].some((each) => Object.keys(each ?? {}).length > 0);
      if (!found) return [];
      const { generator: _, flows: hadFlows, groups: hadGroups, regions: hadRegions, ...rest } = last;
      const load = { due: 0, sent: 0, dropped: 0, inFlight: 0, vus: last.load.vus };
      return [
        {
          ...{ ...rest, load, series: series ?? {} },
          ...(hadFlows === undefined || flows === undefined ? {} : { flows }),
          ...(hadGroups === undefined || groups === undefined ? {} : { groups }),
          ...(hadRegions === undefined || regions === undefined ? {} : { regions }),
        },
      ];
    });
  }
}

const NOTHING: SeriesSnapshot = {
  ...{ due: 0, sent: 0, dropped: 0, ok: 0, failed: 0, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0 },
  byOutcome: {},
  byStatus: {},
  times: {},
  failures: [],
};

function abandoned(count: number, at: Micros, message: string): SeriesSnapshot {
  return {
    ...{ due: 0, sent: 0, dropped: 0, ok: 0, failed: 0, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0 },
    byOutcome: { aborted: count },
    byStatus: {},
    times: {},
    failures: [{ outcome: 'aborted', status: 0, message, count, firstAt: at, lastAt: at }],
  };
}

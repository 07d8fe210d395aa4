/** What was taken of one interval -> its snapshots: one for each epoch that something ended in, the interval's own first. */
import type { GoodputCounts } from '../core/goodput.ts';
import type { ConnectionCounts, GeneratorSnapshot, IntervalSnapshot, Phase, SeriesSnapshot } from '../core/snapshot.ts';
import type { TakenSeries } from '../record/recorder.ts';

/** Epochs: the warm-up's, that which the measurement begins with, and one more for each reset of the statistics. */
export const WARMUP = 0;
export const FIRST_MEASURED = 1;

type Frame = Pick<IntervalSnapshot, 'index' | 'startAt' | 'endAt'>;
type Gauges = Pick<IntervalSnapshot['load'], 'inFlight' | 'vus'>;
/** What is of the interval as a whole, and stands in its first snapshot alone. */
interface Whole {
  readonly connections: ConnectionCounts | null;
  readonly generator: GeneratorSnapshot;
  /** Requests that a standstill passed over, and passes of users that took longer than their pacing. */
  readonly skipped: number;
  readonly overran: number;
}

/**
 * @param taken by epoch.
 * @param own the epoch of the interval itself, whose snapshot there is even where nothing ended in it.
 */
export function snapshotsOf(
  frame: Frame,
  phase: Phase,
  taken: readonly TakenSeries[],
  own: number,
  gauges: Gauges,
  { connections, generator, skipped, overran }: Whole,
): IntervalSnapshot[] {
  const told = connections === null ? {} : { connections };
  const missed = { ...(skipped === 0 ? {} : { skipped }), ...(overran === 0 ? {} : { overran }) };
  const snapshots: IntervalSnapshot[] = [];
  taken.forEach((measured, epoch) => {
    const resets = Math.max(0, epoch - FIRST_MEASURED);
    const load = { ...offered(measured.series), ...gauges };
    const counted = resets === 0 ? {} : { resets };
    if (epoch === own)
      snapshots.unshift({ ...frame, phase, ...counted, load: { ...load, ...missed }, ...told, ...measured, generator });
    else if (!isEmpty(measured))
      snapshots.push({
        ...frame,
        phase: epoch === WARMUP ? 'warmup' : phase === 'warmup' ? 'measure' : phase,
        ...counted,
        load,
        ...measured,
      });
  });
  return snapshots;
}

/** A request that was counted has ended, and is among those that were taken. */
export function withGoodput(taken: TakenSeries, counted: ReadonlyMap<string, GoodputCounts> | undefined): TakenSeries {
  if (counted === undefined || counted.size === 0) return taken;
  const series = Object.entries(taken.series).map(([name, each]): [string, SeriesSnapshot] => {
    const goodput = counted.get(name);
    return [name, goodput === undefined ? each : { ...each, goodput }];
  });
  return { ...taken, series: Object.fromEntries(series) };
}

export function isEmpty(taken: TakenSeries | undefined): boolean {
  if (taken === undefined) return true;
  const { series, flows = {}, groups = {} } = taken;
  for (const names of [series, flows, groups]) for (const _ in names) return false;
  return true;
}

function offered(series: Readonly<Record<string, SeriesSnapshot>>): { due: number; sent: number; dropped: number } {
  const sum = { due: 0, sent: 0, dropped: 0 };
  for (const { due, sent, dropped } of Object.values(series)) {
    sum.due += due;
    sum.sent += sent;
    sum.dropped += dropped;
  }
  return sum;
}

import { Search } from '../analyze/search/controller.ts';
import { observe, type SearchStep } from '../analyze/search/observation.ts';
import type { RunEvent } from '../core/event.ts';
import type { LoadProfile, Plan, SearchPlan } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import { count, type Micros, micros, perSecond, toSeconds } from '../core/units.ts';

/** Into how many stretches a level's window is cut: its percentiles' intervals come from their scatter. */
const BATCHES = 20;
const WHOLE = { index: 0, count: 1 } as const;

/**
 * Runs a search level by level: asks it what to run, runs that, tells it what came of it. Yields everything that
 * happens, on one time axis; at last the answer, also when the run is interrupted or a generator thread is lost.
 */
export async function* searchEvents(
  plan: Plan,
  controller: Search,
  source: LoadSource,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  let at = 0;
  let index = 0;
  try {
    for (let step = controller.step; step !== null && !signal.aborted; step = controller.step) {
      const level = controller.levels.length;
      const { levelPlan, warmup } = planOf(plan, step, level);
      const { purpose, load, duration } = step;
      yield { type: 'level', at: micros(at), index: level, purpose, load, warmup, duration };
      const snapshots: IntervalSnapshot[] = [];
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      signal.addEventListener('abort', interrupt);
      try {
        for await (const snapshot of source(levelPlan, WHOLE, stop.signal)) {
          snapshots.push(snapshot);
          yield { type: 'interval', snapshot: placed(snapshot, at, index, level) };
          if (!stop.signal.aborted && isEnough(controller, step, snapshots, warmup)) stop.abort();
        }
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
      at = snapshots.reduce((latest, { endAt }) => Math.max(latest, at + endAt), at);
      index += snapshots.reduce((latest, one) => Math.max(latest, one.index + 1), 0);
      // What an interrupted level saw was not the level that was asked for.
      if (signal.aborted) break;
      const result = controller.accept(observe(snapshots, warmup, load.model, BATCHES));
      const limit = controller.estimate;
      const estimate = limit === null ? null : { estimate: limit.estimate, interval: [limit.low, limit.high] as const };
      yield { type: 'judged', at: micros(at), level: result, estimate };
    }
  } finally {
    yield { type: 'answer', at: micros(at), breakingPoint: controller.answer() };
  }
}

/** The search that a plan asks for, at its beginning. */
export function createSearch(search: SearchPlan): Search {
  return new Search({
    unit: search.unit,
    slos: search.slos,
    budget: toSeconds(search.budget),
    precision: search.precision,
    maxLoad: search.maxLoad,
    maxVus: search.maxVus,
    settle: toSeconds(search.settle),
  });
}

/** A level as a plan of its own. Its intervals are its batches, and its warm-up is a whole number of them. */
function planOf(plan: Plan, step: SearchStep, level: number): { levelPlan: Plan; warmup: number } {
  const interval = Math.max(5_000, Math.round((step.duration * 1e6) / BATCHES));
  const warmup = Math.ceil(((step.warmup + step.settle) * 1e6) / interval) * interval;
  const duration = micros(warmup + BATCHES * interval);
  const { load } = step;
  const profile: LoadProfile =
    load.model === 'closed'
      ? {
          model: 'closed',
          vus: [{ duration, from: count(load.vus), to: count(load.vus) }],
          thinkTime: thinkTimeOf(plan),
        }
      : {
          model: 'open',
          arrivals: 'poisson',
          rate: [{ duration, from: perSecond(load.ratePerSec), to: perSecond(load.ratePerSec) }],
          maxInFlight: plan.load.model === 'open' ? plan.load.maxInFlight : count(10_000),
        };
  const levelPlan: Plan = {
    ...plan,
    load: profile,
    warmup: warmup as Micros,
    interval: interval as Micros,
    seed: plan.seed + level,
  };
  return { levelPlan, warmup: warmup / 1e6 };
}

function thinkTimeOf({ load, search }: Plan) {
  return load.model === 'closed' && search?.unit === 'vus' ? load.thinkTime : null;
}

/** A level's snapshot on the axis of the whole search. */
function placed(snapshot: IntervalSnapshot, at: number, index: number, level: number): IntervalSnapshot {
  const later = (instant: Micros): Micros => (at + instant) as Micros;
  const series: Record<string, SeriesSnapshot> = {};
  for (const [name, one] of Object.entries(snapshot.series))
    series[name] = {
      ...one,
      failures: one.failures.map((each) => ({ ...each, firstAt: later(each.firstAt), lastAt: later(each.lastAt) })),
    };
  return {
    ...snapshot,
    level,
    series,
    index: index + snapshot.index,
    startAt: later(snapshot.startAt),
    endAt: later(snapshot.endAt),
  };
}

/** Enough requests are done, or requests pile up beyond doubt. */
function isEnough(search: Search, step: SearchStep, snapshots: readonly IntervalSnapshot[], warmup: number): boolean {
  const last = snapshots.at(-1);
  if (last === undefined || last.phase !== 'measure') return false;
  const done = snapshots.reduce(
    (sum, { phase, series }) =>
      phase === 'measure' ? sum + Object.values(series).reduce((n, { ok, failed }) => n + ok + failed, 0) : sum,
    0,
  );
  if (step.requests !== null && done >= step.requests && snapshots.filter(isMeasured).length >= BATCHES / 2)
    return true;
  return search.isHopeless(observe(snapshots, warmup, step.load.model, BATCHES));
}

const isMeasured = ({ phase }: IntervalSnapshot): boolean => phase === 'measure';

/** The procedure of a search: runs the levels that `analyze/search` asks for, and tells what came of them. */
import { Search } from '../analyze/search/controller.ts';
import { paceOf } from '../analyze/search/generator-fitness.ts';
import type { SearchStep } from '../analyze/search/observation.ts';
import { observe } from '../analyze/search/observe.ts';
import { SETTLING_INTERVALS, Settling, type Sighting, stretchOf } from '../analyze/search/settling.ts';
import { InstanceProbe } from '../client/instances.ts';
import { singlePayloads } from '../client/payloads.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import { hasSteps, tagSets } from '../core/flow.ts';
import { passOf } from '../core/pass.ts';
import type { Distribution, LoadProfile, Plan, SearchPlan } from '../core/plan.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import { count, type Micros, micros, perSecond, seconds, toSeconds } from '../core/units.ts';
import type { Means, Procedure } from './procedure.ts';

/** Into how many stretches a level's window is cut: its percentiles' intervals come from their scatter. */
const BATCHES = 20;
const WHOLE = { index: 0, count: 1 } as const;

/** A target that scales itself: how often it is asked which instance answers, per request of the load, and at most at once. */
const CENSUS = { share: 0.02, most: 5 } as const;
const SHORTEST_INTERVAL = 50_000;

/** Asks the target which of its instances answers; null: nobody, or it cannot be told. */
type AskInstance = () => Promise<Sighting | null>;

/** Nobody steers a search. */
type Searching = Pick<Means, 'plan' | 'rows' | 'source' | 'clock' | 'begunAt' | 'signal'>;

/** A search: level by level, asks what to run, runs that, tells what came of it. */
export class Find implements Procedure {
  readonly #search: Search;

  constructor(plan: Plan & { readonly search: SearchPlan }) {
    this.#search = createSearch(plan);
  }

  async *events(means: Searching): AsyncGenerator<RunEvent, void, undefined> {
    const { plan, rows, clock } = means;
    const { settle = 0, instanceHeader = null } = plan.search ?? {};
    const probe =
      settle === 0 ? null : await InstanceProbe.of(plan, clock, await singlePayloads(plan, rows), instanceHeader);
    try {
      yield* searchEvents(means, this.#search, probe === null ? null : () => probe.ask());
    } finally {
      probe?.close();
    }
  }

  answer(): BreakingPoint {
    return this.#search.answer();
  }
}

/**
 * Everything that happens in a search, on one time axis; at last the result, also when the run is interrupted or a generator
 * thread is lost.
 */
async function* searchEvents(
  { plan, source, signal, clock, begunAt }: Searching,
  controller: Search,
  askInstance: AskInstance | null,
): AsyncGenerator<RunEvent, void, undefined> {
  let at = 0;
  let index = 0;
  /** When the load under way began, µs of some clock. */
  let begun = 0;
  const pass = hasSteps(plan) ? passOf(plan) : null;
  const tags = tagSets(plan);
  /** Runs a plan as part of a level; its snapshots as they are, and on the axis of the whole search. */
  async function* play(levelPlan: Plan, level: number, isOver: (snapshots: readonly IntervalSnapshot[]) => boolean) {
    const snapshots: IntervalSnapshot[] = [];
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    signal.addEventListener('abort', interrupt);
    try {
      for await (const snapshot of source(levelPlan, WHOLE, stop.signal)) {
        if (snapshots.length === 0) begun = begunAt?.() ?? clock.now() - snapshot.endAt;
        snapshots.push(snapshot);
        yield { type: 'interval', snapshot: placed(snapshot, at, index, level) } as const;
        if (!stop.signal.aborted && isOver(snapshots)) stop.abort();
      }
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    at = snapshots.reduce((latest, { endAt }) => Math.max(latest, at + endAt), at);
    index += snapshots.reduce((latest, one) => Math.max(latest, one.index + 1), 0);
    return snapshots;
  }
  try {
    for (let step = controller.step; step !== null && !signal.aborted; step = controller.step) {
      const level = controller.levels.length;
      const { purpose, load, duration } = step;
      const settling = step.settle > 0 ? new Settling(step.settle) : null;
      if (settling !== null) {
        yield { type: 'settling', at: micros(at), index: level, load, longest: seconds(step.settle) };
        yield* play(settlingPlan(plan, step, level), level, (snapshots) => watch(settling, snapshots, askInstance));
        if (signal.aborted) break;
      }
      const { levelPlan, warmup } = planOf(plan, step, level, controller.grace);
      yield {
        ...{ type: 'level', at: micros(at), index: level, purpose, load },
        warmup: seconds(warmup),
        duration: seconds(duration),
      };
      const seenIn = (these: readonly IntervalSnapshot[]) => observe(these, warmup, paceOf(load), BATCHES, pass, tags);
      // Where requests pile up beyond doubt.
      const snapshots = yield* play(levelPlan, level, (soFar) => {
        return soFar.at(-1)?.phase === 'measure' && controller.isHopeless(seenIn(soFar));
      });
      // What an interrupted level saw was not the level that was asked for.
      if (signal.aborted) break;
      const windowAt = begun / 1e6 + warmup;
      const observation = { ...seenIn(snapshots), windowAt };
      const result = controller.accept(settling === null ? observation : { ...observation, settled: settling.result });
      const limit = controller.estimate;
      const estimate = limit === null ? null : { estimate: limit.estimate, interval: [limit.low, limit.high] as const };
      yield { type: 'judged', at: micros(at), level: result, estimate };
    }
  } finally {
    yield { type: 'answer', at: micros(at), breakingPoint: controller.answer() };
  }
}

/** At its beginning. */
function createSearch(plan: Plan & { readonly search: SearchPlan }): Search {
  const { search, goodput } = plan;
  return new Search({
    unit: search.unit,
    slos: search.slos,
    ...(search.tiers === undefined ? {} : { tiers: search.tiers }),
    ...(goodput === undefined ? {} : { goodput }),
    budget: toSeconds(search.budget),
    precision: search.precision,
    maxLoad: search.maxLoad,
    maxVus: search.maxVus,
    settle: toSeconds(search.settle),
    ...(hasSteps(plan) ? { pass: passOf(plan) } : {}),
    ...(search.extendTo === undefined ? {} : { extendTo: toSeconds(search.extendTo) }),
  });
}

/** Takes the latest interval of a load under which the target may still be growing. Returns whether it is steady. */
function watch(settling: Settling, snapshots: readonly IntervalSnapshot[], ask: AskInstance | null): boolean {
  const latest = snapshots.at(-1);
  if (latest === undefined || latest.phase === 'drain' || latest.generator === undefined) return false;
  settling.add(stretchOf(latest));
  if (ask !== null) {
    const wanted = Math.max(1, Math.min(CENSUS.most, Math.round(CENSUS.share * latest.load.sent)));
    for (let n = 0; n < wanted; n++)
      void ask().then((sighting) => {
        if (sighting !== null) settling.see(sighting);
      });
  }
  return settling.isSteady;
}

/** The load of a level, for as long as the target may take to come to rest; all of it is warm-up. */
function settlingPlan(plan: Plan, step: SearchStep, level: number): Plan {
  const interval = Math.max(SHORTEST_INTERVAL, Math.round((step.settle * 1e6) / SETTLING_INTERVALS));
  const duration = Math.ceil((step.settle * 1e6) / interval) * interval;
  return {
    ...plan,
    load: profileOf(plan, step, duration),
    warmup: duration as Micros,
    interval: interval as Micros,
    seed: plan.seed + level,
  };
}

/**
 * A level as a plan of its own. Its intervals are its batches, and its warm-up is a whole number of them.
 * @param grace for requests under way at its end, at least, s.
 */
function planOf(plan: Plan, step: SearchStep, level: number, grace: number): { levelPlan: Plan; warmup: number } {
  const interval = Math.max(5_000, Math.round((step.duration * 1e6) / BATCHES));
  const warmup = Math.ceil((step.warmup * 1e6) / interval) * interval;
  const levelPlan: Plan = {
    ...plan,
    load: profileOf(plan, step, warmup + BATCHES * interval),
    warmup: warmup as Micros,
    interval: interval as Micros,
    gracefulStop: micros(Math.max(plan.gracefulStop, Math.ceil(grace * 1e6))),
    seed: plan.seed + level,
  };
  return { levelPlan, warmup: warmup / 1e6 };
}

/** @param length µs. */
function profileOf(plan: Plan, { load, warmup }: SearchStep, length: number): LoadProfile {
  const duration = micros(length);
  if (load.model === 'closed') {
    const users = count(load.vus);
    const coming = load.vus === 1 ? 0 : comingOf(plan, warmup);
    const rest = { duration: micros(length - coming), from: users, to: users };
    return {
      model: 'closed',
      vus: coming === 0 ? [rest] : [{ duration: micros(coming), from: count(0), to: users }, rest],
      thinkTime: thinkTimeOf(plan, load.pause),
    };
  }
  const rate = perSecond(load.ratePerSec);
  return {
    model: 'open',
    arrivals: plan.search?.arrivals ?? 'poisson',
    rate: [{ duration, from: rate, to: rate }],
    maxInFlight: plan.load.model === 'open' ? plan.load.maxInFlight : count(10_000),
  };
}

/** Users of flows with pauses come one after the other: who began together would pause together. µs. */
function comingOf(plan: Plan, warmup: number): number {
  return hasSteps(plan) ? Math.round(Math.min(passOf(plan).longest, warmup) * 1e6) : 0;
}

/** The level's own pause, or the users' of a search for users. */
function thinkTimeOf({ load, search }: Plan, pause = micros(0)): Distribution | null {
  if (pause > 0) return { kind: 'constant', value: micros(Math.round(pause)) };
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
  const { generator } = snapshot;
  const standstills = generator?.standstills?.map((one) => ({ ...one, from: later(one.from), to: later(one.to) }));
  return {
    ...snapshot,
    ...(generator === undefined || standstills === undefined ? {} : { generator: { ...generator, standstills } }),
    level,
    series,
    index: index + snapshot.index,
    startAt: later(snapshot.startAt),
    endAt: later(snapshot.endAt),
  };
}

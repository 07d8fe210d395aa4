/** Searches in virtual time: the product's own search against a simulated target. */
import { Search } from '../../src/analyze/search/controller.ts';
import { type Fitness, latenessOf, unfitReason } from '../../src/analyze/search/generator-fitness.ts';
import type { Observation, SearchStep } from '../../src/analyze/search/observation.ts';
import type { SearchOptions } from '../../src/analyze/search/state.ts';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { micros, toSeconds } from '../../src/core/units.ts';
import { Random } from '../../src/load/random.ts';
import { BATCHES } from '../../src/stats/confidence.ts';
import { Histogram } from '../../src/stats/histogram.ts';
import type { Server } from './server.ts';

/** A generator that is held up: it sends and reads nothing in the first `busy` s of every `every` s. */
export interface Starvation {
  readonly busy: number;
  readonly every: number;
  /** The share of the time in which its threads are said to wait for a core; absent: that is not known. */
  readonly cpuWait?: number;
}

/** How long the drain may take, s, as `find` has it; what is under way then is given up, and failed. */
const GRACE = 5;

/** Runs one level against a server in virtual time, and delivers what a real run of it would. */
export function runLevel(
  step: SearchStep,
  server: Server,
  random: Random,
  hopeless: (soFar: Observation) => boolean = () => false,
  starvation: Starvation | null = null,
  grace: number = GRACE,
): Observation {
  return step.load.model === 'open'
    ? openLevel(step, step.load.ratePerSec, server, random, hopeless, starvation, grace)
    : closedLevel(step, step.load.vus, toSeconds(step.load.pause ?? micros(0)), server, random, starvation, grace);
}

/** A whole search in virtual time. @param seed of the target and the arrivals. */
export function simulate(
  options: SearchOptions,
  server: Server,
  seed: number,
  starvation: Starvation | null = null,
): BreakingPoint {
  const search = new Search(options);
  const random = new Random(seed, 0);
  for (let step = search.step; step !== null; step = search.step) {
    search.accept(
      runLevel(step, server, random, (soFar) => search.isHopeless(soFar), starvation, Math.max(GRACE, search.grace)),
    );
  }
  return search.answer();
}

function openLevel(
  step: SearchStep,
  rate: number,
  server: Server,
  random: Random,
  hopeless: (soFar: Observation) => boolean,
  starvation: Starvation | null,
  grace: number,
): Observation {
  const { warmup } = step;
  const due: number[] = [];
  for (let at = random.exponential(1 / rate); at < warmup + step.duration; at += random.exponential(1 / rate))
    due.push(at);
  const sent = Float64Array.from(due, (at) => held(at, starvation));
  const done = server.open(sent, random);

  // In flight at every batch boundary, from how many arrived and left before it.
  const length = step.duration / BATCHES;
  const inFlight = new Float64Array(BATCHES + 2);
  const arrivals = new Float64Array(BATCHES + 1);
  const boundaryAfter = (at: number): number => Math.max(0, Math.min(BATCHES + 1, Math.ceil((at - warmup) / length)));
  for (let i = 0; i < due.length; i++) {
    const end = Math.abs(done[i] as number);
    const from = boundaryAfter(sent[i] as number);
    inFlight[from] = (inFlight[from] as number) + 1;
    const to = boundaryAfter(end);
    inFlight[to] = (inFlight[to] as number) - 1;
    const at = due[i] as number;
    if (at >= warmup)
      arrivals[Math.floor((at - warmup) / length)] = (arrivals[Math.floor((at - warmup) / length)] ?? 0) + 1;
  }
  for (let k = 1; k < inFlight.length; k++) inFlight[k] = (inFlight[k] as number) + (inFlight[k - 1] as number);
  let offered = 0;
  let kept = BATCHES;
  for (let k = 0; k < BATCHES; k++) {
    offered += arrivals[k] as number;
    const soFar = {
      ...EMPTY,
      offered,
      sent: offered,
      inFlightAtStart: inFlight[0] ?? 0,
      inFlightAtEnd: inFlight[k + 1] ?? 0,
    };
    if (k + 1 >= 5 && k + 1 < BATCHES && hopeless(soFar)) {
      kept = k + 1;
      break;
    }
  }
  const until = warmup + kept * length;
  const level = { warmup, until, batches: kept, length, grace };
  const inFlightAtStart = inFlight[0] ?? 0;
  return collect(due, sent, done, level, { inFlightAtStart, inFlightAtEnd: inFlight[kept] ?? 0 }, 'open', starvation);
}

function closedLevel(
  step: SearchStep,
  users: number,
  pause: number,
  server: Server,
  random: Random,
  starvation: Starvation | null,
  grace: number,
): Observation {
  const { warmup } = step;
  const { sent, done } = server.closed(users, warmup + step.duration, random, pause);
  const until = warmup + step.duration;
  const level = { warmup, until, batches: BATCHES, length: (until - warmup) / BATCHES, grace };
  return collect(
    sent,
    sent,
    done,
    level,
    { inFlightAtStart: users, inFlightAtEnd: users },
    pause > 0 ? 'paced' : 'closed',
    starvation,
  );
}

/** Sorts requests into batches: by their answer, those of the drain in the last, as intervals of a real run do. */
function collect(
  due: ArrayLike<number>,
  sent: ArrayLike<number>,
  done: ArrayLike<number>,
  level: {
    readonly warmup: number;
    readonly until: number;
    readonly batches: number;
    readonly length: number;
    readonly grace: number;
  },
  flow: Pick<Observation, 'inFlightAtStart' | 'inFlightAtEnd'>,
  pace: 'open' | 'closed' | 'paced',
  starvation: Starvation | null,
): Observation {
  const { warmup, until, batches, length, grace } = level;
  const times = Array.from({ length: batches }, () => new Histogram());
  const infinite = new Array<number>(batches).fill(0);
  const lag = new Histogram();
  let offered = 0;
  let ok = 0;
  let failed = 0;
  let last = until;
  for (let i = 0; i < due.length; i++) {
    const at = due[i] as number;
    if (at < warmup || at >= until) continue;
    offered++;
    const left = done[i] as number;
    const end = left < 0 ? left : held(left, starvation);
    const batch = Math.max(0, Math.min(batches - 1, Math.floor((Math.abs(end) - warmup) / length)));
    lag.record(((sent[i] as number) - at) * 1e6);
    if (end < 0 || end > until + grace) {
      failed++;
      infinite[batch] = (infinite[batch] ?? 0) + 1;
      if (end > 0) last = until + grace;
    } else {
      ok++;
      times[batch]?.record((end - at) * 1e6);
      if (end > last) last = end;
    }
  }
  const response = Histogram.of(...times.map((one) => one.toData()));
  const fitness: Fitness = {
    pace,
    lag,
    loopDelayP99: starvation === null ? 0 : starvation.busy * 1e6,
    cpuWait: starvation?.cpuWait ?? null,
    agents: [],
    utilization: null,
    responseP95: response.count > 0 ? response.quantile(0.95) : null,
    missing: 0,
    due: offered,
  };
  const late = latenessOf(fitness);
  return {
    seconds: until - warmup,
    elapsed: last,
    offered,
    sent: offered,
    dropped: 0,
    ok,
    failed,
    unanswered: 0,
    ...flow,
    batches: times.map((one, k) => ({ times: one.toData(), infinite: infinite[k] ?? 0 })),
    unfit: unfitReason(fitness),
    ...(late === null ? {} : { late }),
  };
}

/** When a request that is due at an instant leaves, or a response that came is read. */
function held(at: number, starvation: Starvation | null): number {
  if (starvation === null) return at;
  const phase = at % starvation.every;
  return phase < starvation.busy ? at - phase + starvation.busy : at;
}

const EMPTY: Observation = {
  seconds: 0,
  elapsed: 0,
  offered: 0,
  sent: 0,
  dropped: 0,
  ok: 0,
  failed: 0,
  unanswered: 0,
  inFlightAtStart: 0,
  inFlightAtEnd: 0,
  batches: [],
  unfit: null,
};

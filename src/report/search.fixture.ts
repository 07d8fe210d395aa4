/**
 * A search of a made-up target in virtual time, the same every time: one server, exponential service times of 5 ms, at
 * most `PLACES` requests in it, beyond that HTTP 503. Under p95 < 250 ms theory says about
 * 189/s: 200 − ln 20 / 0.25 = 188.0/s for M/M/1, a little more where the longest queues are cut off.
 */
import { RunFold } from '../analyze/fold.ts';
import { Search } from '../analyze/search/controller.ts';
import type { SearchStep } from '../analyze/search/observation.ts';
import { observe } from '../analyze/search/observe.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan, SearchPlan, Threshold } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { IntervalSnapshot, Phase } from '../core/snapshot.ts';
import { bytes, count, type Micros, micros, millis, seconds } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';
import { fixtureEvents, fixturePlan } from './result.fixture.ts';

const PLACES = 80;
const SERVICE = 0.005;
const INTERVALS = 20;
const NAME = 'POST /predict';

export const SLOS: readonly Threshold[] = [
  { text: 'p95<250ms', metric: { kind: 'percentile', p: 95 }, op: '<', limit: 250_000, unit: 'µs' },
  { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' },
];

interface SearchFixture {
  readonly unit?: SearchPlan['unit'];
  readonly slos?: readonly Threshold[];
  /** s. */
  readonly budget?: number;
  readonly seed?: number;
}

export function searchPlan({ unit = 'req/s', slos = SLOS, budget = 120 }: SearchFixture = {}): Plan {
  const search: SearchPlan = {
    unit,
    slos,
    budget: seconds(budget),
    precision: 0.1,
    maxLoad: null,
    maxVus: count(1024),
    settle: micros(0),
    instanceHeader: null,
  };
  const load = {
    model: 'closed',
    vus: [{ duration: seconds(1), from: count(1), to: count(1) }],
    thinkTime: null,
  } as const;
  return { ...fixturePlan({ names: [NAME], thresholds: [] }), kind: 'find', load, warmup: micros(0), search };
}

/** The whole stream, as a real search makes it. */
export function searchEvents(options: SearchFixture = {}): RunEvent[] {
  const { unit = 'req/s', slos = SLOS, budget = 120, seed = 7 } = options;
  const plan = searchPlan(options);
  const random = randomOf(seed);
  const search = new Search({ unit, slos, budget, precision: 0.1, maxLoad: null, maxVus: 1024, settle: 0 });
  const [started, finished] = [fixtureEvents()[0], fixtureEvents().at(-1)];
  if (started?.type !== 'started' || finished?.type !== 'finished') throw new Error('not a run');
  const command = ['rampart', 'find', plan.target.url, ...slos.flatMap(({ text }) => ['--slo', text])];
  const events: RunEvent[] = [{ ...started, run: { ...started.run, command }, plan }];
  let at = 0;
  let index = 0;
  for (let step = search.step; step !== null; step = search.step) {
    const level = search.levels.length;
    const { purpose, load, duration } = step;
    const length = duration / INTERVALS;
    const warmup = Math.ceil(step.warmup / length) * length;
    const seen = (soFar: readonly IntervalSnapshot[]) => observe(soFar, warmup, load.model, INTERVALS);
    events.push({
      type: 'level',
      at: micros(at),
      index: level,
      purpose,
      load,
      warmup: seconds(warmup),
      duration: seconds(duration),
    });
    const snapshots = levelOf(step, warmup, length, random, (soFar) => search.isHopeless(seen(soFar)));
    const [start, first] = [at, index];
    for (const one of snapshots) {
      const [startAt, endAt] = [(start + one.startAt) as Micros, (start + one.endAt) as Micros];
      events.push({ type: 'interval', snapshot: { ...one, level, index: first + one.index, startAt, endAt } });
      at = Math.max(at, endAt);
      index = Math.max(index, first + one.index + 1);
    }
    const result = search.accept(seen(snapshots));
    const limit = search.estimate;
    const estimate = limit === null ? null : { estimate: limit.estimate, interval: [limit.low, limit.high] as const };
    events.push({ type: 'judged', at: micros(at), level: result, estimate });
  }
  events.push({ type: 'answer', at: micros(at), breakingPoint: search.answer() });
  const finishedAt = new Date(Date.parse(started.run.startedAt) + at / 1000).toISOString();
  return [...events, { ...finished, at: micros(at), finishedAt }];
}

const known = new Map<string, RunResult & { readonly breakingPoint: BreakingPoint }>();

export function searchResult(options: SearchFixture = {}): RunResult & { readonly breakingPoint: BreakingPoint } {
  const key = JSON.stringify(options);
  const before = known.get(key);
  if (before !== undefined) return before;
  const fold = new RunFold();
  for (const event of searchEvents(options)) fold.accept(event);
  const result = fold.result();
  const { breakingPoint } = result;
  if (breakingPoint === undefined) throw new Error('a search without an answer');
  const made = { ...result, breakingPoint };
  known.set(key, made);
  return made;
}

interface Request {
  /** s since the level began. */
  readonly due: number;
  readonly done: number;
  readonly ok: boolean;
}

function levelOf(
  step: SearchStep,
  warmup: number,
  length: number,
  random: () => number,
  hopeless: (soFar: readonly IntervalSnapshot[]) => boolean,
): IntervalSnapshot[] {
  const before = Math.round(warmup / length);
  const requests =
    step.load.model === 'open'
      ? openRequests(step.load.ratePerSec, warmup + step.duration, random)
      : closedRequests(step.load.vus, warmup + step.duration, random);
  const vus = step.load.model === 'closed' ? step.load.vus : 0;
  for (let k = 5; k < INTERVALS; k += 3) {
    const end = warmup + k * length;
    const soFar = snapshotsOf(requests, warmup, length, before + k, vus).filter(({ phase }) => phase !== 'drain');
    if (hopeless(soFar))
      return snapshotsOf(
        requests.filter(({ due }) => due < end),
        warmup,
        length,
        before + k,
        vus,
      );
  }
  return snapshotsOf(requests, warmup, length, before + INTERVALS, vus);
}

function openRequests(rate: number, until: number, random: () => number): Request[] {
  const requests: Request[] = [];
  const inside: number[] = [];
  let free = 0;
  for (let due = exponential(1 / rate, random); due < until; due += exponential(1 / rate, random)) {
    while (inside.length > 0 && (inside[0] as number) <= due) inside.shift();
    if (inside.length >= PLACES) {
      requests.push({ due, done: due + 0.0004, ok: false });
      continue;
    }
    free = Math.max(free, due) + exponential(SERVICE, random);
    inside.push(free);
    requests.push({ due, done: free, ok: true });
  }
  return requests;
}

function closedRequests(users: number, until: number, random: () => number): Request[] {
  const ready = new Array<number>(users).fill(0);
  const requests: Request[] = [];
  let free = 0;
  for (let at = 0; (ready[at] ?? until) < until; at++) {
    const due = ready[at] as number;
    free = Math.max(free, due) + exponential(SERVICE, random);
    ready.push(free);
    requests.push({ due, done: free, ok: true });
  }
  return requests;
}

/** @param intervals of `length` s; what is under way after them is the drain's. */
function snapshotsOf(
  requests: readonly Request[],
  warmup: number,
  length: number,
  intervals: number,
  vus: number,
): IntervalSnapshot[] {
  const end = intervals * length;
  const last = requests.reduce((latest, { due, done }) => (due < end ? Math.max(latest, done) : latest), end) + 0.001;
  const snapshots: IntervalSnapshot[] = [];
  for (let index = 0; index <= intervals; index++) {
    const from = index * length;
    const to = index < intervals ? from + length : last;
    const own: Phase = index === intervals ? 'drain' : from + 1e-9 < warmup ? 'warmup' : 'measure';
    const touched = requests.filter(({ due, done }) => due < end && (due >= from || done >= from) && due < to);
    const inFlight = touched.filter(({ due, done }) => due < to && done >= to && due < end).length;
    const inWarmup = touched.filter(({ due }) => due < warmup);
    const others = touched.filter(({ due }) => due >= warmup);
    const common = { index, startAt: micros(Math.round(from * 1e6)), endAt: micros(Math.round(to * 1e6)) };
    const part = (phase: Phase, some: readonly Request[]): IntervalSnapshot => ({
      ...common,
      phase,
      load: loadOf(some, from, to, own === 'drain' ? 0 : inFlight, own === 'drain' ? 0 : vus),
      series: { [NAME]: seriesOf(some, from, to) },
      ...(phase === own ? { generator: generatorOf(some.length) } : {}),
    });
    if (own === 'warmup') snapshots.push(part('warmup', inWarmup));
    else {
      snapshots.push(part(own, others));
      const late = inWarmup.filter(({ done }) => done >= from && done < to);
      if (late.length > 0) snapshots.push(part('warmup', late));
    }
  }
  return snapshots;
}

function loadOf(some: readonly Request[], from: number, to: number, inFlight: number, vus: number) {
  const due = some.filter((one) => one.due >= from && one.due < to).length;
  return { due, sent: due, dropped: 0, inFlight, vus: count(vus) };
}

function seriesOf(some: readonly Request[], from: number, to: number): IntervalSnapshot['series'][string] {
  const due = some.filter((one) => one.due >= from && one.due < to).length;
  const ended = some.filter((one) => one.done >= from && one.done < to);
  const times = new Histogram();
  const lost = new Histogram();
  for (const one of ended) (one.ok ? times : lost).record(Math.round((one.done - one.due) * 1e6));
  const at = seconds(from);
  return {
    due,
    sent: due,
    dropped: 0,
    ok: times.count,
    failed: lost.count,
    byOutcome: { ok: times.count, ...(lost.count > 0 ? { 'http-error': lost.count } : {}) },
    byStatus: { 200: times.count, ...(lost.count > 0 ? { 503: lost.count } : {}) },
    bytesIn: ended.length * 180,
    bodyBytesIn: ended.length * 64,
    bytesOut: due * 240,
    times: {
      response: times.toData(),
      service: times.toData(),
      firstByte: times.toData(),
      failedResponse: lost.toData(),
    },
    failures:
      lost.count === 0
        ? []
        : [{ outcome: 'http-error', status: 503, message: 'HTTP 503', count: lost.count, firstAt: at, lastAt: at }],
  };
}

function generatorOf(n: number): NonNullable<IntervalSnapshot['generator']> {
  const lag = new Histogram();
  lag.record(50 + (n % 7) * 4, Math.max(1, n));
  return {
    times: { lag: lag.toData() },
    loopDelayP99: micros(180),
    loopDelayMax: millis(1.4),
    utilization: null,
    gcMax: millis(2),
    cpu: 0.16,
    cpuWait: 0.01,
    rss: bytes(92_000_000),
  };
}

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

/** Uniform in [0, 1), the same for the same seed: a linear congruence of 32 bits, which is enough for a picture. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

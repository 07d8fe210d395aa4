/** Builders of made-up runs, for the tests of this folder. */
import type { Ending, RunEvent } from '../core/event.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { LoadProfile, Metric, Plan, Threshold } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { Outcome } from '../core/sample.ts';
import type {
  ConnectionCounts,
  FailureCount,
  GeneratorSnapshot,
  HistogramData,
  Phase,
  SeriesSnapshot,
} from '../core/snapshot.ts';
import { bytes, count, type Micros, micros, perSecond, seconds } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';
import { RunFold } from './fold.ts';

export const CLOSED: LoadProfile = {
  model: 'closed',
  vus: [{ duration: seconds(10), from: count(4), to: count(4) }],
  // However few responses a test makes up, its users were not idle: they thought.
  thinkTime: { kind: 'constant', value: seconds(100) },
};

export const OPEN: LoadProfile = {
  model: 'open',
  arrivals: 'poisson',
  rate: [{ duration: seconds(10), from: perSecond(100), to: perSecond(100) }],
  maxInFlight: count(64),
};

export function planOf(changes: Partial<Plan> = {}): Plan {
  return planFixture({
    requests: [{ name: 'POST /predict', method: 'POST', path: '/predict', headers: [], body: null }],
    load: CLOSED,
    threads: count(2),
    ...changes,
  });
}

export function thresholdOf(
  text: string,
  metric: Metric,
  op: Threshold['op'],
  limit: number,
  unit: Threshold['unit'] = 'µs',
): Threshold {
  return { text, metric, op, limit, unit };
}

export const P95_BELOW_250 = thresholdOf('p95<250ms', { kind: 'percentile', p: 95 }, '<', 250_000);

export const startedOf = (plan: Plan): RunEvent => ({
  type: 'started',
  format: 2,
  tool: { name: 'rampart', version: '0.1.0' },
  run: {
    id: 'r1',
    command: ['run', plan.target.url],
    startedAt: '2026-01-02T03:04:05.000Z',
    host: { os: 'linux', cpu: 'made up', cores: 2, memoryBytes: 1e9, node: 'v20' },
  },
  plan,
});

export const finishedOf = (ending: Ending = 'completed', at = 10): RunEvent => ({
  type: 'finished',
  at: seconds(at),
  finishedAt: '2026-01-02T03:04:15.000Z',
  ending,
});

export function dataOf(times: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const time of times) histogram.record(time);
  return histogram.toData();
}

export interface Made {
  /** Response times of the successes, µs; the service times are 0.1 ms and the first bytes 0.2 ms shorter. */
  readonly ok?: readonly number[];
  /** How many requests ended otherwise. */
  readonly ended?: Partial<Record<Exclude<Outcome, 'ok'>, number>>;
  readonly message?: string;
  readonly status?: number;
  readonly connect?: readonly number[];
  /** Beyond the requests that ended: still under way (less: ended now, sent before). */
  readonly sentMore?: number;
  readonly dropped?: number;
  readonly leftOut?: number;
  /** How long the aborted ones had waited, µs; 30 s unless told. */
  readonly waited?: number;
  /** How many of the requests met their limits, of those of which it is known; absent: it is not counted. */
  readonly good?: number;
  readonly open?: number;
}

export function seriesOf(made: Made, at = 0): SeriesSnapshot {
  const { ok = [], ended = {}, message = '', status = 0, dropped = 0, leftOut = 0 } = made;
  const aborted = ended.aborted ?? 0;
  const unsuccessful = Object.values(ended).reduce((sum, n) => sum + n, 0);
  const sent = ok.length + unsuccessful + leftOut + (made.sentMore ?? 0);
  const failures = Object.entries(ended).map(([outcome, n]): FailureCount => {
    return {
      outcome: outcome as Outcome,
      status,
      message,
      count: n,
      firstAt: micros(at),
      lastAt: micros(at + 500_000),
    };
  });
  return {
    due: sent + dropped,
    sent,
    dropped,
    ok: ok.length,
    failed: unsuccessful - aborted - (ended.cancelled ?? 0),
    ...(leftOut > 0 ? { leftOut } : {}),
    byOutcome: { ...(ok.length > 0 ? { ok: ok.length } : {}), ...ended },
    byStatus: { ...(ok.length > 0 ? { 200: ok.length } : {}), ...(status > 0 ? { [status]: unsuccessful } : {}) },
    bytesIn: 10 * ok.length,
    bodyBytesIn: 4 * ok.length,
    bytesOut: 20 * sent,
    times: {
      response: dataOf(ok),
      service: dataOf(ok.map((time) => Math.max(0, time - 100))),
      firstByte: dataOf(ok.map((time) => Math.max(0, time - 200))),
      body: dataOf(ok.map((time) => Math.min(100, time))),
      ...(made.connect === undefined ? {} : { connect: dataOf(made.connect) }),
      failedResponse: dataOf(new Array(unsuccessful - aborted).fill(30_000_000)),
      ...(aborted > 0 ? { unfinished: dataOf(new Array(aborted).fill(made.waited ?? 30_000_000)) } : {}),
    },
    failures,
    ...(made.good === undefined
      ? {}
      : {
          goodput: {
            good: made.good,
            bad: ok.length + unsuccessful - made.good - (made.open ?? 0),
            open: made.open ?? 0,
          },
        }),
  };
}

export function generatorOf(changes: Partial<GeneratorSnapshot> = {}): GeneratorSnapshot {
  return {
    times: { lag: dataOf([10, 20, 30, 40]) },
    loopDelayP99: micros(500),
    loopDelayMax: micros(900),
    utilization: 0.3,
    gcMax: micros(2_000),
    cpu: 0.5,
    cpuWait: 0.01,
    rss: bytes(50_000_000),
    ...changes,
  };
}

interface Interval {
  readonly index: number;
  readonly phase?: Phase;
  /** µs; the interval's grid of one second otherwise. */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly series?: Readonly<Record<string, SeriesSnapshot>>;
  readonly generator?: GeneratorSnapshot | null;
  readonly inFlight?: number;
  readonly skipped?: number;
  readonly vus?: number;
  readonly resets?: number;
  readonly connections?: ConnectionCounts;
}

export function intervalOf(made: Interval): RunEvent {
  const { index, series = {}, generator = generatorOf() } = made;
  const all = Object.values(series);
  const sum = (pick: (each: SeriesSnapshot) => number): number => all.reduce((total, each) => total + pick(each), 0);
  return {
    type: 'interval',
    snapshot: {
      index,
      startAt: (made.startAt ?? index * 1e6) as Micros,
      endAt: (made.endAt ?? (index + 1) * 1e6) as Micros,
      phase: made.phase ?? 'measure',
      ...(made.resets === undefined ? {} : { resets: made.resets }),
      load: {
        due: sum((each) => each.due),
        sent: sum((each) => each.sent),
        dropped: sum((each) => each.dropped),
        ...(made.skipped === undefined ? {} : { skipped: made.skipped }),
        inFlight: made.inFlight ?? 0,
        vus: count(made.vus ?? 4),
      },
      ...(made.connections === undefined ? {} : { connections: made.connections }),
      series,
      ...(generator === null ? {} : { generator }),
    },
  };
}

/** One interval of a run with a single kind of request. */
export function secondOf(index: number, made: Made, rest: Omit<Interval, 'index' | 'series'> = {}): RunEvent {
  return intervalOf({ index, series: { 'POST /predict': seriesOf(made, index * 1e6) }, ...rest });
}

/** n times, µs, evenly from `from` to `to`. */
export function spread(n: number, from: number, to: number): number[] {
  return Array.from({ length: n }, (_, i) => Math.round(from + ((to - from) * i) / Math.max(1, n - 1)));
}

export function foldOf(events: readonly RunEvent[]): RunFold {
  const fold = new RunFold();
  for (const event of events) fold.accept(event);
  return fold;
}

/** The result of ten seconds, each made the same, of a run that ended as said. */
export function resultOf(
  made: Made,
  plan: Partial<Plan> = {},
  rest: Omit<Interval, 'index' | 'series'> = {},
  ending: Ending = 'completed',
): RunResult {
  const intervals = Array.from({ length: 10 }, (_, index) => secondOf(index, made, rest));
  return foldOf([startedOf(planOf(plan)), ...intervals, finishedOf(ending)]).result();
}

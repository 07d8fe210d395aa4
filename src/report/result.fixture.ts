/** A run with failures, doubts and thresholds, as events and as a result, for tests of outputs. */
import { RunFold } from '../analyze/fold.ts';
import type { Ending, RunEvent } from '../core/event.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { OneLoad, Plan, RequestTemplate, Threshold } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import {
  type FailureCount,
  type IntervalSnapshot,
  type Phase,
  type SeriesSnapshot,
  timesOf,
} from '../core/snapshot.ts';
import { bytes, count, millis, perSecond, seconds } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';

/** A made-up run, the same every time, folded like a real one. */
interface FixtureOptions {
  readonly kind?: Plan['kind'];
  readonly model?: OneLoad['model'];
  readonly thresholds?: readonly Threshold[];
  readonly ending?: Ending;
  /** Message of the responses that fail, one in fifty. */
  readonly message?: string;
  readonly names?: readonly string[];
  /** Requests per second and name. */
  readonly rate?: number;
  readonly lagMs?: number;
  /** How long load is offered, warm-up included; 12 unless told. */
  readonly seconds?: number;
}

const LENGTH = 12;

const THRESHOLDS: readonly Threshold[] = [
  { text: 'p95<250ms', metric: { kind: 'percentile', p: 95 }, op: '<', limit: 250_000, unit: 'µs' },
  { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' },
  { text: 'p99.9<2s', metric: { kind: 'percentile', p: 99.9 }, op: '<', limit: 2_000_000, unit: 'µs' },
];

function loadOf(model: OneLoad['model'], length: number): OneLoad {
  if (model === 'open') {
    const rate = perSecond(200);
    const maxInFlight = count(1000);
    return { model, arrivals: 'poisson', rate: [{ duration: seconds(length), from: rate, to: rate }], maxInFlight };
  }
  // Within the warm-up: over a ramp there would be no intervals.
  const vus = [
    { duration: seconds(2), from: count(0), to: count(40) },
    { duration: seconds(length - 2), from: count(40), to: count(40) },
  ];
  return { model, vus, thinkTime: { kind: 'constant', value: millis(100) } };
}

export function fixturePlan(options: FixtureOptions = {}): Plan {
  const { kind = 'run', model = 'closed', thresholds = THRESHOLDS, names = ['POST /predict', 'GET /health'] } = options;
  return planFixture({
    kind,
    requests: names.map(requestNamed),
    load: loadOf(model, options.seconds ?? LENGTH),
    maxRequests: kind === 'probe' ? count(105) : null,
    warmup: seconds(kind === 'probe' ? 0 : 2),
    warmupRequests: count(kind === 'probe' ? 5 : 0),
    timeout: seconds(10),
    seed: 7,
    thresholds,
  });
}

function requestNamed(name: string): RequestTemplate {
  const data = '{"income":54000}';
  const post = name.startsWith('POST ');
  return {
    name,
    method: post ? 'POST' : 'GET',
    path: name.slice(name.indexOf(' ') + 1),
    headers: post ? [['content-type', 'application/json']] : [],
    body: post ? { encoding: 'utf8', data, bytes: bytes(data.length) } : null,
  };
}

function histogramOf(n: number, from: number, step: number) {
  const histogram = new Histogram();
  // A stride that is coprime to n visits every value once, so that intervals differ, but only a little.
  for (let i = 0; i < n; i++) histogram.record(from + ((i * 37) % n) * step);
  return histogram.toData();
}

function seriesOf(n: number, index: number, options: FixtureOptions): SeriesSnapshot {
  const failed = options.kind === 'probe' ? 0 : Math.floor(n / 50);
  const ok = n - failed;
  const at = seconds(index + 0.5);
  const status = 503;
  const message = options.message ?? 'HTTP 503 Service Unavailable';
  const failures: FailureCount[] =
    failed > 0 ? [{ outcome: 'http-error', status, message, count: failed, firstAt: at, lastAt: at }] : [];
  return {
    due: n,
    sent: n,
    dropped: 0,
    ok,
    failed,
    byOutcome: { ok, ...(failed > 0 ? { 'http-error': failed } : {}) },
    byStatus: { 200: ok, ...(failed > 0 ? { [status]: failed } : {}) },
    bytesIn: n * 180,
    bodyBytesIn: n * 64,
    bytesOut: n * 240,
    times: {
      response: histogramOf(ok, 9_000 + index * 400, 500),
      service: histogramOf(ok, 8_900 + index * 400, 500),
      firstByte: histogramOf(ok, 8_700 + index * 400, 500),
      body: histogramOf(ok, 200, 1),
      connect: histogramOf(index === 0 && options.kind !== 'probe' ? Math.min(n, 40) : 0, 300, 10),
      ...(options.kind === 'probe' ? { separateConnect: histogramOf(Math.min(n, 40), 300, 10) } : {}),
      failedResponse: histogramOf(failed, 2_000, 10),
    },
    failures,
  };
}

function snapshotOf(plan: Plan, index: number, phase: Phase, n: number, options: FixtureOptions): IntervalSnapshot {
  const lag = new Histogram();
  lag.record((options.lagMs ?? 0.05) * 1000, Math.max(1, n));
  const closed = plan.load.model === 'closed';
  return {
    index,
    startAt: seconds(index),
    endAt: seconds(index + (phase === 'drain' ? 0.4 : 1)),
    phase,
    load: {
      due: n * plan.requests.length,
      sent: n * plan.requests.length,
      dropped: 0,
      inFlight: phase === 'drain' ? 0 : 3,
      vus: count(closed && phase !== 'drain' ? Math.min(40, 5 * (index + 1)) : 0),
    },
    series: Object.fromEntries(plan.requests.map(({ name }) => [name, seriesOf(n, index, options)])),
    generator: {
      times: { lag: lag.toData() },
      loopDelayP99: millis(1.2),
      loopDelayMax: millis(3.4),
      utilization: closed ? 0.21 : null,
      gcMax: millis(2),
      cpu: 0.23,
      cpuWait: 0.01,
      rss: bytes(92_000_000),
    },
  };
}

/** Two seconds of warm-up (a run's), the measured ones, and a short drain with nothing in it. */
export function fixtureEvents(options: FixtureOptions = {}): RunEvent[] {
  const plan = fixturePlan(options);
  const rate = options.rate ?? 60;
  const events: RunEvent[] = [
    {
      type: 'started',
      format: 2,
      tool: { name: 'rampart', version: '0.1.0' },
      run: {
        id: '20260304-050607-00a1',
        command: ['rampart', 'run', 'http://127.0.0.1:8989/predict', '--vus', '40'],
        startedAt: '2026-03-04T05:06:07.250Z',
        host: { os: 'Linux 6.1', cpu: 'Example 3000', cores: 4, memoryBytes: 8_000_000_000, node: 'v20.20.2' },
      },
      plan,
    },
  ];
  const length = options.seconds ?? LENGTH;
  for (let index = 0; index < length; index++) {
    const phase = index * 1e6 < plan.warmup ? 'warmup' : 'measure';
    events.push({ type: 'interval', snapshot: snapshotOf(plan, index, phase, rate, options) });
  }
  events.push({ type: 'interval', snapshot: snapshotOf(plan, length, 'drain', 0, options) });
  const ending = options.ending ?? 'completed';
  events.push({ type: 'finished', at: seconds(length + 0.4), finishedAt: '2026-03-04T05:06:19.650Z', ending });
  return events;
}

export function fixtureResult(options: FixtureOptions = {}): RunResult {
  const fold = new RunFold();
  for (const event of fixtureEvents(options)) fold.accept(event);
  return fold.result();
}

/** Response times of the measured phase: of one name, or of all. */
export function fixtureHistogram(name: string | null, options: FixtureOptions = {}): Histogram {
  const histogram = new Histogram();
  for (const event of fixtureEvents(options)) {
    if (event.type !== 'interval' || event.snapshot.phase === 'warmup') continue;
    for (const [each, series] of Object.entries(event.snapshot.series)) {
      if (name === null || name === each) histogram.add(timesOf(series, 'response'));
    }
  }
  return histogram;
}

/** One that held, one that broke, and one of which nothing can be said. */
export const CHECKS: RunResult['verdict']['checks'] = [
  {
    threshold: 'p95<250ms',
    status: 'passed',
    outcome: 'held',
    actual: 40,
    limit: 250,
    unit: 'ms',
    message: 'p95 was 40 ms',
  },
  {
    threshold: 'errors<1%',
    status: 'failed',
    outcome: 'broken',
    actual: 0.02,
    limit: 0.01,
    unit: 'share',
    message: 'errors were 2 %',
  },
  {
    threshold: 'p99.9<2s',
    status: 'undecided',
    outcome: 'unknown',
    actual: null,
    limit: 2000,
    unit: 'ms',
    message: 'who knows',
  },
];

/** What invented results are made of: a plan, points of a timeline, and the result that they come to. */
import type { LatencySummary } from '../src/core/latencies.ts';
import { type AlwaysTold, isAlwaysTold, TOLD_MEASURES } from '../src/core/measures.ts';
import { planFixture } from '../src/core/plan.fixture.ts';
import type { Plan, Threshold } from '../src/core/plan.ts';
import type { RunResult, TimelinePoint } from '../src/core/result.ts';
import { bytes, count, micros, millis, seconds } from '../src/core/units.ts';

const START = Date.parse('2026-11-21T21:04:05.120Z');
export const at = (second: number): string => new Date(START + second * 1_000).toISOString();

export const REQUEST = {
  name: 'POST /predict',
  method: 'POST',
  path: '/predict',
  headers: [
    ['accept', '*/*'],
    ['content-type', 'application/json'],
  ],
  body: { encoding: 'utf8', data: '{"income": 52000, "term": 36}', bytes: bytes(29) },
} as const;

export const P95: Threshold = {
  text: 'p95<250ms',
  metric: { kind: 'percentile', p: 95 },
  op: '<',
  limit: 250_000,
  unit: 'µs',
};
const ERRORS: Threshold = { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' };

export const BASE = planFixture({
  requests: [REQUEST],
  timeout: seconds(10),
  threads: count(2),
  seed: 7,
  thresholds: [P95, ERRORS],
});

export function quietSecond(t: number, noise: () => number): TimelinePoint {
  return {
    t,
    phase: 'measure',
    seconds: 1,
    vus: 0,
    offered: 0,
    sent: 0,
    dropped: 0,
    ok: 0,
    failed: 0,
    p50: null,
    p95: null,
    p99: null,
    serviceP95: null,
    inFlight: 0,
    lagP99: 0.04 + Math.abs(noise()) * 0.03,
    loopDelayP99: 1.12 + noise() * 0.08,
    cpu: 0.16 + noise() * 0.02,
    unfit: false,
  };
}

/** That summary for each measure that a result always tells. */
export const ofEveryMeasure = (one: LatencySummary) =>
  Object.fromEntries(TOLD_MEASURES.filter(isAlwaysTold).map((measure) => [measure, one])) as Record<
    AlwaysTold,
    LatencySummary
  >;

export function resultOf(points: readonly TimelinePoint[], plan: Plan): RunResult {
  const timeline = points.map((point) => ({ ...point, sent: point.ok + point.failed }));
  const measured = timeline.filter(({ phase }) => phase !== 'warmup');
  const ok = measured.reduce((sum, point) => sum + point.ok, 0);
  const failed = measured.reduce((sum, point) => sum + point.failed, 0);
  const durationMs = measured.filter(({ phase }) => phase === 'measure').length * 1_000;
  const refused = Math.ceil(failed * 0.7);
  const totals = {
    offered: ok + failed,
    sent: ok + failed,
    dropped: 0,
    ok,
    failed,
    byOutcome: { ok, 'http-error': refused, timeout: failed - refused },
    byStatus: { '200': ok, '503': refused },
    bytesIn: ok * 143 + refused * 96,
    bodyBytesIn: ok * 31 + refused * 12,
    bytesOut: (ok + failed) * 181,
    durationMs,
  };
  const perSec = (n: number): number => (n * 1_000) / durationMs;
  const rates = { offeredPerSec: perSec(totals.offered), sentPerSec: perSec(totals.sent), achievedPerSec: perSec(ok) };
  const response = summary(ok, 61.2);
  const latency = {
    ...ofEveryMeasure(response),
    service: summary(ok, 58.9),
    responseWithFailures: { ...summary(ok + failed, 61.6), mean: null, max: null },
    firstByte: summary(ok, 57.4),
    body: summary(ok, 1.5),
    connect: summary(100, 0.31),
    lag: summary(ok + failed, 0.012),
  };
  const { lag: _, ...ofSeries } = latency;
  return {
    format: 2,
    tool: { name: 'rampart', version: '0.1.0' },
    run: {
      id: '20261121-210405-predict',
      command: ['rampart', 'run', plan.target.url, '--body-file', 'scenarios/loan.json'],
      startedAt: at(0),
      finishedAt: at(timeline[timeline.length - 1]?.t ?? 0),
      ending: 'completed',
      host: {
        os: 'Linux 6.1 x64',
        cpu: 'Example CPU @ 3.0 GHz',
        cores: 4,
        memoryBytes: 8_200_000_000,
        node: 'v20.20.0',
      },
    },
    plan,
    verdict: {
      status: 'passed',
      checks: [
        {
          threshold: 'p95<250ms',
          status: 'passed',
          outcome: 'held',
          actual: 214,
          limit: 250,
          unit: 'ms',
          message: 'p95 was 214 ms, below 250 ms',
        },
        {
          threshold: 'errors<1%',
          status: 'passed',
          outcome: 'held',
          actual: 0.0022,
          limit: 0.01,
          unit: 'share',
          message: 'errors were 0.22 %, below 1 %',
        },
      ],
      doubts: [],
    },
    totals,
    rates,
    latency,
    series: { [REQUEST.name]: { totals, rates, latency: ofSeries } },
    timeline,
    generator: {
      threads: plan.threads,
      cpu: 0.32,
      loopDelayP99: 1.18,
      loopDelayMax: 2.4,
      lagP99: 0.064,
      gcMaxMs: 1.9,
      rssBytes: 84_300_000,
      utilization: null,
    },
    failures: [
      {
        name: REQUEST.name,
        outcome: 'http-error',
        status: 503,
        message: '503 Service Unavailable',
        count: refused,
        firstSeen: at(48.2),
        lastSeen: at(59.9),
      },
      {
        name: REQUEST.name,
        outcome: 'timeout',
        status: 0,
        message: `no answer within ${micros(plan.timeout) / millis(1)} ms`,
        count: failed - refused,
        firstSeen: at(54.7),
        lastSeen: at(59.2),
      },
    ],
  };
}

/** A skewed distribution around a median in ms. */
export function summary(n: number, median: number | null): LatencySummary {
  const times = (factor: number): number | null => (median === null ? null : median * factor);
  const bear = (least: number, factor: number): number | null => (n >= least ? times(factor) : null);
  return {
    count: n,
    min: times(0.154),
    mean: times(1.34),
    p50: times(1),
    p75: times(1.9),
    p90: times(2.8),
    p95: bear(200, 3.5),
    p99: bear(1_000, 5.2),
    'p99.9': bear(10_000, 6.1),
    max: times(6.6),
    ...(median === null || n < 200
      ? {}
      : {
          ci95: { p50: [median * 0.95, median * 1.05], p95: [median * 3.2, median * 3.8], p99: [median * 4.6, null] },
        }),
  };
}

/** A small linear congruential generator: −1..1. */
export function noiseOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  };
}

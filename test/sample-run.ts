/**
 * Invented results that look like real ones, for tests of what is shown. Made by arithmetic from a fixed seed, so that
 * every call gives the same.
 */
import type { RunResult, TimelinePoint } from '../src/core/result.ts';
import { bytes, count, perSecond, seconds } from '../src/core/units.ts';
import { at, BASE, noiseOf, ofEveryMeasure, P95, quietSecond, REQUEST, resultOf, summary } from './sample-result.ts';

/** A ramp of virtual users over a minute: the server saturates near 200/s and begins to refuse. Two thresholds hold. */
export function closedRun(): RunResult {
  const noise = noiseOf(11);
  const timeline: TimelinePoint[] = [];
  for (let t = 1; t <= 60; t++) {
    const vus = Math.min(100, t * 2);
    const load = Math.min(vus * 4, 203);
    const wait = vus < 48 ? 44 + vus * 0.7 : 44 + 34 + (vus - 48) * 2.4;
    const failed = t > 47 ? Math.round((t - 47) * 0.16 * (1 + noise())) : 0;
    timeline.push({
      ...quietSecond(t, noise),
      vus,
      offered: Math.round(load * (1 + noise() * 0.03)),
      ok: Math.round(load * (1 + noise() * 0.03)),
      failed,
      inFlight: vus,
      p50: wait * (1 + noise() * 0.05),
      p95: wait * 1.3 * (1 + noise() * 0.07),
      p99: wait * 1.6 * (1 + noise() * 0.1),
      serviceP95: wait * 1.3,
    });
  }
  timeline.push({
    ...quietSecond(60.21, noise),
    phase: 'drain',
    seconds: 0.21,
    ok: 9,
    failed: 0,
    p50: 196,
    p95: 231,
    p99: 250,
  });
  return resultOf(timeline, {
    ...BASE,
    load: {
      model: 'closed',
      vus: [
        { duration: seconds(50), from: count(0), to: count(100) },
        { duration: seconds(10), from: count(100), to: count(100) },
      ],
      thinkTime: null,
    },
  });
}

/** Arrivals that outgrow the server, after a warm-up; the generator is unfit for a stretch, and p95 breaks its limit. */
export function openRun(): RunResult {
  const noise = noiseOf(5);
  const timeline: TimelinePoint[] = [];
  for (let t = 1; t <= 60; t++) {
    const offered = Math.round(Math.min(250, 30 + t * 4.4));
    const load = Math.min(offered, 206);
    const queue = offered > 190 ? (offered - 190) * 5.4 : 0;
    const wait = 32 + (offered / 206) ** 4 * 38;
    const unfit = t >= 44 && t <= 48;
    const lag = unfit ? 6.5 + noise() : 0.05 + Math.abs(noise()) * 0.03;
    timeline.push({
      ...quietSecond(t, noise),
      phase: t <= 10 ? 'warmup' : 'measure',
      offered: Math.max(0, Math.round(offered * (1 + noise() * 0.02))),
      ok: Math.round(load * (1 + noise() * 0.04)),
      failed: offered > 220 ? Math.round((offered - 220) * 0.4 * (1 + noise() * 0.4)) : 0,
      dropped: 0,
      inFlight: Math.round((load * (wait + queue)) / 1000),
      p50: wait * (1 + noise() * 0.05) + queue * 0.3,
      p95: wait * 1.6 * (1 + noise() * 0.06) + queue,
      p99: wait * 2.2 * (1 + noise() * 0.1) + queue * 1.2,
      serviceP95: wait * 1.6 + queue * 0.78,
      lagP99: lag,
      loopDelayP99: lag * 2,
      unfit,
    });
  }
  const result = resultOf(timeline, {
    ...BASE,
    warmup: seconds(10),
    load: {
      model: 'open',
      arrivals: 'poisson',
      rate: [{ duration: seconds(60), from: perSecond(30), to: perSecond(250) }],
      maxInFlight: count(1_000),
    },
  });
  return {
    ...result,
    verdict: {
      status: 'failed',
      checks: [
        {
          threshold: 'p95<250ms',
          status: 'failed',
          outcome: 'broken',
          actual: 398,
          limit: 250,
          unit: 'ms',
          message: 'p95 was 398 ms, not below 250 ms',
        },
        {
          threshold: 'errors<1%',
          status: 'undecided',
          outcome: 'unknown',
          actual: 0.0094,
          limit: 0.01,
          unit: 'share',
          message: 'errors were 0.94 %, too near 1 % to tell from this many requests',
        },
      ],
      doubts: [
        {
          code: 'send-lag',
          message: 'For 5 of 50 intervals requests left up to 7.4 ms late.',
          hint: 'Close other programs, or use more threads.',
          invalidates: false,
        },
        {
          code: 'too-few-samples',
          message: 'p99.9 needs 10,000 requests; there were 8,190.',
          hint: 'Run longer.',
          invalidates: false,
        },
      ],
    },
  };
}

/** Nothing answered: no interval, no success. */
export function unreachableRun(): RunResult {
  const message = 'connect ECONNREFUSED 127.0.0.1:8989';
  const result = closedRun();
  const none = summary(0, null);
  const totals = {
    ...result.totals,
    offered: 10,
    sent: 10,
    ok: 0,
    failed: 10,
    byOutcome: { 'connect-error': 10 },
    byStatus: {},
    bytesIn: 0,
    bodyBytesIn: 0,
    bytesOut: 0,
  };
  const latency = {
    ...ofEveryMeasure(none),
    responseWithFailures: { ...none, count: 10 },
    lag: none,
  };
  const rates = { offeredPerSec: 10, sentPerSec: 10, achievedPerSec: 0 };
  return {
    ...result,
    run: { ...result.run, finishedAt: at(1), ending: 'aborted' },
    verdict: {
      status: 'invalid',
      checks: [],
      doubts: [
        {
          code: 'unreachable',
          message: `Nothing answered: ${message}`,
          hint: 'Is the server running?',
          invalidates: true,
        },
      ],
    },
    totals,
    rates,
    latency,
    series: { [REQUEST.name]: { totals, rates, latency } },
    timeline: [],
    failures: [
      {
        name: REQUEST.name,
        outcome: 'connect-error',
        status: 0,
        message,
        count: 10,
        firstSeen: at(0.1),
        lastSeen: at(0.9),
      },
    ],
  };
}

/** Every text a target or a user can put into a result is `text`. */
export function hostileRun(text: string): RunResult {
  const result = openRun();
  const [request = REQUEST] = result.plan.requests;
  const series = result.series[REQUEST.name]!;
  return {
    ...result,
    tool: { name: 'rampart', version: text },
    run: {
      ...result.run,
      id: text,
      command: ['rampart', text],
      host: { ...result.run.host, os: text, cpu: text, node: text },
    },
    plan: {
      ...result.plan,
      target: { ...result.plan.target, url: text, host: text },
      thresholds: [{ ...P95, text }],
      requests: [
        {
          ...request,
          name: text,
          method: text,
          path: text,
          headers: [[text, text]],
          body: { encoding: 'utf8', data: text, bytes: bytes(9) },
        },
      ],
    },
    verdict: {
      status: 'invalid',
      checks: result.verdict.checks.map((check) => ({ ...check, threshold: text, message: text })),
      doubts: result.verdict.doubts.map((doubt) => ({ ...doubt, message: text, hint: text })),
    },
    totals: { ...result.totals, byStatus: { [text]: 3 } },
    latency: { ...result.latency, response: { ...result.latency.response, p99: null } },
    series: { [text]: series },
    failures: result.failures.map((failure) => ({
      ...failure,
      message: text,
      name: text,
      firstSeen: text,
      lastSeen: text,
    })),
  };
}

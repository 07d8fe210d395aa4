import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import { count, micros, seconds } from '../core/units.ts';
import {
  dataOf,
  finishedOf,
  foldOf,
  generatorOf,
  intervalOf,
  planOf,
  resultOf,
  secondOf,
  seriesOf,
  spread,
  startedOf,
} from './events.fixture.ts';
import { RunFold } from './fold.ts';
import { headline } from './headline.ts';

const NAME = 'POST /predict';

describe('a run folded', () => {
  /** Below 2048 µs every time has a bucket of its own, so that percentiles are exact. */
  const ten = spread(10, 1_000, 1_900);

  it('has exact totals, rates and series', () => {
    const result = resultOf({ ok: ten, ended: { 'http-error': 1 }, status: 503, message: 'overloaded', dropped: 2 });
    const totals = {
      offered: 130,
      sent: 110,
      dropped: 20,
      ok: 100,
      failed: 10,
      byOutcome: { ok: 100, 'http-error': 10 },
      byStatus: { 200: 100, 503: 10 },
      bytesIn: 1000,
      bodyBytesIn: 400,
      bytesOut: 2200,
      durationMs: 10_000,
    };
    expect(result.totals).toEqual(totals);
    expect(result.rates).toEqual({ offeredPerSec: 13, sentPerSec: 11, achievedPerSec: 10 });
    expect(result.series[NAME]?.totals).toEqual(totals);
    expect(result.series[NAME]?.rates).toEqual(result.rates);
    expect(result.series[NAME]?.latency.response).toEqual(result.latency.response);
    expect(result.latency.response).toMatchObject({ count: 100, min: 1, mean: 1.45, p50: 1.4, p90: 1.8, max: 1.9 });
    expect(result.latency.service).toMatchObject({ count: 100, min: 0.9, mean: 1.35, p50: 1.3, max: 1.8 });
    expect(result.latency.firstByte).toMatchObject({ min: 0.8, max: 1.7 });
    expect(result.latency.lag).toMatchObject({ count: 40, min: 0.01, mean: 0.025, max: 0.04 });
    expect(result.latency.connect).toBeUndefined();
    expect(result.failures).toEqual([
      {
        name: NAME,
        outcome: 'http-error',
        status: 503,
        message: 'overloaded',
        count: 10,
        firstSeen: '2026-01-02T03:04:05.000Z',
        lastSeen: '2026-01-02T03:04:14.500Z',
      },
    ]);
    expect(result.run).toMatchObject({ ending: 'completed', finishedAt: '2026-01-02T03:04:15.000Z' });
    expect(result.generator).toEqual({
      threads: 2,
      cpu: 0.5,
      loopDelayP99: 0.5,
      loopDelayMax: 0.9,
      lagP99: 0.04,
      gcMaxMs: 2,
      rssBytes: 50_000_000,
      utilization: 0.3,
    });
  });

  it('keeps the warm-up out of everything but the timeline', () => {
    const slow = generatorOf({ loopDelayMax: micros(80_000), times: { lag: dataOf([70_000]) } });
    const result = foldOf([
      startedOf(planOf({ warmup: seconds(1) })),
      secondOf(0, { ok: [2_000], ended: { timeout: 1 } }, { phase: 'warmup', generator: slow }),
      secondOf(1, { ok: ten }),
      finishedOf(),
    ]).result();
    expect(result.totals).toMatchObject({ sent: 10, ok: 10, failed: 0, durationMs: 1000 });
    expect(result.failures).toEqual([]);
    expect(result.latency.response.max).toBe(1.9);
    expect(result.latency.lag.max).toBe(0.04);
    expect(result.generator.loopDelayMax).toBe(0.9);
    expect(result.timeline.map((point) => [point.phase, point.ok, point.failed, point.p50])).toEqual([
      ['warmup', 1, 1, 2],
      ['measure', 10, 0, 1.4],
    ]);
  });

  it('counts the drain in the totals, but neither in the duration nor as achieved', () => {
    const result = foldOf([
      startedOf(planOf()),
      secondOf(0, { ok: ten, sentMore: 2 }),
      secondOf(1, { ok: [400_000], ended: { timeout: 1 }, sentMore: -2 }, { phase: 'drain' }),
      finishedOf(),
    ]).result();
    expect(result.totals).toMatchObject({ sent: 12, ok: 11, failed: 1, durationMs: 1000 });
    expect(result.rates.achievedPerSec).toBe(10);
    expect(result.series[NAME]?.rates.achievedPerSec).toBe(10);
    expect(result.latency.response.max).toBe(400);
    expect(result.verdict.doubts.map((doubt) => doubt.code)).not.toContain('count-mismatch');
  });

  it('counts as achieved what came in the measured time, of requests from the warm-up too', () => {
    const earlier = { phase: 'warmup', generator: null } as const;
    const { rates, totals } = foldOf([
      startedOf(planOf({ warmup: seconds(1) })),
      secondOf(0, { ok: ten, sentMore: 7 }, { phase: 'warmup' }),
      secondOf(1, { ok: ten }),
      secondOf(1, { ok: spread(4, 1_000, 1_300), sentMore: -4 }, earlier),
      secondOf(2, { ok: [] }, { phase: 'drain' }),
      secondOf(2, { ok: spread(3, 1_000, 1_200), sentMore: -3 }, earlier),
      finishedOf(),
    ]).result();
    expect(totals).toMatchObject({ sent: 10, ok: 10 });
    expect(rates).toEqual({ offeredPerSec: 10, sentPerSec: 10, achievedPerSec: 14 });
  });

  it('keeps the last of the load and the first of the drain apart: each has its own length', () => {
    const { timeline, totals } = foldOf([
      startedOf(planOf()),
      secondOf(0, { ok: ten, sentMore: 1 }, { endAt: 500_000, inFlight: 1 }),
      secondOf(0, { ok: [30_000], sentMore: -1 }, { phase: 'drain', startAt: 500_000 }),
      finishedOf(),
    ]).result();
    expect(timeline.map(({ t, seconds, phase, ok }) => [t, seconds, phase, ok])).toEqual([
      [0.5, 0.5, 'measure', 10],
      [1, 0.5, 'drain', 1],
    ]);
    expect(totals.durationMs).toBe(500);
  });

  it('makes one point of two phases in one interval, whichever comes first', () => {
    const measured = secondOf(5, { ok: spread(5, 1_000, 1_400) }, { inFlight: 3 });
    const late = secondOf(5, { ok: spread(5, 1_500, 1_900) }, { phase: 'warmup', generator: null, inFlight: 3 });
    const plan = startedOf(planOf({ warmup: seconds(5) }));
    const [point, ...others] = foldOf([plan, measured, late]).timeline;
    expect(others).toEqual([]);
    expect(point).toMatchObject({
      t: 6,
      seconds: 1,
      phase: 'measure',
      ok: 10,
      sent: 10,
      p50: 1.4,
      p95: 1.9,
      inFlight: 3,
    });
    expect(point).toMatchObject({ lagP99: 0.04, loopDelayP99: 0.5, cpu: 0.5, serviceP95: 1.8, vus: 4 });
    expect(foldOf([plan, late, measured]).timeline).toEqual([point]);
    expect(foldOf([plan, measured, late]).totals).toMatchObject({ sent: 5, ok: 5, durationMs: 1000 });
  });

  it('counts the generator of a measured interval, though it came with late answers of the warm-up', () => {
    const events = [
      secondOf(0, { ok: ten }, { phase: 'warmup' }),
      secondOf(1, { ok: [2_000] }, { phase: 'warmup', generator: generatorOf({ cpu: 0.9 }) }),
      secondOf(1, { ok: ten }, { generator: null }),
    ];
    const { generator, latency } = foldOf([startedOf(planOf({ warmup: seconds(1) })), ...events]).result();
    expect(generator.cpu).toBe(0.9);
    expect(latency.lag.count).toBe(4);
  });

  it('counts a straggler of an older interval there', () => {
    const events = [startedOf(planOf()), secondOf(0, { ok: ten }), secondOf(1, { ok: ten })];
    const late = secondOf(0, { ok: [1] }, { phase: 'warmup', generator: null });
    const { timeline, last } = foldOf([...events, late]);
    expect(timeline.map(({ ok, p50 }) => [ok, p50])).toEqual([
      [11, 1.4],
      [10, 1.4],
    ]);
    expect(last?.index).toBe(1);
  });

  it('gives the same result whatever the order in which measured intervals come', () => {
    const made = Array.from({ length: 12 }, (_, i) => {
      const ended = i % 3 === 0 ? { 'http-error': 1, timeout: 2 } : {};
      return secondOf(i, { ok: spread(20, 1_000 * (i + 1), 2_000 * (i + 1)), ended, message: 'no', connect: [i] });
    });
    const inOrder = foldOf([startedOf(planOf()), ...made, finishedOf()]).result();
    fc.assert(
      fc.property(fc.shuffledSubarray(made, { minLength: made.length }), (shuffled) => {
        expect(foldOf([startedOf(planOf()), ...shuffled, finishedOf()]).result()).toEqual(inOrder);
      }),
      { numRuns: 20 },
    );
  });

  it('adds up its series, and lists them in the order of the plan', () => {
    const request = { method: 'GET', path: '/', headers: [], body: null };
    const plan = planOf({ requests: ['a', 'b'].map((name) => ({ ...request, name })) });
    const result = foldOf([
      startedOf(plan),
      intervalOf({ index: 0, series: { b: seriesOf({ ok: spread(50, 300, 790) }) } }),
      intervalOf({ index: 1, series: { a: seriesOf({ ok: spread(20, 100, 290), ended: { reset: 1 } }) } }),
      finishedOf(),
    ]).result();
    expect(Object.keys(result.series)).toEqual(['a', 'b']);
    expect(result.totals).toMatchObject({ ok: 70, failed: 1, byOutcome: { ok: 70, reset: 1 } });
    expect(result.series.a?.latency.response).toMatchObject({ count: 20, max: 0.29 });
    expect(result.series.b?.latency.response).toMatchObject({ count: 50, p50: 0.54 });
    expect(result.latency.response).toMatchObject({ count: 70, min: 0.1, max: 0.79, p50: 0.44 });
  });
});

describe('a run at any time', () => {
  it('has live numbers from the first event on', () => {
    const fold = new RunFold();
    expect([fold.started, fold.last, fold.timeline.length, fold.totals.sent]).toEqual([null, null, 0, 0]);
    fold.accept(startedOf(planOf()));
    expect(fold.started?.plan.seed).toBe(1);
    for (const index of [0, 1]) fold.accept(secondOf(index, { ok: [5_000] }));
    expect(fold.timeline.map((point) => point.t)).toEqual([1, 2]);
    expect(fold.totals).toMatchObject({ sent: 2, durationMs: 2000 });
    expect(fold.last?.index).toBe(1);
  });

  it('gives a result where the journal breaks off: interrupted at its last interval', () => {
    const result = foldOf([startedOf(planOf()), secondOf(0, { ok: [5_000], sentMore: 3 })]).result();
    expect(result.run).toMatchObject({ ending: 'interrupted', finishedAt: '2026-01-02T03:04:06.000Z' });
    expect(result.totals).toMatchObject({ sent: 4, ok: 1 });
    const interrupted = result.verdict.doubts.find((doubt) => doubt.code === 'interrupted');
    expect(interrupted?.message).toMatch(/no end/);
    expect(result.verdict.doubts.map((doubt) => doubt.code)).not.toContain('count-mismatch');
  });

  it('gives one without any interval, without a division by zero', () => {
    const result = foldOf([startedOf(planOf({ threads: count(0) })), finishedOf()]).result();
    expect(result.rates).toEqual({ offeredPerSec: 0, sentPerSec: 0, achievedPerSec: 0 });
    expect(result.timeline).toEqual([]);
    expect(result.generator).toMatchObject({ cpu: 0, lagP99: null, utilization: null });
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
    expect(result.verdict).toMatchObject({ status: 'invalid', doubts: [{ code: 'no-samples' }] });
  });

  it('refuses a stream without its start', () => {
    expect(() => new RunFold().result()).toThrow(RampartError);
    expect(() => foldOf([secondOf(0, {})])).toThrow(/does not begin/);
  });
});

describe('confidence intervals', () => {
  const noisy = (index: number): RunEvent =>
    secondOf(index, { ok: spread(100, 10_000 + 300 * (index % 4), 60_000 + 300 * (index % 4)) });

  it('are by batches for a run, and absent below five intervals', () => {
    const run = (n: number) => foldOf([startedOf(planOf()), ...Array.from({ length: n }, (_, i) => noisy(i))]).result();
    const { ci95 } = run(20).latency.response;
    const { p95 } = run(20).latency.response;
    expect(ci95?.p95?.[0]).toBeLessThanOrEqual(p95 as number);
    expect(ci95?.p95?.[1]).toBeGreaterThanOrEqual(p95 as number);
    expect(run(5).latency.service.ci95?.p50).toBeDefined();
    expect(run(4).latency.response.ci95).toBeUndefined();
    expect(run(20).latency.lag.ci95).toBeUndefined();
  });

  it('keep their worth over a run of thousands of intervals', () => {
    const events = Array.from({ length: 2000 }, (_, i) => noisy(i));
    const { response } = foldOf([startedOf(planOf()), ...events]).result().latency;
    expect(response.count).toBe(200_000);
    const [low, high] = response.ci95?.p95 ?? [0, 0];
    expect(low).toBeLessThanOrEqual(response.p95 as number);
    expect(high).toBeGreaterThanOrEqual(response.p95 as number);
    expect((high as number) - low).toBeLessThan(1);
    const backwards = foldOf([startedOf(planOf()), ...events.slice(0, 1000).reverse(), ...events.slice(1000)]).result();
    expect(backwards.latency.response.ci95).toEqual(response.ci95);
  });

  it('count what ended in the drain as of the last interval', () => {
    const events = Array.from({ length: 6 }, (_, i) => secondOf(i, { ok: spread(50, 500 + 50 * (i % 3), 1_500) }));
    const late = { ok: spread(40, 1_600, 2_000), ended: { timeout: 3 } };
    const drained = foldOf([startedOf(planOf()), ...events, secondOf(6, late, { phase: 'drain' })]).result();
    const within = foldOf([startedOf(planOf()), ...events, secondOf(5, late, { generator: null })]).result();
    const without = foldOf([startedOf(planOf()), ...events]).result();
    expect(drained.latency.response.ci95).toEqual(within.latency.response.ci95);
    expect(drained.latency.responseWithFailures).toEqual(within.latency.responseWithFailures);
    expect(drained.latency.response.ci95).not.toEqual(without.latency.response.ci95);
  });

  it('are exact binomial ones for a probe, of every part', () => {
    const times = Array.from({ length: 100 }, (_, i) => (i + 1) * 10);
    const result = foldOf([
      startedOf(planOf({ kind: 'probe' })),
      secondOf(0, { ok: times, connect: times }),
      finishedOf(),
    ]).result();
    expect(result.latency.response).toMatchObject({ p50: 0.5, ci95: { p50: [0.4, 0.61] } });
    expect(result.latency.connect?.ci95?.p50).toEqual([0.4, 0.61]);
    expect(result.latency.response.ci95?.p99).toBeUndefined();
  });
});

describe('a ramp of users that is counted apart', () => {
  const load: Plan['load'] = {
    model: 'closed',
    vus: [
      { duration: seconds(2), from: count(0), to: count(4) },
      { duration: seconds(8), from: count(4), to: count(4) },
    ],
    thinkTime: { kind: 'constant', value: seconds(100) },
  };
  const plan = planOf({ load, rampEnd: seconds(2) });
  const slow = { ok: spread(50, 400_000, 900_000), ended: { 'http-error': 2 }, sentMore: 1 } as const;
  const quick = { ok: spread(50, 20_000, 40_000) } as const;
  const ramp = [0, 1].map((index) => secondOf(index, slow));
  const late = secondOf(2, { ok: [700_000, 800_000], sentMore: -2 }, { generator: null });
  const full = Array.from({ length: 8 }, (_, i) => secondOf(2 + i, quick, { resets: 1 }));
  const events = [startedOf(plan), ...ramp, full[0] as RunEvent, late, ...full.slice(1)];

  it('has its own figures, and the run those of the full load', () => {
    const result = foldOf([...events, finishedOf()]).result();
    expect(result.totals).toMatchObject({ sent: 400, ok: 400, failed: 0, durationMs: 8000 });
    expect(result.latency.response.max).toBe(40);
    expect(result.latency.response.ci95?.p95).toBeDefined();
    expect(result.ramp).toMatchObject({ from: 0, to: 2, totals: { sent: 106, ok: 102, failed: 4, durationMs: 2000 } });
    expect(result.ramp?.latency.response.min).toBe(400);
    expect(result.ramp?.latency.response).not.toHaveProperty('ci95');
    expect(result.timeline.map(({ phase }) => phase)).toEqual([...Array(2).fill('ramp'), ...Array(8).fill('measure')]);
    const { why } = headline(result);
    expect(why).toContain('4 virtual users: 400 requests sent in 0:08, none failed.');
    expect(why).toContain('The ramp before it is counted apart (0:02): 106 requests sent, 4 (3.8 %) failed');
    expect(result.verdict.doubts.map(({ code }) => code)).not.toContain('count-mismatch');
  });

  it('is all there is until then, and where the run ends before', () => {
    const cut = foldOf([startedOf(plan), ...ramp, finishedOf('stopped', 2)]).result();
    expect(cut).not.toHaveProperty('ramp');
    expect(cut.totals).toMatchObject({ ok: 100, failed: 4 });
    expect(headline(cut).why).toContain('The figures are of all of it, ramps included.');
  });
});

import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { count, perSecond, seconds } from '../core/units.ts';
import { foldOf } from './events.fixture.ts';
import { flowOf } from './flow.ts';
import { queueRun, ratesOf } from './queue.fixture.ts';

const exponential = (mean: number) => (random: () => number) => -Math.log(1 - random()) * mean;
const constant = (ms: number) => () => ms;

const resultOf = (queue: Parameters<typeof queueRun>[0]): RunResult => foldOf(queueRun(queue)).result();
const pileUpIn = ({ verdict }: RunResult) => verdict.doubts.find(({ code }) => code === 'piling-up');
const shareOf = (runs: number, is: (seed: number) => boolean): number =>
  Array.from({ length: runs }, (_, i) => i + 1).filter(is).length / runs;

describe('flow balance', () => {
  it('allows for the noise that the arrivals have', () => {
    const arrivals = { offered: 10_000, dropped: 100, pileUp: 300, spacing: 'poisson' } as const;
    expect(flowOf(arrivals, 1.645).imbalance).toBe(0.04);
    expect(flowOf(arrivals, 1.645).alarm).toBeCloseTo(2.645 * Math.sqrt(2 / 10_000), 10);
    expect(flowOf({ ...arrivals, spacing: 'uniform' }, 1.645).alarm).toBeCloseTo(2.645 * 0.01, 10);
    expect(flowOf({ ...arrivals, offered: 1e6 }, 1.645).alarm).toBeCloseTo(0.01 + 1.645 * Math.sqrt(2e-6), 10);
  });

  it('58/s against a target that does 50/s is no measurement: its percentiles depend on how long you look', () => {
    const result = resultOf({ load: ratesOf('uniform', [58, 16]), service: constant(20) });
    expect(result.verdict.status).toBe('invalid');
    expect(pileUpIn(result)).toMatchObject({
      invalidates: true,
      message:
        'Requests piled up: 0 → 128 in flight from 0:00 to 0:16. The target does 50.1/s of the 57.9/s offered, so the percentiles depend on how long you look.',
    });
    expect(result.rates.achievedPerSec).toBeCloseTo(50, 0);
    expect(result.totals.ok).toBe(928);
  });

  it('is seen in nearly every run with a tenth too much, and in next to none of a busy target that keeps up', () => {
    const runs = (rate: number, arrivals: 'uniform' | 'poisson') =>
      shareOf(25, (seed) => {
        const load = ratesOf(arrivals, [rate, 60]);
        return pileUpIn(resultOf({ load, service: exponential(10), seed, warmup: 5 })) !== undefined;
      });
    expect(runs(110, 'poisson')).toBeGreaterThanOrEqual(0.95);
    expect(runs(110, 'uniform')).toBeGreaterThanOrEqual(0.95);
    expect(runs(90, 'poisson')).toBeLessThanOrEqual(0.04);
    expect(runs(95, 'uniform')).toBeLessThanOrEqual(0.04);
  });

  it('does not take a target that fills up for one that is overloaded', () => {
    const slow = resultOf({ load: ratesOf('uniform', [100, 12]), servers: 300, service: constant(2_000) });
    expect(pileUpIn(slow)).toBeUndefined();
    const various = { load: ratesOf('poisson', [200, 20]), servers: 800, service: exponential(2_000) };
    expect(shareOf(20, (seed) => pileUpIn(resultOf({ ...various, seed })) !== undefined)).toBeLessThanOrEqual(0.05);
  });

  it('judges stages by themselves, where the rate is constant', () => {
    const load = ratesOf('uniform', [30, 10], [80, 10], [30, 20]);
    const pileUp = pileUpIn(resultOf({ load, service: constant(20) }));
    expect(pileUp?.message).toMatch(
      /^Requests piled up: 1 → 300 in flight from 0:10 to 0:20\. The target does 50.0\/s of the 80.0\/s offered/,
    );
    expect(pileUpIn(resultOf({ load: ratesOf('uniform', [30, 10], [45, 10], [10, 10]), service: constant(20) }))).toBe(
      undefined,
    );
    // A ramp by itself is never constant: more are in flight at its end, as they should be.
    const ramp = { duration: seconds(30), from: perSecond(1), to: perSecond(300) };
    const ramped = { model: 'open', arrivals: 'uniform', rate: [ramp], maxInFlight: count(1_000) } as const;
    expect(pileUpIn(resultOf({ load: ramped, servers: 500, service: constant(900) }))).toBeUndefined();
  });
});

describe('drift', () => {
  const driftIn = ({ verdict }: RunResult) => verdict.doubts.find(({ code }) => code === 'drifting');

  it('is told, with where it went, and does not make the run invalid', () => {
    const rising = resultOf({
      load: ratesOf('poisson', [50, 60]),
      servers: 100,
      service: (random, at) => 20 + at + 5 * random(),
    });
    expect(driftIn(rising)).toMatchObject({
      invalidates: false,
      message: expect.stringMatching(
        /^Response times rose while the load stayed the same: the median from 2\d\.\d ms to [78]\d\.\d ms/,
      ),
    });
    expect(rising.verdict.status).toBe('passed');
    const falling = resultOf({ load: ratesOf('poisson', [50, 60]), servers: 100, service: (_, at) => 90 - at });
    expect(driftIn(falling)?.message).toMatch(/^Response times fell/);
    expect(driftIn(falling)?.hint).toMatch(/--warmup/);
  });

  it('is not seen where there is none, nor where the load itself changes', () => {
    const load = ratesOf('poisson', [50, 60]);
    const steady = (seed: number) => resultOf({ load, service: exponential(10), seed });
    expect(shareOf(40, (seed) => driftIn(steady(seed)) !== undefined)).toBeLessThanOrEqual(0.075);
    const stages = ratesOf('uniform', [10, 10], [40, 10], [80, 10]);
    expect(driftIn(resultOf({ load: stages, service: exponential(10) }))).toBeUndefined();
  });
});

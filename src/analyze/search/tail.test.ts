import { describe, expect, it } from 'vitest';
import { seconds } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { randomOf } from '../../stats/random.fixture.ts';
import type { Criterion } from './criteria.ts';
import { judge, type Level } from './level.ts';
import type { Observation } from './observation.ts';
import { tailIndexOf } from './tail.ts';

const P95: Criterion = { slo: 'p95<=100ms', kind: 'latency', p: 0.95, limit: 100_000 };

/** A level of 20 batches of so many requests each, ms. */
function levelOf(perSec: number, each: number, draw: () => number): Level {
  const batches = Array.from({ length: 20 }, () => {
    const times = new Histogram();
    for (let i = 0; i < each; i++) times.record(draw() * 1000);
    return { times: times.toData(), infinite: 0 };
  });
  const n = 20 * each;
  const observation: Observation = {
    ...{ seconds: n / perSec, elapsed: n / perSec, offered: n, sent: n, dropped: 0, ok: n, failed: 0, unanswered: 0 },
    ...{ inFlightAtStart: 0, inFlightAtEnd: 0, batches, unfit: null },
  };
  const load = { model: 'open', ratePerSec: perSec } as const;
  return judge(
    { purpose: 'explore', load, warmup: 0, duration: n / perSec, settle: 0 },
    observation,
    [P95],
    0,
    seconds(0),
  );
}

const CAPACITY = { perSec: 100, deviation: 0.02, reached: true };

describe('the tail of the service times', () => {
  const random = randomOf(5);
  const exponential = (): number => -10 * Math.log(1 - random());
  const pareto = (alpha: number) => (): number => 5 * (1 - random()) ** (-1 / alpha);

  it('has the exponent of a power law, and a higher one of an exponential', () => {
    expect(tailIndexOf([levelOf(20, 1_000, pareto(2.2))], CAPACITY)).toBeCloseTo(2.2, 0);
    expect(tailIndexOf([levelOf(20, 1_000, exponential)], CAPACITY)).toBeGreaterThan(3.3);
    expect(tailIndexOf([levelOf(20, 1_000, exponential)], CAPACITY)).toBeLessThan(4.2);
  });

  it('is read where hardly any request waits, and from enough of them only', () => {
    const low = levelOf(20, 50, pareto(2.2));
    const busy = levelOf(80, 1_000, () => 1_000 * pareto(1.1)());
    const index = tailIndexOf([low], CAPACITY);
    expect(index).toBeLessThan(3.2);
    expect(tailIndexOf([low, busy], CAPACITY)).toBe(index);
    expect(tailIndexOf([levelOf(20, 10, pareto(2.2))], CAPACITY)).toBeNull();
    expect(tailIndexOf([low], null)).toBeNull();
    // All take the same time: there is no tail.
    expect(tailIndexOf([levelOf(20, 50, () => 10)], CAPACITY)).toBeNull();
  });
});

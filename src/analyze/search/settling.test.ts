import { expect, it } from 'vitest';
import { Random } from '../../load/random.ts';
import { SETTLING_INTERVALS, Settling } from './settling.ts';

interface Moment {
  readonly ms: number;
  readonly inFlight?: number;
  readonly instances?: readonly string[];
}

/** Waits at most 60 s for a target that is like that at instant t. Medians scatter by 10 %. */
function waitFor(target: (t: number) => Moment, seed = 1): Settling {
  const settling = new Settling(60);
  const random = new Random(seed, 0);
  for (let i = 0; i < SETTLING_INTERVALS && !settling.isSteady; i++) {
    const { ms, inFlight = 5, instances = [] } = target(i);
    const median = Math.log(ms * 1000) + 0.35 * (random.uniform() - 0.5);
    settling.add({ from: i, until: i + 1, median, due: 100, inFlight });
    for (let n = 0; n < 5 && instances.length > 0; n++) {
      const id = instances[Math.floor(random.uniform() * instances.length)] ?? '';
      settling.see({ id, named: true });
    }
  }
  return settling;
}

it('ends after a third of the longest wait where nothing changes, nearly always', () => {
  const waits = Array.from({ length: 100 }, (_, seed) => waitFor(() => ({ ms: 20, instances: ['a', 'b'] }), seed));
  expect(waits.every(({ result }) => result.steady && result.instances === 2)).toBe(true);
  expect(waits.filter(({ result }) => result.seconds <= 25).length).toBeGreaterThanOrEqual(90);
});

it('waits until a new instance has been there for that long', () => {
  const { result } = waitFor((t) => ({ ms: 20, instances: t < 15 ? ['a'] : ['a', 'b', 'c'] }));
  expect(result).toMatchObject({ steady: true, instances: 3 });
  expect(result.seconds).toBeGreaterThanOrEqual(35);
  expect(result.seconds).toBeLessThan(45);
});

it('waits until one that is gone has been gone for that long', () => {
  const { result } = waitFor((t) => ({ ms: 20, instances: t < 12 ? ['a', 'b'] : ['a'] }));
  expect(result).toMatchObject({ steady: true, instances: 1 });
  expect(result.seconds).toBeGreaterThan(21);
});

it('waits while response times fall, or requests pile up', () => {
  const falling = waitFor((t) => ({ ms: t < 20 ? 400 * 0.86 ** t : 20 }));
  expect(falling.result.steady).toBe(true);
  expect(falling.result.seconds).toBeGreaterThan(32);
  const piling = waitFor((t) => ({ ms: 20, inFlight: 10 * t }));
  expect(piling.result).toMatchObject({ steady: false, seconds: 60 });
});

it('gives up when the time is over, and says so', () => {
  expect(waitFor((t) => ({ ms: 20 * 1.05 ** t })).result).toMatchObject({
    steady: false,
    seconds: 60,
    instances: null,
  });
});

it('counts addresses only where there are several: behind one there may be any number', () => {
  for (const [ids, instances] of [
    [['10.0.0.1'], null],
    [['10.0.0.1', '10.0.0.2'], 2],
  ] as const) {
    const settling = new Settling(60);
    settling.add({ from: 0, until: 1, median: 10, due: 10, inFlight: 1 });
    for (const id of ids) settling.see({ id, named: false });
    expect(settling.result.instances).toBe(instances);
  }
});

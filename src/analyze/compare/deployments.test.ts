import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchFigures } from '../../core/deployments.ts';
import { fixtureResult as resultOf } from '../../report/result.fixture.ts';
import { deploymentAt, OPTIONS, searchAt } from './deployments.fixture.ts';
import { commonLoadOf, commonRunOf, compareDeployments } from './deployments.ts';

const verdicts = (...all: Parameters<typeof compareDeployments>[0][number][]) =>
  compareDeployments(all, OPTIONS).changes.map(({ name, verdict, metrics }) => [
    name,
    verdict,
    Object.fromEntries(metrics.map((metric) => [metric.name, metric.verdict])),
  ]);

describe('deployments held against the first', () => {
  const four = deploymentAt('four', { limit: 100, p95: 40, cpu: 2 });

  it('are called by what each sustains, and by what it does at the common load', () => {
    const eight = deploymentAt('eight', { limit: 150, p95: 40.2, cpu: 3 });
    const same = deploymentAt('same', { limit: 101, p95: 40, cpu: 2 });
    expect(verdicts(four, eight, same)).toEqual([
      [
        'eight',
        'regression',
        { 'breaking point': 'improved', capacity: 'improved', p95: 'small', 'CPU per request': 'regression' },
      ],
      [
        'same',
        'equivalent',
        { 'breaking point': 'small', capacity: 'small', p95: 'equivalent', 'CPU per request': 'equivalent' },
      ],
    ]);
  });

  it('decide nothing with fewer than five rounds, however far apart', () => {
    const few = [1, 1, 1, 1];
    const [change] = compareDeployments(
      [deploymentAt('a', { limit: 100, p95: 40 }, few), deploymentAt('b', { limit: 900, p95: 4 }, few)],
      OPTIONS,
    ).changes;
    expect(change?.verdict).toBe('undecided');
    expect(change?.metrics.every(({ verdict }) => verdict === 'undecided')).toBe(true);
  });

  it('have wider intervals the more of them there are, so that all hold together', () => {
    const other = (name: string) => deploymentAt(name, { limit: 120, p95: 40 }, [1.02, 1, 0.97, 1.01, 0.99]);
    const width = (count: number): number => {
      const names = Array.from({ length: count }, (_, i) => other(`d${i}`));
      const [low, high] = compareDeployments([four, ...names], OPTIONS).changes[0]?.metrics[0]?.interval ?? [0, 0];
      return high - low;
    };
    expect(width(3)).toBeGreaterThan(width(1));
  });

  it('change places: what was better is worse', () => {
    const factor = fc.double({ min: 0.7, max: 1.4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(factor, { minLength: 5, maxLength: 9 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (noise, times) => {
          const a = deploymentAt('a', { limit: 100, p95: 40 });
          const rounds = { ...a, searches: noise.map((_, i) => searchAt(100, i)), runs: [] };
          const b = {
            ...deploymentAt('b', { limit: 100, p95: 40 }),
            searches: noise.map((n, i) => searchAt(100 * times * n, i)),
            runs: [],
          };
          const of = (x: typeof a, y: typeof a) => compareDeployments([x, y], OPTIONS).changes[0]?.metrics[0];
          const [forth, back] = [of(rounds, b), of(b, rounds)];
          expect((1 + (forth?.change ?? 0)) * (1 + (back?.change ?? 0))).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('leave out of a comparison the rounds in which one found nothing, and say so', () => {
    const none: SearchFigures = {
      ...searchAt(1),
      status: 'not-reached',
      estimate: null,
      interval: [300, null],
      criterion: null,
      capacity: null,
      perSec: null,
    };
    const strong = {
      ...deploymentAt('strong', { limit: 500, p95: 40 }),
      searches: Array.from({ length: 5 }, () => none),
    };
    const comparison = compareDeployments([four, strong], OPTIONS);
    expect(comparison.changes[0]?.metrics.map(({ name }) => name)).toEqual(['p95']);
    expect(comparison.deployments[1]).toMatchObject({ breakingPoint: null, atLeast: 300, status: 'not-reached' });
    expect(comparison.doubts.join()).toMatch(/strong: 5 of 5 searches found no breaking point \(not-reached\)/);
  });
});

describe('rough results', () => {
  it('decide nothing, however alike they are, and are as wide as their own intervals', () => {
    const fast = deploymentAt('fast', { limit: 62, p95: 40 });
    const searches = fast.searches.map((one) => ({ ...one, status: 'rough', interval: [11, 366] }) as const);
    const slow = deploymentAt('slow', { limit: 4, p95: 40 });
    const { changes, deployments, doubts } = compareDeployments([{ ...fast, searches }, slow], OPTIONS);
    expect(changes[0]?.metrics.some(({ name }) => name === 'breaking point')).toBe(false);
    expect(deployments[0]?.breakingPoint?.interval).toEqual([11, 366]);
    expect(doubts.join()).toMatch(/fast: 5 of 5 searches ended with a rough result, which decides nothing/);
  });
});

describe('runs at the common load that were too short', () => {
  it('are told of', () => {
    const short = deploymentAt('b', { limit: 50, p95: 40 });
    const runs = short.runs.map((run) => ({ ...run, p95: null }));
    const { doubts, changes } = compareDeployments(
      [deploymentAt('a', { limit: 50, p95: 40 }), { ...short, runs }],
      OPTIONS,
    );
    expect(doubts.join()).toMatch(/b: p95 at the common load is not known in 5 of 5 runs: too few requests/);
    expect(changes[0]?.metrics.some(({ name }) => name === 'p95')).toBe(false);
  });
});

describe('what each of them costs', () => {
  it('is its hour by the requests of an hour at its limit; of users, by what they achieved', () => {
    const [one] = compareDeployments(
      [deploymentAt('a', { limit: 100, p95: 40, cost: 0.36 }), deploymentAt('b', { limit: 50, p95: 40 })],
      OPTIONS,
    ).deployments;
    expect(one?.costPerMillion?.estimate).toBeCloseTo(1, 2);
    const [low, high] = one?.costPerMillion?.interval ?? [0, 0];
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
  });

  it('is not made up where no cost was given', () => {
    const { deployments } = compareDeployments([deploymentAt('a', { limit: 100, p95: 40 })], OPTIONS);
    expect(deployments[0]?.costPerMillion).toBeNull();
  });
});

describe('the common load', () => {
  it('is half of the lowest breaking point, and none where there is no breaking point', () => {
    expect(commonLoadOf([searchAt(100), searchAt(66.6), searchAt(400)], 'req/s')).toEqual({
      load: 33,
      unit: 'req/s',
      chosen: true,
    });
    expect(commonLoadOf([searchAt(5)], 'vus')?.load).toBe(2);
    expect(commonLoadOf([searchAt(1)], 'vus')?.load).toBe(1);
    expect(commonLoadOf([{ ...searchAt(1), estimate: null }], 'req/s')).toBeNull();
  });

  it('charges a started program with the measured stretch alone', () => {
    const result = resultOf({});
    const measured = result.timeline.filter(({ phase }) => phase === 'measure');
    const sent = measured.reduce((sum, point) => sum + point.sent, 0);
    // Half a core, all the time.
    const { cpu } = commonRunOf(result, 'x', (start, end) => (0.5 * (end - start)) / 1_000);
    expect(cpu?.cores).toBeCloseTo(0.5, 9);
    const [first, last] = [measured[0], measured.at(-1)];
    const seconds = (last?.t ?? 0) - (first?.t ?? 0) + (first?.seconds ?? 0);
    expect(cpu?.msPerRequest).toBeCloseTo((500 * seconds) / sent, 9);
    expect(commonRunOf(result, 'x', () => null).cpu).toBeNull();
  });
});

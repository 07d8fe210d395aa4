import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Faults, type Treatment } from './faults.ts';
import { OptionError } from './option-syntax.ts';

const treated = (texts: string[], seed: number, count = 20_000): Treatment[] => {
  const faults = new Faults(texts, seed, 0);
  return Array.from({ length: count }, () => faults.next(1e9));
};

const share = (all: Treatment[], fate: string) => all.filter((one) => one.fate === fate).length / all.length;

describe('chances', () => {
  test('strike as often as asked', () => {
    const all = treated(['error:2%', 'drop:1%', 'hang:0.5%', 'slow:5%x10'], 1);
    expect(share(all, 'failed')).toBeCloseTo(0.02, 2);
    expect(share(all, 'dropped')).toBeCloseTo(0.01, 2);
    expect(share(all, 'hung')).toBeCloseTo(0.005, 2);
    expect(all.filter((one) => one.stretch === 10).length / all.length).toBeCloseTo(0.05, 2);
    expect(share(treated(['error:100%'], 1), 'failed')).toBe(1);
    expect(share(treated(['error:0%'], 1), 'answered')).toBe(1);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(treated(['error:20%'], 4)).toEqual(treated(['error:20%'], 4));
    expect(treated(['error:20%'], 4)).not.toEqual(treated(['error:20%'], 5));
  });

  test('of one kind do not move with another kind', () => {
    const alone = treated(['error:20%'], 4).map((one) => one.fate === 'failed');
    const beside = treated(['slow:50%x2', 'error:20%', 'hang:20%'], 4).map((one) => one.fate === 'failed');
    expect(beside).toEqual(alone);
  });
});

test('without a fault all is as usual', () => {
  const faults = new Faults([], 1, 0);
  expect(faults.next(5)).toEqual({ fate: 'answered', stretch: 1 });
  expect(faults.endOf(5, 7)).toBe(12);
});

test('a warm-up is five times as slow at first, and falls to the usual', () => {
  const faults = new Faults(['warmup:10s'], 1, 1000);
  expect([1000, 6000, 11_000, 99_000].map((at) => faults.next(at).stretch)).toEqual([5, 3, 1, 1]);
});

test('a leak keeps 64 KiB for each request', () => {
  const faults = new Faults(['leak'], 1, 0);
  for (let n = 0; n < 10; n++) faults.next(n);
  expect(faults.leakedBytes).toBe(655_360);
});

describe('a stall of one second in ten', () => {
  const { endOf } = new Faults(['stall:1s/10s'], 1, 500);

  test('freezes the last second', () => {
    expect(endOf(500, 100)).toBe(600);
    expect(endOf(9400, 99)).toBe(9499);
    expect(endOf(9600, 0)).toBe(10_500);
    expect(endOf(10_499, 0)).toBe(10_500);
    expect(endOf(10_500, 0)).toBe(10_500);
    expect(endOf(9400, 200)).toBe(10_600);
    expect(endOf(9600, 50)).toBe(10_550);
    expect(endOf(500, 20_000)).toBe(500 + 22_000);
  });

  test('does all the work, outside of the freezes, and is never done within one', () => {
    const instant = fc.integer({ min: 500, max: 100_000 });
    const frozen = (at: number) => (at - 500) % 10_000 >= 9000;
    fc.assert(
      fc.property(instant, fc.nat(30_000), (start, work) => {
        const end = endOf(start, work);
        let awake = 0;
        for (let at = start; at < end; at++) if (!frozen(at)) awake++;
        expect(awake).toBe(work);
        expect(frozen(end)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

test.each([
  ['storm:2%', 'is no fault'],
  ['leak:5', 'is no fault'],
  ['error:2', 'is no share'],
  ['slow:5%', 'no factor'],
  ['slow:5%x0.5', 'no factor'],
  ['stall:1s', 'is no duration'],
  ['stall:10s/10s', 'leaves no time to work'],
  ['warmup:soon', 'is no duration'],
])('%s is refused', (text, message) => {
  expect(() => new Faults([text], 1, 0)).toThrow(OptionError);
  expect(() => new Faults([text], 1, 0)).toThrow(message);
});

test('a kind given twice is refused', () => {
  expect(() => new Faults(['drop:1%', 'drop:2%'], 1, 0)).toThrow('drop is given twice');
});

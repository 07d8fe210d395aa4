import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const take = (many: number, next: () => number): number[] => Array.from({ length: many }, next);

describe('Random', () => {
  it('gives the same numbers for the same seed and stream, others for others', () => {
    const first = (seed: number, stream: number) => {
      const random = new Random(seed, stream);
      return take(4, () => random.uniform()).join();
    };
    expect(first(7, 0)).toBe(first(7, 0));
    const all = [first(7, 0), first(8, 0), first(7, 1), first(0, 7), first(7 + 2 ** 32, 0), first(-7, 0)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is uniform: chi-square over 100 cells, of 100 000 numbers', () => {
    const random = new Random(1, 0);
    const cells = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      const cell = Math.floor(value * 100);
      cells[cell] = (cells[cell] as number) + 1;
    }
    const chiSquare = cells.reduce((sum, seen) => sum + (seen - 1_000) ** 2 / 1_000, 0);
    // 99 degrees of freedom: 0.1 % above 148.2, 0.1 % below 60.3 (seeded, so no chance involved).
    expect(chiSquare).toBeLessThan(148.2);
    expect(chiSquare).toBeGreaterThan(60.3);
  });

  it('has streams that do not follow each other', () => {
    const [a, b] = [new Random(1, 1), new Random(1, 2)];
    const pairs = take(20_000, () => (a.uniform() - 0.5) * (b.uniform() - 0.5));
    const correlation = (12 * pairs.reduce((sum, x) => sum + x, 0)) / pairs.length;
    expect(Math.abs(correlation)).toBeLessThan(3 / Math.sqrt(pairs.length));
  });

  it('is exponential: mean, and Kolmogorov-Smirnov at 5 %', () => {
    const random = new Random(3, 0);
    const n = 20_000;
    const sorted = take(n, () => random.exponential(50)).sort((x, y) => x - y);
    expect(sorted.reduce((sum, x) => sum + x, 0) / n / 50).toBeCloseTo(1, 1);
    const distance = Math.max(...sorted.map((x, i) => Math.abs(1 - Math.exp(-x / 50) - (i + 0.5) / n)));
    expect(distance).toBeLessThan(1.36 / Math.sqrt(n));
  });
});

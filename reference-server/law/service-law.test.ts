import { describe, expect, test } from 'vitest';
import { OptionError } from '../option-syntax.ts';
import { seededRandom } from '../random.ts';
import { parseServiceLaw } from './service-law.ts';

const DRAWS = 100_000;

function drawn(text: string, seed = 7): number[] {
  const random = seededRandom(seed);
  const law = parseServiceLaw(text);
  return Array.from({ length: DRAWS }, () => law.draw(random));
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const shareAbove = (values: number[], limit: number) => values.filter((value) => value > limit).length / values.length;

describe('draws', () => {
  test('of fixed are the value, in any unit', () => {
    expect(new Set(drawn('fixed:50ms'))).toEqual(new Set([50]));
    expect(parseServiceLaw('fixed:250us').draw(Math.random)).toBe(0.25);
    expect(parseServiceLaw('fixed:1.5s').draw(Math.random)).toBe(1500);
    expect(parseServiceLaw('fixed:0ms').draw(Math.random)).toBe(0);
  });

  test('of exp have the mean and the tail of the law', () => {
    const values = drawn('exp:5ms');
    expect(mean(values)).toBeCloseTo(5, 1);
    for (const limit of [1, 5, 20]) expect(shareAbove(values, limit)).toBeCloseTo(Math.exp(-limit / 5), 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  test('of uniform fill their range evenly', () => {
    const values = drawn('uniform:2ms-8ms');
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThan(8);
    expect(shareAbove(values, 3.5)).toBeCloseTo(0.75, 2);
  });

  test('of bimodal are the rare one as often as asked', () => {
    const values = drawn('bimodal:5ms,50ms,10%');
    expect(new Set(values)).toEqual(new Set([5, 50]));
    expect(shareAbove(values, 10)).toBeCloseTo(0.1, 2);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(drawn('exp:5ms', 3)).toEqual(drawn('exp:5ms', 3));
    expect(drawn('exp:5ms', 3).slice(0, 5)).not.toEqual(drawn('exp:5ms', 4).slice(0, 5));
  });
});

test.each(['fixed:50ms', 'exp:5ms', 'uniform:2ms-8ms', 'bimodal:5ms,50ms,10%'])('%s names its mean', (text) => {
  const { meanMs } = parseServiceLaw(text);
  expect(mean(drawn(text)) / meanMs).toBeCloseTo(1, 1);
});

test.each([
  ['gauss:5ms', 'is no law'],
  ['', 'is no law'],
  ['exp', 'is no duration'],
  ['exp:5', 'is no duration'],
  ['exp:-5ms', 'is no duration'],
  ['uniform:5ms', 'is no duration'],
  ['uniform:8ms-2ms', 'ends before it begins'],
  ['bimodal:5ms,50ms', 'is no share'],
  ['bimodal:5ms,50ms,110%', 'is no share'],
])('%s is refused', (text, message) => {
  expect(() => parseServiceLaw(text)).toThrow(OptionError);
  expect(() => parseServiceLaw(text)).toThrow(message);
});

import { expect, test } from 'vitest';
import { Autoscaler } from './autoscaler.ts';

const rules = { min: 1, max: 4, target: 2, cooldownMs: 5000 };

test('goes up at once, as far as the load wants and the bounds allow', () => {
  expect(new Autoscaler(rules).decide(0, 0, 1)).toBe(1);
  expect(new Autoscaler(rules).decide(0, 2, 1)).toBe(1);
  expect(new Autoscaler(rules).decide(0, 3, 1)).toBe(2);
  expect(new Autoscaler(rules).decide(0, 100, 1)).toBe(4);
});

test('goes down only when less has been enough for the whole cooldown', () => {
  const scaler = new Autoscaler(rules);
  expect(scaler.decide(0, 8, 4)).toBe(4);
  expect(scaler.decide(4000, 1, 4)).toBe(4);
  expect(scaler.decide(4500, 8, 4)).toBe(4);
  expect(scaler.decide(9000, 1, 4)).toBe(4);
  expect(scaler.decide(9500, 1, 4)).toBe(1);
  expect(scaler.decide(9700, 0, 1)).toBe(1);
});

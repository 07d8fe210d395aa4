import { describe, expect, test } from 'vitest';
import { heldUp } from '../../test/held-up.ts';
import { Engine, sharedNow } from './engine.ts';
import { FANCY } from './fancy/fancy.ts';
import { LOAN } from './loan/loan.ts';

describe('an engine', () => {
  test('must be loaded before it predicts', async () => {
    await expect(new Engine(LOAN, 'busy').predict([LOAN.contract.example])).rejects.toThrow('loan is not loaded');
  });

  test('works in turn, and tells how many wait', async () => {
    const engine = new Engine(FANCY, 'asleep');
    await engine.load();
    const order: number[] = [];
    const all = [0, 1, 2].map((n) => engine.predict([`${n}`]).then(() => order.push(n)));
    expect([engine.busy, engine.waiting]).toEqual([true, 2]);
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2]);
    expect([engine.busy, engine.waiting]).toEqual([false, 0]);
  });

  test.each(['busy', 'asleep'] as const)('takes the model’s time, %s', async (passing) => {
    const engine = new Engine(FANCY, passing);
    const begun = performance.now();
    await engine.load();
    const loaded = performance.now();
    expect(loaded - begun).toBeGreaterThanOrEqual(49.9);
    expect(await engine.predict(['x', 'y'])).toHaveLength(2);
    expect(performance.now() - loaded).toBeGreaterThanOrEqual(5.9);
  });

  test('asleep, is done with what has waited for it as if it had begun in time', async () => {
    const engine = new Engine(FANCY, 'asleep');
    await engine.load();
    const since = sharedNow();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const held = heldUp();
    const begun = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => engine.predict(['x'], since)));
    // 500 ms of work, which would have been done by now.
    expect(performance.now() - begun).toBeLessThan(400 + held() / 1e3);
  });
});

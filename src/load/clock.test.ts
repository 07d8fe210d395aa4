import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { SystemClock } from './clock.ts';

const hrtime = (): number => Number(process.hrtime.bigint()) / 1e3;

describe('SystemClock', () => {
  const clock = new SystemClock();

  it('reads the monotonic clock of the machine, and never backwards', () => {
    let last = 0;
    for (let i = 0; i < 10_000; i++) {
      const now = clock.now();
      expect(now >= last).toBe(true);
      last = now;
    }
    const before = hrtime();
    const now = clock.now();
    const after = hrtime();
    // Between the two, but for the calibration's error.
    expect(now).toBeGreaterThan(before - 50);
    expect(now).toBeLessThan(after + 50);
  });

  it('has the same origin in another thread', async () => {
    const code = `
      const { parentPort } = require('node:worker_threads');
      parentPort.postMessage(Number(process.hrtime.bigint()) / 1e3);
      setTimeout(() => {}, 0);`;
    const before = clock.now();
    const worker = new Worker(code, { eval: true });
    const there = await new Promise<number>((resolve) => worker.once('message', resolve));
    const after = clock.now();
    await worker.terminate();
    expect(there).toBeGreaterThan(before);
    expect(there).toBeLessThan(after);
  });

  it('calls back not before the delay, in a busy loop neither', async () => {
    let busy = true;
    const turn = (): void => {
      if (busy) clock.soon(turn);
    };
    clock.soon(turn);
    for (let i = 0; i < 40; i++) {
      if (i === 20) busy = false;
      const delay = 100 * i;
      const setAt = clock.now();
      const ranAt = await new Promise<number>((resolve) => clock.after(micros(delay), () => resolve(clock.now())));
      expect(ranAt - setAt).toBeGreaterThanOrEqual(delay - 0.01);
      expect(ranAt - setAt).toBeLessThan(delay + 5e6);
    }
  });

  it('does not call back what was cancelled, and calls back soon', async () => {
    let ran = false;
    clock.cancel(clock.after(micros(500), () => (ran = true)));
    clock.cancel(null);
    await new Promise<void>((resolve) => clock.soon(resolve));
    await new Promise<void>((resolve) => clock.after(micros(5_000), resolve));
    expect(ran).toBe(false);
  });

  it('waits for what is further away than a timeout can be', async () => {
    const warnings: string[] = [];
    const listener = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listener);
    let ran = false;
    const timer = clock.after(micros(1e15), () => (ran = true));
    await new Promise<void>((resolve) => clock.after(micros(5_000), resolve));
    clock.cancel(timer);
    process.off('warning', listener);
    expect([ran, warnings]).toEqual([false, []]);
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { GeneratorProbe } from './probe.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('knows how long the machine slept, by the wall clock that went on while the monotonic one did not', () => {
  const probe = new GeneratorProbe(false);
  expect(probe.slept()).toBeLessThan(250_000);
  const { now } = Date;
  let ahead = 3_600_000;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  expect(Math.abs(probe.slept() / 3_600e6 - 1)).toBeLessThan(1e-3);
  // Told once; and a clock that is set back is no sleep.
  expect(probe.slept()).toBeLessThan(250_000);
  ahead = 0;
  expect(probe.slept()).toBe(0);
  probe.close();
});

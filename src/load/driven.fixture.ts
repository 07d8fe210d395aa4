/** A load model in virtual time, over a driver that touches no network. */
import { expect } from 'vitest';
import { micros } from '../core/units.ts';
import type { FixtureDriver } from './driver.fixture.ts';
import type { LoadModel } from './model.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * Starts a load, which may finish once.
 *
 * @param startAt of its curve, µs of the clock. @returns what lets time pass, s since then, and when it finished; -1: not yet.
 */
export function driven(clock: VirtualClock, driver: FixtureDriver, load: LoadModel, startAt: number) {
  let finishedAt = -1;
  driver.onDone = (exchange) => load.done(exchange);
  load.onFinished = () => {
    expect(finishedAt).toBe(-1);
    finishedAt = clock.now() - startAt;
  };
  load.start(micros(startAt));
  const run = (seconds: number): void => clock.runUntil(micros(startAt + seconds * 1e6));
  return { run, finishedAt: () => finishedAt };
}

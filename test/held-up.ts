/** How long this process was held up, for tests whose server and client both live in it: what a busy machine adds to their times. */
import { onTestFinished } from 'vitest';

/** How often it looks, and how much later than that is no hold-up yet, ms. */
const EVERY = 5;
const LATE = 15;

/**
 * From now to the end of the test. What is waited for takes as long as it should, and as long as nobody here could do anything:
 * only what it takes beyond both is a fault.
 *
 * @returns µs until now in which the loop did not turn.
 */
export function heldUp(): () => number {
  let seen = performance.now();
  let total = 0;
  const look = (): void => {
    const now = performance.now();
    total += Math.max(0, now - seen - EVERY - LATE);
    seen = now;
  };
  const timer = setInterval(look, EVERY);
  onTestFinished(() => clearInterval(timer));
  return () => {
    look();
    return total * 1e3;
  };
}

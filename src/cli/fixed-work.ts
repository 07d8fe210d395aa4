/** A calculation that is always the same, which shows how fast the machine is just now. */
import type { World } from '../core/world.ts';

/** Some milliseconds; of several tries the quickest one was not interrupted. */
const ROUNDS = 1_000_000;
const TRIES = 5;

/** How long a calculation takes that is always the same, ms: how fast the machine is just now, whatever the target does. */
export function fixedWork({ clock }: Pick<World, 'clock'>): number {
  let quickest = Number.POSITIVE_INFINITY;
  let state = 1;
  for (let tried = 0; tried < TRIES; tried++) {
    const begun = clock.now();
    for (let i = 0; i < ROUNDS; i++) {
      // Marsaglia's xorshift: each step needs the one before it, so none can be left out.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    quickest = Math.min(quickest, clock.now() - begun);
  }
  // Never zero: a use of what was calculated.
  return state === 0 ? 0 : quickest / 1e3;
}

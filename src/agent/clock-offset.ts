/** How far an agent's clock is from the controller's, and how far apart agents may therefore begin. */
import type { Clock } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import type { ClockOffset } from './protocol.ts';

const ROUND_TRIPS = 20;

/**
 * How far another clock is from ours, as NTP finds it: of twenty round trips the quickest one bounds it best. The other
 * clock was read at some instant of the round trip, taken for its middle; so the offset is right to half of it.
 *
 * @param ask reads the other clock.
 */
export async function measureOffset(clock: Clock, ask: () => Promise<Micros>): Promise<ClockOffset> {
  let best: ClockOffset = { offset: 0 as Micros, roundTrip: Number.POSITIVE_INFINITY as Micros };
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const before = clock.now();
    const theirs = await ask();
    const roundTrip = (clock.now() - before) as Micros;
    if (roundTrip < best.roundTrip) best = { offset: (theirs - before - roundTrip / 2) as Micros, roundTrip };
  }
  return best;
}

/** How far apart agents may begin that were told one instant: each is wrong by half its round trip at most. */
export function startSkew(clocks: readonly ClockOffset[]): Micros {
  const [first = 0, second = 0] = clocks.map(({ roundTrip }) => roundTrip / 2).sort((a, b) => b - a);
  return (first + second) as Micros;
}

/** When requests are over their time limit is looked at by a coarse tick, and in which words it is told. */
import { type Micros, millis } from '../core/units.ts';

/** How often to look for what is over its time limit: often beside the shortest, and not for nothing. */
export const tickFor = (timeouts: readonly Micros[]): Micros =>
  Math.min(millis(50), Math.max(millis(1), Math.min(...timeouts) / 50)) as Micros;

/** How far a request had come that is over its time limit, as a message. */
export function latenessOf({
  sent,
  begun,
  streaming,
}: {
  readonly sent: boolean;
  /** Whether its response had. */
  readonly begun: boolean;
  readonly streaming: boolean;
}): string {
  if (!sent) return 'no connection in time';
  return begun ? `the ${streaming ? 'stream' : 'response'} did not end in time` : 'no response in time';
}

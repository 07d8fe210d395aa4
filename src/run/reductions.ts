/** Keeps V8 from collecting garbage only to save memory, in threads that make load. */
import { setFlagsFromString } from 'node:v8';

/** Who makes load at the moment. */
let holders = 0;

/**
 * V8 looks every eight seconds whether a thread allocates so little that it may be taken for idle. Then it marks all its memory, up to
 * three times, and makes it smaller: in a load thread a pause in which responses wait, and a good part of what a quiet run
 * costs. A thread that is born meanwhile is spared that; its garbage is collected where the room is needed.
 *
 * @returns what ends it, once.
 */
export function holdReductions(): () => void {
  if (holders++ === 0) setFlagsFromString('--no-memory-reducer');
  let held = true;
  return () => {
    if (held && --holders === 0) setFlagsFromString('--memory-reducer');
    held = false;
  };
}

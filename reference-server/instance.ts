import { hostname } from 'node:os';

/** What tells the process that did the work from all others, also where each runs in a container of its own. */
export function instanceOf(pid: number): string {
  return `${hostname()}-${pid}`;
}

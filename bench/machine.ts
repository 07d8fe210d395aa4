/** The machine that is measured on: its cores, and what else ran. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { onPath } from './peer.ts';

/** Which cores the target and the clients get, as `taskset` takes them; null where processes cannot be pinned. */
export interface Cores {
  readonly server: string | null;
  /** One core. */
  readonly client: string | null;
  /** For two threads: two cores where there are three, else the one. */
  readonly twoThreads: string | null;
}

/** The target on the last core, the clients on others: neither may take the other's time. */
export function divideCores(): Cores {
  const count = cpus().length;
  if (onPath('taskset') === null || count < 2) return { server: null, client: null, twoThreads: null };
  return { server: String(count - 1), client: '0', twoThreads: count > 2 ? '0,1' : '0' };
}

/** The machine in one line. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${first?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

/** What else ran in the last minute, in cores. */
export function loadBefore(): number {
  return loadavg()[0] ?? 0;
}

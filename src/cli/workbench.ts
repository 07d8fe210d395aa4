/** Null servers to measure against: what `doctor` and the check of a machine's ceiling stand on. */
import { RunFold } from '../analyze/fold.ts';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { millis } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import { resolvePlan } from '../plan/resolve.ts';
import { quote } from '../plan/syntax.ts';
import type { NullServer } from '../run/protocol.ts';
import { type ServerThread, startServerThread } from '../run/server-thread.ts';
import { ThreadPool } from '../run/threads.ts';

/** Bytes of a null server's response where there is no target to copy. */
export const RESPONSE_BYTES = 200;
const LOOKS = 5;

/** What requests to measure with look like: as flags of a run. */
export interface BenchRequest {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly bodyFile?: string;
}

/** Servers to measure against, and the means to do it. */
export class Workbench {
  readonly #world: World;
  readonly #request: Readonly<Record<string, unknown>>;
  readonly #signal: AbortSignal;
  readonly #servers: ServerThread[] = [];

  /** @param signal ends what is under way, and something is thrown. */
  constructor(world: World, { method, header, body, bodyFile }: BenchRequest, signal: AbortSignal) {
    this.#world = world;
    this.#request = { method, header, body, bodyFile };
    this.#signal = signal;
  }

  async serve(server: NullServer): Promise<ServerThread> {
    const thread = await startServerThread(new URL('null-server.js', this.#world.workerEntry), server);
    this.#servers.push(thread);
    return thread;
  }

  /** What the target sends back, by a few requests: the path that was asked, and the bytes of a response. */
  async look(target: string): Promise<{ path: string; bytes: number }> {
    const plan = await this.#plan('probe', target, { requests: String(LOOKS) });
    await reach(plan, this.#signal);
    const { totals } = await this.#run(plan);
    if (totals.ok === 0)
      throw new RampartError(
        'unreachable',
        `${quote(target)} gave no good response to copy the size of`,
        'Is the request right?',
      );
    // As it is written: there may be placeholders in it.
    const path = plan.target.url.replace(/^[^/]*\/\/[^/?#]*/, '');
    return { path: path === '' ? '/' : path, bytes: Math.round(totals.bytesIn / totals.ok) };
  }

  async measure({ port }: ServerThread, path: string, flags: Readonly<Record<string, unknown>>): Promise<RunResult> {
    return this.#run(await this.#plan('run', `http://127.0.0.1:${port}${path}`, flags));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #plan(kind: Plan['kind'], target: string, flags: Readonly<Record<string, unknown>>): Promise<Plan> {
    return resolvePlan({ kind, target, env: {}, flags: { ...this.#request, ...flags } }, this.#world);
  }

  async #run(plan: Plan): Promise<RunResult> {
    const { version, host, workerEntry, clock } = this.#world;
    const fold = new RunFold();
    const startedAt = this.#world.wallTime().toISOString();
    const run = { id: 'doctor', command: ['rampart', 'doctor'], startedAt, host };
    fold.accept({ type: 'started', format: 2, tool: { name: 'rampart', version }, run, plan });
    const signal = this.#signal;
    signal.throwIfAborted();
    const pool = new ThreadPool(workerEntry, clock, plan.threads);
    // Half a measurement says nothing: nothing under way is waited for.
    const end = (): void => void pool.close();
    signal.addEventListener('abort', end);
    try {
      for await (const snapshot of pool.source(plan, { index: 0, count: 1 }, signal))
        fold.accept({ type: 'interval', snapshot });
    } finally {
      signal.removeEventListener('abort', end);
      await pool.close();
    }
    signal.throwIfAborted();
    return fold.result();
  }
}

/**
 * What one thread of this machine can do against a server that does nothing, requests per second: in a second and a
 * half.
 */
export async function threadCeiling(world: World): Promise<number> {
  const bench = new Workbench(world, {}, new AbortController().signal);
  try {
    const idle = await bench.serve({ responseBytes: RESPONSE_BYTES, delay: millis(0) });
    const load = { vus: '16', threads: '1', duration: '1.5s', warmup: '0.5s' };
    const { rates } = await bench.measure(idle, '/', load);
    return rates.achievedPerSec;
  } finally {
    await bench.close();
  }
}

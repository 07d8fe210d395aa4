/** Processes that share a port: started, counted together, and replaced one at a time. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { ListenError } from '../listener.ts';
import type { ServerOptions } from '../server.ts';
import { noTotals, sumOf, type Totals } from '../totals.ts';

type MetricsJson = MetricObjectWithValues<MetricValue<string>>[];

/** What the primary tells a process of the cluster. */
export type ToClusterReplica =
  | { readonly type: 'report'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Totals | string }
  | { readonly type: 'close'; readonly lingerMs: number };

/** What such a process tells. */
export type FromClusterReplica =
  | { readonly type: 'ready'; readonly url: string; readonly port: number }
  | { readonly type: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly type: 'totals'; readonly totals: Totals }
  | { readonly type: 'ask'; readonly id: number; readonly what: 'stats' | 'metrics' }
  | { readonly type: 'report'; readonly id: number; readonly totals: Totals; readonly metrics: MetricsJson };

export interface ClusterOptions {
  /** Of each process; JSON, so without functions. */
  readonly server: ServerOptions;
  readonly replicas: number;
  /** The built `replica.js` beside this file. */
  readonly entry: URL;
  readonly log: (line: string) => void;
}

/** Processes that share a port. */
export interface Cluster {
  readonly url: string;
  readonly port: number;
  pids(): number[];
  /** Of all processes that have ended. */
  totals(): Totals;
  /** Replaces every process, one at a time, without losing a request: the new one accepts before the old one stops. */
  replaceAll(): Promise<void>;
  /** Ends it as `Listener.close` does. */
  close(lingerMs?: number): Promise<void>;
}

/** How long a process that is replaced keeps idle connections, ms: their next request ends them in good order. */
const LINGER_MS = 2000;

interface Report {
  readonly totals: Totals;
  readonly metrics: MetricsJson;
}

interface Member {
  readonly worker: Worker;
  totals: Totals;
  readonly reports: Map<number, (report: Report | undefined) => void>;
  /** Was asked to end. */
  leaving: boolean;
  /** Called when it has ended, and has been heard to its end. */
  onGone: () => void;
}

/**
 * Starts processes behind one port, connections handed to them in turn (node:cluster). One that dies is replaced; the
 * connections that it held are reset.
 *
 * @throws ListenError (as a rejection)
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { log } = options;
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: fileURLToPath(options.entry),
    args: [JSON.stringify(options.server)],
    serialization: 'advanced',
  });
  const members = new Set<Member>();
  let past = noTotals();
  let nextId = 0;
  let closing = false;

  async function add(): Promise<{ url: string; port: number }> {
    const worker = cluster.fork();
    const member: Member = { worker, totals: noTotals(), reports: new Map(), leaving: false, onGone: () => {} };
    members.add(member);
    const started = new Promise<{ url: string; port: number }>((resolve, reject) => {
      worker.on('message', (message: FromClusterReplica) => {
        if (message.type === 'ready') resolve(message);
        else if (message.type === 'failed') {
          member.leaving = true;
          reject(
            message.code === undefined ? new Error(message.message) : new ListenError(message.message, message.code),
          );
        } else hear(member, message);
      });
      worker.once('exit', async () => {
        // What it said before its end may still be on its way.
        if (worker.isConnected()) await once(worker, 'disconnect');
        members.delete(member);
        past = sumOf([past, member.totals]);
        member.onGone();
        for (const answer of member.reports.values()) answer(undefined);
        reject(new Error('a process of the cluster ended before it was ready'));
        if (member.leaving || closing) return;
        log(`replica ${worker.process.pid} died; another one is started`);
        void add().catch((error: Error) => log(`it could not be started: ${error.message}`));
      });
    });
    return started;
  }

  function hear(member: Member, message: FromClusterReplica): void {
    if (message.type === 'totals') member.totals = message.totals;
    else if (message.type === 'report') {
      member.reports.get(message.id)?.(message);
      member.reports.delete(message.id);
    } else if (message.type === 'ask') {
      const { id, what } = message;
      void gather(what).then((answer) => send(member, { type: 'answer', id, answer }));
    }
  }

  /** The figures of all processes together. */
  async function gather(what: 'stats' | 'metrics'): Promise<Totals | string> {
    const reports = await Promise.all(
      [...members].map(
        (member) =>
          new Promise<Report | undefined>((resolve) => {
            const id = nextId++;
            member.reports.set(id, resolve);
            send(member, { type: 'report', id });
          }),
      ),
    );
    const told = reports.filter((report) => report !== undefined);
    if (what === 'stats') return sumOf([past, ...told.map((report) => report.totals)]);
    return AggregatorRegistry.aggregate(told.map((report) => report.metrics)).metrics();
  }

  async function retire(member: Member, lingerMs: number): Promise<void> {
    member.leaving = true;
    const gone = new Promise<void>((resolve) => {
      member.onGone = resolve;
    });
    send(member, { type: 'close', lingerMs });
    await gone;
  }

  let address: { url: string; port: number };
  try {
    // The first one opens the port, so that one error is told once.
    address = await add();
    await Promise.all(Array.from({ length: options.replicas - 1 }, add));
  } catch (error) {
    closing = true;
    for (const { worker } of members) worker.kill('SIGKILL');
    throw error;
  }
  return {
    ...address,
    totals: () => past,
    pids: () => [...members].map(({ worker }) => worker.process.pid ?? 0),
    async replaceAll() {
      for (const old of [...members]) {
        await add();
        await retire(old, LINGER_MS);
      }
    },
    async close(lingerMs = 0) {
      closing = true;
      await Promise.all([...members].map((member) => retire(member, lingerMs)));
    },
  };
}

function send(member: Member, message: ToClusterReplica): void {
  // A process that is gone says so by its exit.
  member.worker.send(message, () => {});
}

import { ListenError } from '../listener.ts';
import { type ModelServer, type ServerOptions, startServer } from '../server.ts';
import type { Totals } from '../totals.ts';
import type { FromClusterReplica, ToClusterReplica } from './primary.ts';

/** The entry of a process of the cluster: a whole server, on the port that all of them share. */

const options = JSON.parse(process.argv[2] ?? '{}') as ServerOptions;
const tell = (message: FromClusterReplica): void => {
  process.send?.(message);
};

const waiting = new Map<number, (answer: never) => void>();
let nextId = 0;
function ask<T>(what: 'stats' | 'metrics'): Promise<T> {
  return new Promise<T>((resolve) => {
    const id = nextId++;
    waiting.set(id, resolve as (answer: never) => void);
    tell({ type: 'ask', id, what });
  });
}

// The primary ends its processes; a Ctrl-C at the terminal, which reaches them too, must not cut their work short.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

let server: ModelServer | undefined;
let willTell = false;
/** Tells the totals as soon as this turn of the event loop is over, so that one that is killed has told all it did before. */
function counted(): void {
  if (willTell) return;
  willTell = true;
  setImmediate(() => {
    willTell = false;
    if (server !== undefined) tell({ type: 'totals', totals: server.app.totals });
  });
}

try {
  server = await startServer({
    ...options,
    counted,
    whole: { stats: () => ask<Totals>('stats'), metrics: () => ask<string>('metrics') },
  });
  const { app, url, port, close } = server;
  const { totals, metrics } = app;
  process.on('message', async (message: ToClusterReplica) => {
    if (message.type === 'answer') {
      waiting.get(message.id)?.(message.answer as never);
      waiting.delete(message.id);
    } else if (message.type === 'report') {
      tell({ type: 'report', id: message.id, totals, metrics: await metrics.registry.getMetricsAsJSON() });
    } else {
      await close(message.lingerMs);
      process.send?.({ type: 'totals', totals } satisfies FromClusterReplica, () => process.exit(0));
    }
  });
  tell({ type: 'ready', url, port });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // Only a port that cannot be had has a code: anything else is a bug.
  const code = error instanceof ListenError ? (error.code ?? 'unknown') : undefined;
  process.send?.({ type: 'failed', message, code } satisfies FromClusterReplica, () => process.exit(1));
}

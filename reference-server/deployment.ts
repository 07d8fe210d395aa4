/** A model that is served, in any of the ways that there are. */
import type { Operations } from './admin.ts';
import { startCluster } from './cluster/primary.ts';
import { Faults } from './faults.ts';
import { modelNamed } from './models/catalogue.ts';
import { type ServerOptions, STRATEGIES, startServer } from './server.ts';
import { Versions } from './strategies/versions.ts';
import type { Totals } from './totals.ts';

/** All the ways to deploy a model. */
export const DEPLOYMENTS = [...STRATEGIES, 'cluster'] as const;
export type DeploymentName = (typeof DEPLOYMENTS)[number];

export interface DeploymentOptions extends Omit<ServerOptions, 'strategy' | 'whole' | 'log'> {
  readonly deployment: DeploymentName;
  /** Processes of `cluster`. */
  readonly replicas: number;
  readonly entries: URL;
  readonly log: (line: string) => void;
}

/** A model that is served, in any of the ways. */
export interface Deployment {
  readonly url: string;
  /** The model's own route, where the article has it. */
  readonly route: string;
  readonly operations: Operations;
  /** The server's own count; of `cluster` once it is closed. */
  totals(): Totals;
  /** Ends it as `Listener.close` does. */
  close(lingerMs?: number): Promise<void>;
}

/**
 * Serves a model.
 *
 * @throws OptionError (as a rejection) for an option that is none; ListenError if it cannot listen.
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { deployment, replicas, log, ...rest } = options;
  const { route } = modelNamed(options.model).contract;
  if (deployment === 'cluster') {
    // A wrong fault is told here, once, rather than by each process.
    new Faults(rest.faults ?? [], 1, 0);
    const { entries, ...server } = rest;
    const cluster = await startCluster({ server, replicas, log, entry: new URL('cluster/replica.js', entries) });
    return {
      url: cluster.url,
      route,
      operations: {
        state: () => ({ strategy: deployment, pids: cluster.pids() }),
        replaceAll: cluster.replaceAll,
      },
      totals: cluster.totals,
      close: cluster.close,
    };
  }
  const server = await startServer({ ...rest, log, strategy: deployment });
  const { strategy } = server;
  const state = { strategy: deployment };
  return {
    url: server.url,
    route,
    operations:
      strategy instanceof Versions
        ? {
            state: () => ({
              ...state,
              split: strategy.split,
              replicas: strategy.replicas(),
              pids: strategy.pids(),
              queued: strategy.queued,
            }),
            crashNext: () => strategy.crashNext(),
            replaceAll: () => strategy.replaceAll(),
            setSplit: (split) => strategy.setSplit(split),
            rollOut: (version, steps) => strategy.rollOut(version, steps),
          }
        : {
            state: () => ({ ...state, replicas: strategy.replicas(), queued: strategy.queued }),
            ...(strategy.crashNext === undefined ? {} : { crashNext: () => strategy.crashNext?.() }),
          },
    totals: () => server.app.totals,
    close: server.close,
  };
}

/** A model server in one listening process: its options, how it starts and how it ends. */
import { createServer } from 'node:http';
import { Alarms } from './alarms.ts';
import { type App, type AppOptions, createApp } from './app.ts';
import { Faults } from './faults.ts';
import { type Listener, listen } from './listener.ts';
import { type ModelName, modelNamed } from './models/catalogue.ts';
import { Engine, type Passing } from './models/engine.ts';
import type { BatchRules } from './models/tokens/continuous-batch.ts';
import { seededRandom } from './random.ts';
import { sessionReader } from './session.ts';
import type { ScalingRules } from './strategies/autoscaler.ts';
import { BatchStrategy } from './strategies/batch.ts';
import { cached } from './strategies/cache.ts';
import { globalModel, perRequest } from './strategies/in-process.ts';
import { startPool } from './strategies/pool.ts';
import { startReplica } from './strategies/replica.ts';
import type { OnBatch, Strategy } from './strategies/strategy.ts';
import { type Split, Versions } from './strategies/versions.ts';

/** The ways to deploy a model within one listening process. */
export const STRATEGIES = ['per-request', 'global', 'pool', 'autoscale', 'batch'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export interface ServerOptions {
  model: ModelName;
  /** Default `global`. */
  strategy?: StrategyName;
  /** How the stand-in time of `fancy` passes. Default `busy`. */
  passing?: Passing;
  /** Threads of `pool`. Default 4. */
  workers?: number;
  /** How many requests may wait; the next one gets 503. Default: no bound, of `pool` 100. */
  queue?: number;
  /** How many answers are remembered. Default 0. */
  cache?: number;
  /** Of `batch`: how many requests go together at most (8), and how long the first waits for others, ms (5). */
  maxBatch?: number;
  maxWaitMs?: number;
  /** Of `autoscale`. Default: 1 to 4 replicas, 2 requests each, 5 s. */
  scaling?: Partial<ScalingRules>;
  /** Of `autoscale`: shares of the traffic by version. Default: all for v1. */
  split?: Split;
  /** Of `tokens`: how fast it is and how much it holds, where that differs from the usual. */
  batch?: Partial<BatchRules>;
  /** What tells the session of a request, `header:x-session` or `cookie:session`. Default: there are no sessions. */
  affinity?: string;
  faults?: readonly string[];
  /** Of the faults and the split. Default 1. */
  seed?: number;
  /** Where the built entries of threads and processes lie: needed by `pool` and `autoscale`. */
  entries?: URL;
  /** Default 127.0.0.1: this machine only. */
  host?: string;
  /** Default 8989; 0 takes a free one. */
  port?: number;
  /** Gets a line for each thing that should not happen, never one per request. Default: standard error. */
  log?: (line: string) => void;
  /** How long a close waits for requests in flight, milliseconds. Default 5000. */
  drainMs?: number;
  whole?: NonNullable<AppOptions['whole']>;
  counted?: () => void;
}

/** A model server that accepts requests. */
export interface ModelServer extends Listener {
  readonly app: App;
  /** What does the work, behind the cache. */
  readonly strategy: Strategy;
}

/**
 * Serves a model over HTTP.
 *
 * @throws OptionError (as a rejection) for an option that is none; ListenError if it cannot listen.
 */
export async function startServer(options: ServerOptions): Promise<ModelServer> {
  const { model: name, host = '127.0.0.1', port = 8989, log = console.error, drainMs = 5000, cache = 0 } = options;
  const faults = new Faults(options.faults ?? [], options.seed ?? 1, performance.now());
  const alarms = new Alarms();
  const pooled = options.strategy === 'pool';
  let strategy: Strategy | undefined;
  const app = await createApp({
    model: modelNamed(name),
    faults,
    alarms,
    log,
    sessionOf: sessionReader(options.affinity),
    // The article's pool of workers answers in an object, its other deployments in plain text.
    wrap: (output) => (name === 'fancy' && pooled ? { res: output } : output),
    batch: { ...options.batch, ...(options.queue === undefined ? {} : { queue: options.queue }) },
    ...(options.whole === undefined ? {} : { whole: options.whole }),
    ...(options.counted === undefined ? {} : { counted: options.counted }),
    start: async (onBatch) => {
      strategy = await startStrategy(options, onBatch, log);
      return cache > 0 ? cached(strategy, cache) : strategy;
    },
  });
  let listener: Listener;
  try {
    const http = createServer(app.handle).on('connection', app.metrics.connected);
    listener = await listen(http, { host, port, drainMs, log });
  } catch (error) {
    await app.strategy.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    ...listener,
    app,
    strategy: strategy ?? app.strategy,
    close(lingerMs) {
      closing ??= listener.close(lingerMs).then(() => app.strategy.close());
      return closing;
    },
  };
}

async function startStrategy(options: ServerOptions, onBatch: OnBatch, log: (line: string) => void): Promise<Strategy> {
  const { model, passing = 'busy', strategy = 'global', queue = Number.POSITIVE_INFINITY, entries } = options;
  if (strategy === 'pool') {
    const entry = entryOf('strategies/pool-worker.js', entries);
    const { workers = 4 } = options;
    return startPool({ model, passing, workers, queue: options.queue ?? 100, entry }, onBatch, log);
  }
  if (strategy === 'autoscale') {
    const entry = entryOf('strategies/replica-process.js', entries);
    const rules = { min: 1, max: 4, by: 'in-flight', target: 2, cooldownMs: 5000, ...options.scaling } as const;
    const random = seededRandom((options.seed ?? 1) * 31 + 7);
    const split = options.split ?? { v1: 1 };
    return Versions.start(
      { split, rules, queue, random, log, startReplica: (...on) => startReplica({ model, passing, entry }, ...on) },
      onBatch,
    );
  }
  const engine = new Engine(modelNamed(model), passing);
  if (strategy === 'per-request') return perRequest(engine, queue, onBatch);
  if (strategy === 'global') return globalModel(engine, queue, onBatch);
  await engine.load();
  const { maxBatch = 8, maxWaitMs = 5 } = options;
  return new BatchStrategy(engine, { maxBatch, maxWaitMs, queue }, onBatch);
}

function entryOf(path: string, entries: URL | undefined): URL {
  if (entries === undefined) throw new Error(`where ${path} lies must be told`);
  return new URL(path, entries);
}

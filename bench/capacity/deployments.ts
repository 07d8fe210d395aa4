/** The deployments that searches are tried on, and what theory says of each. */
import { constant, microBatching, queue } from '../accuracy/server.ts';
import { limitOf, type Slo } from './theory.ts';

/** One way to deploy the `fancy` model (50 ms to load, 5 ms to predict), and what theory says of it. Rates in 1/s. */
export interface DeploymentCase {
  readonly name: string;
  /** Of `rampart serve fancy`. */
  readonly serve: readonly string[];
  /** Of `rampart find`, the SLOs aside. */
  readonly find: readonly string[];
  readonly slo: Slo;
  /** How the capacity comes about. */
  readonly formula: string;
  readonly capacity: number;
  /** What must bind first. */
  readonly binds: 'p95' | 'errors';
  /** Where, by simulation of the same queue; a range where the way to a free worker is not the shortest. */
  readonly limit: readonly [low: number, high: number];
  /** Whether the time passes asleep: the tester's own work then takes nothing from it, and the law is exact. */
  readonly asleep: boolean;
}

const LOAD = 0.05;
const PREDICT = 0.005;
const SLOW: Slo = { p95: 0.25 };
const QUICK: Slo = { p95: 0.05 };
const BATCHED: Slo = { p95: 0.04 };
const NO_LOSS: Slo = { p95: 0.05, errors: 0.01 };
/** Places in the queue of the pool: so few that nobody waits 50 ms before somebody is refused. */
const QUEUE = 6;

const workers = (count: number, waiting = Number.POSITIVE_INFINITY) => queue(count, constant(PREDICT), count + waiting);
const batches = microBatching(8, 0.005, (size) => 0.004 + 0.001 * size);

/** The queue's limit, twice where it is no range. */
const exactly = (limit: number): readonly [number, number] => [limit, limit];

/** Every case; the simulations take some seconds. */
export function deployments(): DeploymentCase[] {
  const loaded = LOAD + PREDICT;
  const one = limitOf(workers(1), 1 / PREDICT, QUICK);
  const perRequest = exactly(limitOf(queue(1, constant(loaded)), 1 / loaded, SLOW));
  const batched = exactly(limitOf(batches, 8 / 0.012, BATCHED));
  const refusing = exactly(limitOf(workers(2, QUEUE), 2 / PREDICT, NO_LOSS));
  const base = { find: [], slo: QUICK, binds: 'p95' } as const;
  const perRequestCase = {
    ...base,
    slo: SLOW,
    formula: '1 / (50 ms + 5 ms)',
    capacity: 1 / loaded,
    limit: perRequest,
  };
  const globalCase = { ...base, formula: '1 / 5 ms', capacity: 1 / PREDICT, limit: exactly(one) };
  const batchCase = { ...base, slo: BATCHED, formula: '8 / (4 ms + 8 × 1 ms)', capacity: 8 / 0.012, limit: batched };
  const perRequestFlags = ['--strategy', 'per-request'];
  const batchFlags = ['--strategy', 'batch', '--max-batch', '8', '--max-wait', '5ms'];
  const poolFlags = ['--strategy', 'pool', '--workers', '2', '--queue', String(QUEUE)];
  return [
    { ...perRequestCase, name: 'per-request', serve: ['--sleep', ...perRequestFlags], asleep: true },
    { ...globalCase, name: 'global', serve: ['--sleep', '--strategy', 'global'], asleep: true },
    {
      ...base,
      name: 'pool',
      serve: ['--sleep', ...poolFlags],
      slo: NO_LOSS,
      formula: '2 workers / 5 ms',
      capacity: 2 / PREDICT,
      binds: 'errors',
      limit: refusing,
      asleep: true,
    },
    {
      ...base,
      name: 'cluster',
      serve: ['--sleep', '--strategy', 'cluster', '--replicas', '2'],
      formula: '2 processes / 5 ms',
      capacity: 2 / PREDICT,
      // A connection stays with its process: between two queues that know nothing of each other and one for both.
      limit: [2 * one, limitOf(workers(2), 2 / PREDICT, QUICK)],
      asleep: true,
    },
    {
      ...base,
      name: 'autoscale',
      serve: ['--sleep', '--strategy', 'autoscale', '--replicas', '1-2', '--cooldown', '10s'],
      find: ['--settle', '1s'],
      formula: 'up to 2 replicas / 5 ms',
      capacity: 2 / PREDICT,
      limit: exactly(limitOf(workers(2), 2 / PREDICT, QUICK)),
      asleep: true,
    },
    { ...batchCase, name: 'batch', serve: ['--sleep', ...batchFlags], asleep: true },
    { ...perRequestCase, name: 'busy per-request', serve: perRequestFlags, asleep: false },
    { ...globalCase, name: 'busy global', serve: ['--strategy', 'global'], asleep: false },
    { ...batchCase, name: 'busy batch', serve: batchFlags, asleep: false },
  ];
}

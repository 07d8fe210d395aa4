import { workerData } from 'node:worker_threads';
import { type ModelName, modelNamed } from '../models/catalogue.ts';
import { Engine, type Passing } from '../models/engine.ts';
import type { PoolTask } from './pool.ts';

/** The entry of a pool's worker thread: a model of its own, loaded before the first task. */
const { model, passing } = workerData as { model: ModelName; passing: Passing };
const engine = new Engine(modelNamed(model), passing);
await engine.load();

export default async function work(task: PoolTask | null): Promise<unknown[]> {
  if (task === null) return [];
  // In a worker thread this ends the thread alone.
  if (task.crash) process.exit(1);
  return engine.predict(task.rows, task.since);
}

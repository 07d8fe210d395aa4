/** The model in the event loop of the server itself: loaded for each request, or once. */
import type { Engine } from '../models/engine.ts';
import { type OnBatch, type Prediction, QueueFull, type Strategy } from './strategy.ts';

/** The model is loaded for every request: what a script behind a web route does first. */
export function perRequest(engine: Engine, bound: number, onBatch: OnBatch): Strategy {
  return inProcess(engine, bound, onBatch, (rows) => engine.loadAndPredict(rows));
}

/** One model in the event loop, loaded once; one request at a time. */
export async function globalModel(engine: Engine, bound: number, onBatch: OnBatch): Promise<Strategy> {
  await engine.load();
  return inProcess(engine, bound, onBatch, (rows) => engine.predict(rows));
}

function inProcess(
  engine: Engine,
  bound: number,
  onBatch: OnBatch,
  predict: (rows: readonly unknown[]) => Promise<unknown[]>,
): Strategy {
  return {
    async predict(rows): Promise<Prediction> {
      if (engine.busy && engine.waiting >= bound) throw new QueueFull();
      onBatch(rows.length);
      return { outputs: await predict(rows) };
    },
    ready: true,
    get queued() {
      return engine.waiting;
    },
    replicas: () => ({ '': 1 }),
    close: async () => {},
  };
}

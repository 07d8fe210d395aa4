import type { Prediction, Strategy } from './strategy.ts';

/** Remembers the answers of the last requests, the least recently used one going first, and asks the strategy for others. */
export function cached(strategy: Strategy, size: number): Strategy {
  const known = new Map<string, Prediction>();
  return {
    async predict(rows, session) {
      const key = JSON.stringify(rows);
      const hit = known.get(key);
      const prediction = hit ?? (await strategy.predict(rows, session));
      known.delete(key);
      // From here on it is this process that answers.
      const { instance: _, ...remembered } = prediction;
      known.set(key, remembered);
      if (known.size > size) known.delete(known.keys().next().value as string);
      return prediction;
    },
    get ready() {
      return strategy.ready;
    },
    get queued() {
      return strategy.queued;
    },
    replicas: () => strategy.replicas(),
    ...(strategy.crashNext === undefined ? {} : { crashNext: () => strategy.crashNext?.() }),
    close: () => strategy.close(),
  };
}

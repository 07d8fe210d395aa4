import { Gauge, type Registry } from 'prom-client';
import type { ContinuousBatch } from './continuous-batch.ts';

/** Tells of the batch under the names that vLLM's metrics have. */
export function observeBatch(batch: ContinuousBatch, registry: Registry): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('vllm:num_requests_running', 'Sequences in the batch.', () => batch.running);
  gauge('vllm:num_requests_waiting', 'Sequences that wait to join it.', () => batch.waiting);
  gauge('vllm:kv_cache_usage_perc', 'Share of the cache that is taken, 0 to 1.', () => batch.cacheUse);
}

import { Counter, Gauge, type Registry } from 'prom-client';
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
  const { counts } = batch;
  const counter = (name: string, help: string, value: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  counter('vllm:num_preemptions_total', 'Sequences whose room in the cache was taken.', () => counts.preemptions);
  counter(
    'vllm:prefix_cache_queries_total',
    'Tokens of prompts looked for in the prefix cache.',
    () => counts.askedPrefix,
  );
  counter('vllm:prefix_cache_hits_total', 'Tokens of prompts found in the prefix cache.', () => counts.foundPrefix);
  counter('vllm:prompt_tokens_total', 'Tokens of prompts.', () => counts.promptTokens);
  counter('vllm:generation_tokens_total', 'Tokens made.', () => counts.answerTokens);
}

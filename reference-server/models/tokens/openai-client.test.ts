import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelServer, startServer } from '../../server.ts';

/** OpenAI's own client reads what the server streams, and the truth that it tells is what the client sees. */

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startServer({ model: 'tokens', port: 0, log: () => {} });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => server.close());

type Told = { timings?: { first_token_us: number; gaps_us: number[] } };

describe('the official client', () => {
  it('reads a streamed chat: role, words, reason of the end, usage, and the server’s own times', async () => {
    const stream = await client.chat.completions.create({
      model: 'tokens',
      messages: [{ role: 'user', content: 'the load' }],
      max_tokens: 6,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    const words = chunks.flatMap((chunk) => chunk.choices[0]?.delta.content || []);
    expect(words).toHaveLength(6);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length');
    expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 2, completion_tokens: 6, total_tokens: 8 });
    const { timings } = chunks.at(-2) as Told;
    expect(timings?.first_token_us).toBeGreaterThanOrEqual(20_000);
    expect(timings?.gaps_us).toHaveLength(5);
    for (const gap of timings?.gaps_us ?? []) expect(gap).toBeGreaterThan(0);
  });

  it('reads a streamed completion, and one in one piece', async () => {
    const asked = { model: 'tokens', prompt: 'the load', max_tokens: 4 };
    let text = '';
    for await (const chunk of await client.completions.create({ ...asked, stream: true }))
      text += chunk.choices[0]?.text ?? '';
    const whole = await client.completions.create(asked);
    expect(whole.choices[0]?.text).toBe(text);
    expect(whole.usage?.completion_tokens).toBe(4);
  });

  it('tells of the batch under vLLM’s names', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    for (const name of ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc', 'num_preemptions_total'])
      expect(metrics).toContain(`\nvllm:${name} 0`);
    expect(metrics).toMatch(/\nvllm:generation_tokens_total [1-9]/);
  });

  it('reads how much of a prompt the server remembered', async () => {
    const remembering = await startServer({ model: 'tokens', port: 0, log: () => {}, batch: { prefixTokens: 1_000 } });
    const other = new OpenAI({ baseURL: `${remembering.url}/v1`, apiKey: 'none', maxRetries: 0 });
    try {
      const asked = { model: 'tokens', prompt: 'the load of the day '.repeat(8), max_tokens: 1 };
      const cached = [];
      for (let n = 0; n < 2; n++)
        cached.push((await other.completions.create(asked)).usage?.prompt_tokens_details?.cached_tokens);
      // 40 words: two blocks of 16.
      expect(cached).toEqual([0, 32]);
      const metrics = await (await fetch(`${remembering.url}/metrics`)).text();
      expect(metrics).toContain('\nvllm:prefix_cache_queries_total 80');
      expect(metrics).toContain('\nvllm:prefix_cache_hits_total 32');
    } finally {
      await remembering.close();
    }
  });
});

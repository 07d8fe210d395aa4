import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { InferenceClient } from '@huggingface/inference';
import { createParser } from 'eventsource-parser';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, PROTOCOLS, type Protocol, readByItself, TEXT } from './protocols.fixture.ts';

/** Each protocol is read as the client of those who made it reads it: the same text, tokens and end. */

/** The client of text-generation-inference has a path of its own behind the address. */
const pathOf = (url: string): string => (url.startsWith('/tgi') ? '/tgi' : url);

let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const protocol = PROTOCOLS[pathOf(request.url ?? '')] as Protocol;
    response.writeHead(200, { 'content-type': protocol.type });
    const bytes = Buffer.from(bodyOf(protocol));
    for (let at = 0; at < bytes.length; at += 50) response.write(bytes.subarray(at, at + 50));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What a client makes of it. */
interface Told {
  pieces: number;
  text: string;
  outputTokens: number;
  inputTokens: number;
  /** As we call it. */
  finish: string;
}

const told = (): Told => ({ pieces: 0, text: '', outputTokens: -1, inputTokens: -1, finish: 'unknown' });
function add(seen: Told, text: string | null | undefined): void {
  if (text == null || text === '') return;
  seen.pieces++;
  seen.text += text;
}

/** The last part of Ollama's. */
function endWith(
  seen: Told,
  last: { readonly prompt_eval_count: number; readonly eval_count: number; readonly done_reason: string },
): void {
  seen.inputTokens = last.prompt_eval_count;
  seen.outputTokens = last.eval_count;
  seen.finish = last.done_reason;
}

const openai = () => new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'none', maxRetries: 0 });
const asked = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };

const CLIENTS: readonly (readonly [string, string, () => Promise<Told>])[] = [
  [
    'OpenAI’s chat',
    '/v1/chat/completions',
    async () => {
      const seen = told();
      for await (const { choices, usage } of await openai().chat.completions.create({ ...asked, stream: true })) {
        add(seen, choices[0]?.delta.content);
        seen.finish = choices[0]?.finish_reason ?? seen.finish;
        if (usage) [seen.inputTokens, seen.outputTokens] = [usage.prompt_tokens, usage.completion_tokens];
      }
      return seen;
    },
  ],
  [
    'OpenAI’s completions',
    '/v1/completions',
    async () => {
      const seen = told();
      for await (const { choices, usage } of await openai().completions.create({
        model: 'm',
        prompt: 'x',
        stream: true,
      })) {
        add(seen, choices[0]?.text);
        seen.finish = choices[0]?.finish_reason ?? seen.finish;
        if (usage) [seen.inputTokens, seen.outputTokens] = [usage.prompt_tokens, usage.completion_tokens];
      }
      return seen;
    },
  ],
  [
    'OpenAI’s responses',
    '/v1/responses',
    async () => {
      const seen = told();
      for await (const event of await openai().responses.create({ model: 'm', input: 'x', stream: true })) {
        if (event.type === 'response.output_text.delta') add(seen, event.delta);
        if (event.type !== 'response.completed') continue;
        const { usage } = event.response;
        [seen.inputTokens, seen.outputTokens] = [usage?.input_tokens ?? -1, usage?.output_tokens ?? -1];
        seen.finish = 'stop';
      }
      return seen;
    },
  ],
  [
    'Anthropic’s messages',
    '/v1/messages',
    async () => {
      const seen = told();
      const client = new Anthropic({ baseURL: origin, apiKey: 'none', maxRetries: 0 });
      for await (const event of await client.messages.create({ ...asked, max_tokens: 9, stream: true })) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') add(seen, event.delta.text);
        if (event.type === 'message_start') seen.inputTokens = event.message.usage.input_tokens;
        if (event.type !== 'message_delta') continue;
        seen.outputTokens = event.usage.output_tokens;
        seen.finish = event.delta.stop_reason === 'end_turn' ? 'stop' : 'other';
      }
      return seen;
    },
  ],
  [
    'Ollama’s chat',
    '/api/chat',
    async () => {
      const seen = told();
      for await (const part of await new Ollama({ host: origin }).chat({ ...asked, stream: true })) {
        add(seen, part.message.content);
        if (part.done) endWith(seen, part);
      }
      return seen;
    },
  ],
  [
    'Ollama’s generate',
    '/api/generate',
    async () => {
      const seen = told();
      for await (const part of await new Ollama({ host: origin }).generate({ model: 'm', prompt: 'x', stream: true })) {
        add(seen, part.response);
        if (part.done) endWith(seen, part);
      }
      return seen;
    },
  ],
  [
    'text-generation-inference',
    '/tgi',
    async () => {
      const seen = told();
      const client = new InferenceClient('none', { endpointUrl: `${origin}/tgi` });
      for await (const { token, details } of client.textGenerationStream({ inputs: 'x' })) {
        add(seen, token.text);
        if (!details) continue;
        // Sent since TGI 3, and not in the client's types yet.
        const { input_length } = details as typeof details & { input_length: number };
        Object.assign(seen, { inputTokens: input_length, outputTokens: details.generated_tokens });
        seen.finish = details.finish_reason;
      }
      return seen;
    },
  ],
  [
    'generate_stream of Open Inference, by eventsource-parser',
    '/v2/models/m/generate_stream',
    async () => {
      const seen = told();
      const parser = createParser({
        onEvent: ({ data }) => add(seen, (JSON.parse(data) as { text_output: string }).text_output),
      });
      parser.feed(await (await fetch(`${origin}/v2/models/m/generate_stream`)).text());
      return seen;
    },
  ],
];

describe('a stream of', () => {
  it.each(CLIENTS)('%s is read as its client reads it', async (_, path, read) => {
    const seen = await read();
    expect(seen.text).toBe(TEXT);
    expect(readByItself(PROTOCOLS[path] as Protocol)).toEqual({ ...seen, ending: 'whole' });
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { InferenceClient } from '@huggingface/inference';
import { createParser } from 'eventsource-parser';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINISHES } from '../../core/streamed.ts';
import { StreamReader } from './stream-reader.ts';

/** Each protocol is read as the client of those who made it reads it: the same text, tokens and end. */

const sse = (...events: readonly (object | string)[]): string =>
  events
    .map((event) => {
      if (typeof event === 'string') return `data: ${event}\n\n`;
      const { type } = event as { type?: string };
      return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
const lines = (...events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const WORDS = ['Wörter', ' and "quotes"', '\n漢字', ' 😀'];
const TEXT = WORDS.join('');
const chunk = { id: 'c', created: 1, model: 'm' };
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

const BODIES: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  '/v1/chat/completions': {
    type: 'text/event-stream',
    body: sse(
      {
        ...chunk,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      },
      ...WORDS.map((content) => ({
        ...chunk,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { content }, finish_reason: null }],
      })),
      { ...chunk, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { ...chunk, object: 'chat.completion.chunk', choices: [], usage },
      '[DONE]',
    ),
  },
  '/v1/completions': {
    type: 'text/event-stream; charset=utf-8',
    body: sse(
      ...WORDS.map((text, n) => ({
        ...chunk,
        object: 'text_completion',
        choices: [{ index: 0, text, logprobs: null, finish_reason: n === 3 ? 'length' : null }],
      })),
      { ...chunk, object: 'text_completion', choices: [], usage },
      '[DONE]',
    ),
  },
  '/v1/responses': {
    type: 'text/event-stream',
    body: sse(
      {
        type: 'response.created',
        sequence_number: 0,
        response: { id: 'r', object: 'response', status: 'in_progress', instructions: 'Be brief.', output: [] },
      },
      {
        type: 'response.output_item.added',
        sequence_number: 1,
        output_index: 0,
        item: { id: 'i', type: 'message', role: 'assistant', content: [] },
      },
      {
        type: 'response.content_part.added',
        sequence_number: 2,
        item_id: 'i',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [] },
      },
      ...WORDS.map((delta, n) => ({
        type: 'response.output_text.delta',
        sequence_number: 3 + n,
        item_id: 'i',
        output_index: 0,
        content_index: 0,
        delta,
      })),
      {
        type: 'response.output_text.done',
        sequence_number: 7,
        item_id: 'i',
        output_index: 0,
        content_index: 0,
        text: TEXT,
      },
      {
        type: 'response.completed',
        sequence_number: 8,
        response: {
          id: 'r',
          object: 'response',
          status: 'completed',
          output: [
            {
              id: 'i',
              type: 'message',
              role: 'assistant',
              content: [{ type: 'output_text', text: TEXT, annotations: [] }],
            },
          ],
          usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
        },
      },
    ),
  },
  '/v1/messages': {
    type: 'text/event-stream; charset=utf-8',
    body: sse(
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 9, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      ...WORDS.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
      { type: 'message_stop' },
    ),
  },
  '/api/chat': {
    type: 'application/x-ndjson',
    body: lines(
      ...WORDS.map((content) => ({
        model: 'm',
        created_at: 'x',
        message: { role: 'assistant', content },
        done: false,
      })),
      {
        model: 'm',
        created_at: 'x',
        message: { role: 'assistant', content: '' },
        done_reason: 'stop',
        done: true,
        prompt_eval_count: 9,
        eval_count: 4,
      },
    ),
  },
  '/api/generate': {
    type: 'application/x-ndjson',
    body: lines(...WORDS.map((response) => ({ model: 'm', created_at: 'x', response, done: false })), {
      model: 'm',
      created_at: 'x',
      response: '',
      done: true,
      done_reason: 'length',
      context: [1, 2],
      prompt_eval_count: 9,
      eval_count: 4,
    }),
  },
  '/tgi': {
    type: 'text/event-stream',
    body: sse(
      ...WORDS.map((text, n) => ({
        index: n + 1,
        token: { id: n, text, logprob: -0.1, special: false },
        generated_text: n === 3 ? TEXT : null,
        details: n === 3 ? { finish_reason: 'length', generated_tokens: 4, seed: null, input_length: 9 } : null,
      })),
    ),
  },
  '/v2/models/m/generate_stream': {
    type: 'text/event-stream',
    body: sse(...WORDS.map((text_output) => ({ model_name: 'm', model_version: '1', text_output }))),
  },
};

/** The client of text-generation-inference has a path of its own behind the address. */
const pathOf = (url: string): string => (url.startsWith('/tgi') ? '/tgi' : url);

let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const { type, body } = BODIES[pathOf(request.url ?? '')] ?? { type: 'text/plain', body: '' };
    response.writeHead(200, { 'content-type': type });
    const bytes = Buffer.from(body);
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

/** As the engine reads it, a few bytes at a time. */
function own(path: string) {
  const { type, body } = BODIES[path] ?? { type: '', body: '' };
  const reader = new StreamReader(true);
  reader.begin(type.includes('ndjson') ? 'ndjson' : 'sse');
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 11) {
    const piece = bytes.subarray(at, at + 11);
    reader.feed(piece, 0, piece.length);
  }
  reader.end();
  const { text, outputTokens, inputTokens, finish, ending, fresh } = reader;
  return { text, outputTokens, inputTokens, finish: FINISHES[finish], ending, pieces: fresh };
}

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
        if (details) Object.assign(seen, { outputTokens: details.generated_tokens, finish: details.finish_reason });
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
    expect(own(path)).toEqual({ ...seen, ending: 'whole' });
  });
});

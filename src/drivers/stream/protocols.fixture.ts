/**
 * A stream of each protocol and format, as those who made it send it: the same four words, their tokens and their end.
 * `clients.test.ts` reads them with their own clients.
 */
import { FINISHES } from '../../core/streamed.ts';
import { StreamReader } from './stream-reader.ts';

export interface Protocol {
  /** Its content type. */
  readonly type: string;
  /** Events before the words, the words, and those behind them, ready to be written. */
  readonly before: readonly string[];
  readonly words: readonly string[];
  readonly after: readonly string[];
  /** An error after the stream has begun; empty: the format has none. */
  readonly error: string;
  /** What is said of a stream without `after`; null: the end of its body is its end. */
  readonly missing: string | null;
}

export const WORDS = ['Wörter', ' and "quotes"', '\n漢字', ' 😀'] as const;
export const TEXT = WORDS.join('');

const sse = (event: object | string): string => {
  if (typeof event === 'string') return `data: ${event}\n\n`;
  const { type } = event as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
};
const line = (event: object): string => `${JSON.stringify(event)}\n`;

const chunk = { id: 'c', created: 1, model: 'm' };
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const chat = (delta: object, finish: string | null = null): string =>
  sse({ ...chunk, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
const part = { item_id: 'i', output_index: 0, content_index: 0 };
const answer = {
  ...{ id: 'i', type: 'message', role: 'assistant' },
  content: [{ type: 'output_text', text: TEXT, annotations: [] }],
};
const ollama = { model: 'm', created_at: 'x' };
const failure = sse({ error: { message: 'out of memory', type: 'server_error', code: 500 } });
const NO_MARKER = 'the stream ended without [DONE]';
const NO_FLAG = 'the stream ended without its last event ("done": true)';
const NO_LAST = 'the stream ended without its last event';

/** By the path at which a test serves them. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  '/v1/chat/completions': {
    type: 'text/event-stream',
    before: [chat({ role: 'assistant', content: '' })],
    words: WORDS.map((content) => chat({ content })),
    after: [chat({}, 'stop'), sse({ ...chunk, object: 'chat.completion.chunk', choices: [], usage }), sse('[DONE]')],
    error: failure,
    missing: NO_MARKER,
  },
  '/v1/completions': {
    type: 'text/event-stream; charset=utf-8',
    before: [],
    words: WORDS.map((text, n) =>
      sse({
        ...chunk,
        object: 'text_completion',
        choices: [{ index: 0, text, logprobs: null, finish_reason: n === 3 ? 'length' : null }],
      }),
    ),
    after: [sse({ ...chunk, object: 'text_completion', choices: [], usage }), sse('[DONE]')],
    error: failure,
    missing: NO_MARKER,
  },
  '/v1/responses': {
    type: 'text/event-stream',
    before: [
      sse({
        type: 'response.created',
        sequence_number: 0,
        response: { id: 'r', object: 'response', status: 'in_progress', instructions: 'Be brief.', output: [] },
      }),
      sse({
        type: 'response.output_item.added',
        sequence_number: 1,
        output_index: 0,
        item: { id: 'i', type: 'message', role: 'assistant', content: [] },
      }),
      sse({
        type: 'response.content_part.added',
        sequence_number: 2,
        ...part,
        part: { type: 'output_text', text: '', annotations: [] },
      }),
    ],
    words: WORDS.map((delta, n) => sse({ type: 'response.output_text.delta', sequence_number: 3 + n, ...part, delta })),
    after: [
      sse({ type: 'response.output_text.done', sequence_number: 7, ...part, text: TEXT }),
      sse({
        type: 'response.completed',
        sequence_number: 8,
        response: {
          ...{ id: 'r', object: 'response', status: 'completed', output: [answer] },
          usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
        },
      }),
    ],
    error: sse({
      type: 'response.failed',
      sequence_number: 5,
      response: { id: 'r', object: 'response', status: 'failed', error: { code: 'server_error', message: 'no' } },
    }),
    missing: NO_LAST,
  },
  '/v1/messages': {
    type: 'text/event-stream; charset=utf-8',
    before: [
      sse({
        type: 'message_start',
        message: {
          ...{ id: 'm', type: 'message', role: 'assistant', model: 'm', content: [] },
          ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 1 } },
        },
      }),
      sse({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      sse({ type: 'ping' }),
    ],
    words: WORDS.map((text) => sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    after: [
      sse({ type: 'content_block_stop', index: 0 }),
      sse({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 4 },
      }),
      sse({ type: 'message_stop' }),
    ],
    error: sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    missing: NO_LAST,
  },
  '/api/chat': {
    type: 'application/x-ndjson',
    before: [],
    words: WORDS.map((content) => line({ ...ollama, message: { role: 'assistant', content }, done: false })),
    after: [
      line({
        ...{ ...ollama, message: { role: 'assistant', content: '' }, done_reason: 'stop', done: true },
        ...{ prompt_eval_count: 9, eval_count: 4 },
      }),
    ],
    error: line({ error: 'llama runner process has terminated' }),
    missing: NO_FLAG,
  },
  '/api/generate': {
    type: 'application/x-ndjson',
    before: [],
    words: WORDS.map((response) => line({ ...ollama, response, done: false })),
    after: [
      line({
        ...{ ...ollama, response: '', done: true, done_reason: 'length', context: [1, 2] },
        ...{ prompt_eval_count: 9, eval_count: 4 },
      }),
    ],
    error: line({ error: 'llama runner process has terminated' }),
    missing: NO_FLAG,
  },
  '/tgi': {
    type: 'text/event-stream',
    before: [],
    words: WORDS.map((text, n) =>
      sse({
        index: n + 1,
        token: { id: n, text, logprob: -0.1, special: false },
        generated_text: n === 3 ? TEXT : null,
        details: n === 3 ? { finish_reason: 'length', generated_tokens: 4, seed: null, input_length: 9 } : null,
      }),
    ),
    after: [],
    error: sse({ error: 'Request failed during generation', error_type: 'generation' }),
    missing: null,
  },
  '/v2/models/m/generate_stream': {
    type: 'text/event-stream',
    before: [],
    words: WORDS.map((text_output) => sse({ model_name: 'm', model_version: '1', text_output })),
    after: [],
    error: sse({ error: 'out of memory' }),
    missing: null,
  },
  '/sse': {
    type: 'text/event-stream',
    before: [': keep-alive\n\n', 'retry: 100\n\n'],
    words: WORDS.map((word) => `data:${word.replace('\n', '\ndata:')}\n\n`),
    after: [],
    error: 'event: error\ndata: out of memory\n\n',
    missing: null,
  },
  '/ndjson': {
    type: 'application/x-ndjson',
    before: ['\r\n'],
    words: WORDS.map((token) => line({ token })),
    after: [],
    error: line({ error: 'out of memory' }),
    missing: null,
  },
};

export const bodyOf = ({ before, words, after }: Protocol): string => [...before, ...words, ...after].join('');

/** As the engine reads it, a few bytes at a time. */
export function readByItself(protocol: Protocol) {
  const reader = new StreamReader(true);
  reader.begin(protocol.type.includes('ndjson') ? 'ndjson' : 'sse');
  const bytes = Buffer.from(bodyOf(protocol));
  for (let at = 0; at < bytes.length; at += 11) {
    const piece = bytes.subarray(at, at + 11);
    reader.feed(piece, 0, piece.length);
  }
  reader.end();
  const { text, outputTokens, inputTokens, finish, ending, fresh } = reader;
  return { text, outputTokens, inputTokens, finish: FINISHES[finish], ending, pieces: fresh };
}

import { describe, expect, it } from 'vitest';
import { EventContent, FINISH } from './event-content.ts';

function read(data: unknown): EventContent {
  const content = new EventContent();
  // What surrounds an event in the reader's buffer is not part of it.
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const bytes = Buffer.from(`"content":"x"${text}"content":"x"`);
  content.read(bytes, 13, 13 + Buffer.byteLength(text));
  return content;
}

const chat = (delta: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
});

describe('an event with a piece of the answer', () => {
  it.each([
    ['chat', chat({ content: 'Hi' })],
    ['chat, a quote in it', chat({ content: '"' })],
    ['chat, reasoning', chat({ reasoning_content: 'hm' })],
    ['chat, a tool call', chat({ tool_calls: [{ function: { arguments: '{"a' } }] })],
    [
      'Ollama chat, a tool call, whole',
      {
        message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
        done: false,
      },
    ],
    [
      'Anthropic, a tool call',
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a' } },
    ],
    ['completions', { choices: [{ text: ' a', finish_reason: null }] }],
    ['responses', { type: 'response.output_text.delta', delta: 'Hi', sequence_number: 4 }],
    ['Open Inference', { model_name: 'm', text_output: 'a' }],
    [
      'generate_stream',
      { index: 1, token: { id: 5, text: ' a', special: false }, generated_text: null, details: null },
    ],
    ['Ollama chat', { model: 'm', message: { role: 'assistant', content: 'a' }, done: false }],
    ['Ollama generate', { model: 'm', response: 'a', done: false }],
    ['Anthropic', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } }],
    ['a protocol of its own', { y: 3 }],
    ['text', 'hello'],
    ['spaced JSON', '{ "choices" : [ { "delta" : { "content" : "x" } } ] }'],
  ])('%s', (_, data) => {
    expect(read(data)).toMatchObject({ content: true, error: false, done: false });
  });
});

describe('an event without one', () => {
  it.each([
    ['the role alone', chat({ role: 'assistant' })],
    ['the role with no content', chat({ role: 'assistant', content: '' })],
    ['no content at all', chat({ content: null })],
    ['the end of a chat', chat({}, 'stop')],
    ['usage', { choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } }],
    ['the whole text again', { type: 'response.output_text.done', text: 'all of it' }],
    [
      'a response that was created',
      { type: 'response.created', response: { error: null, instructions: 'x', text: 'y' } },
    ],
    [
      'a tool call that starts',
      { type: 'content_block_start', content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
    ],
    [
      'a tool call without arguments yet',
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '' } },
    ],
    ['ping', { type: 'ping' }],
    ['the message that starts', { type: 'message_start', message: { content: [], usage: { input_tokens: 3 } } }],
    ['nothing', ''],
    ['spaces', '  '],
    ['[DONE]', '[DONE]'],
  ])('%s', (_, data) => {
    expect(read(data).content).toBe(false);
  });

  it('does not take the text of a string for a key', () => {
    expect(read(chat({ role: '"content":"x", \\"text\\": "y"' })).content).toBe(false);
  });
});

describe('the end of a stream', () => {
  it.each([
    ['[DONE]', '[DONE]'],
    ['Ollama', { done: true, done_reason: 'stop', message: { content: '' } }],
    [
      'responses',
      { type: 'response.completed', response: { error: null, usage: { input_tokens: 1, output_tokens: 2 } } },
    ],
    ['responses, too long', { type: 'response.incomplete', response: {} }],
    ['Anthropic', { type: 'message_stop' }],
  ])('%s', (_, data) => {
    expect(read(data)).toMatchObject({ done: true, content: false, error: false });
  });

  it('says why', () => {
    expect(read(chat({}, 'stop')).finish).toBe(FINISH.stop);
    expect(read(chat({}, 'length')).finish).toBe(FINISH.length);
    expect(read(chat({}, 'content_filter')).finish).toBe(FINISH.other);
    expect(read(chat({})).finish).toBe(FINISH.unknown);
    expect(read({ done: true, done_reason: 'length' }).finish).toBe(FINISH.length);
    expect(read({ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }).finish).toBe(FINISH.length);
    const incomplete = (reason: string) => ({
      type: 'response.incomplete',
      response: { incomplete_details: { reason } },
    });
    expect(read(incomplete('max_output_tokens')).finish).toBe(FINISH.length);
    expect(read(incomplete('content_filter')).finish).toBe(FINISH.other);
  });
});

describe('an error', () => {
  it.each([
    ['OpenAI', { error: { message: 'out of memory', type: 'server_error' } }],
    ['Ollama', { error: 'model crashed' }],
    ['responses', { type: 'error', code: 'x', message: 'y' }],
    ['responses, failed', { type: 'response.failed', response: { error: { code: 'x' } } }],
  ])('%s', (_, data) => {
    expect(read(data)).toMatchObject({ error: true, content: false });
  });

  it('is none where it is null, or part of an answer', () => {
    expect(read({ error: null, text_output: 'a' })).toMatchObject({ error: false, content: true });
    expect(read(chat({ content: 'a', details: { error: 'x' } })).error).toBe(false);
  });
});

describe('token counts', () => {
  it.each([
    ['OpenAI', { choices: [], usage: { prompt_tokens: 12, completion_tokens: 345, total_tokens: 357 } }],
    ['responses', { type: 'response.completed', response: { usage: { input_tokens: 12, output_tokens: 345 } } }],
    ['Ollama', { done: true, prompt_eval_count: 12, eval_count: 345 }],
    [
      'text-generation-inference',
      { token: { text: '</s>' }, details: { finish_reason: 'eos_token', generated_tokens: 345, input_length: 12 } },
    ],
  ])('%s', (_, data) => {
    expect([read(data).input, read(data).output]).toEqual([12, 345]);
  });

  it('are unknown where the server does not say', () => {
    expect(read(chat({ content: 'a' })).output).toBe(-1);
    expect(read({ usage: null }).output).toBe(-1);
    expect(read({ usage: { completion_tokens: null } }).output).toBe(-1);
  });
});

it('survives JSON that is none', () => {
  for (const text of ['{', '{"', '{"content', '{"content":', '{"content":"', '{"a":"\\', '}}}', '[[[', '{"content":1}'])
    expect(() => read(text)).not.toThrow();
});

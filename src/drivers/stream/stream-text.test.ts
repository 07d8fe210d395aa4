import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { promptText } from './prompt-text.ts';
import { StreamReader } from './stream-reader.ts';
import { TEXT_LIMIT } from './stream-text.ts';

const sse = (...events: readonly unknown[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');

function textOf(body: string, format: 'sse' | 'ndjson' | 'chunks' = 'sse', size = 7): string | null {
  const reader = new StreamReader(true);
  reader.begin(format);
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size)
    reader.feed(bytes.subarray(at, at + size), 0, Math.min(size, bytes.length - at));
  reader.end();
  return reader.text;
}

const chat = (delta: object): object => ({ choices: [{ index: 0, delta, finish_reason: null }] });

describe('what a stream says', () => {
  it.each([
    [
      'chat, with reasoning, escapes and other alphabets',
      sse(
        chat({ role: 'assistant', content: '' }),
        chat({ reasoning_content: 'hm "so"' }),
        chat({ content: '\n漢字 😀' }),
        '[DONE]',
      ),
      'hm "so"\n漢字 😀',
    ],
    [
      'completions',
      sse({ choices: [{ text: ' a' }] }, { choices: [{ text: 'b', logprobs: { tokens: ['b'] } }] }),
      ' ab',
    ],
    [
      'the responses API, whose end repeats the whole',
      sse(
        { type: 'response.created', response: { instructions: 'x', text: {} } },
        { type: 'response.output_text.delta', delta: 'one' },
        { type: 'response.output_text.delta', delta: ' two' },
        { type: 'response.output_text.done', text: 'one two' },
        { type: 'response.completed', response: { output: [{ content: [{ text: 'one two' }] }] } },
      ),
      'one two',
    ],
    ['text-generation-inference', sse({ token: { text: 'a' } }, { token: { text: 'b' }, generated_text: 'ab' }), 'ab'],
    ['text without JSON', sse('one', 'two'), 'onetwo'],
    ['an error, which is no piece', sse(chat({ content: 'a' }), { error: { message: 'text', text: 'no' } }), 'a'],
  ])('is gathered of %s', (_, body, text) => {
    for (const size of [1, 7, 10_000]) expect(textOf(body, 'sse', size)).toBe(text);
  });

  it('is gathered of JSON lines, and of whatever comes', () => {
    const lines = [{ response: 'a' }, { response: ' b' }, { response: '', done: true }];
    expect(textOf(lines.map((each) => JSON.stringify(each)).join('\n'), 'ndjson')).toBe('a b');
    expect(textOf('plain ü text', 'chunks', 7)).toBe('plain ü text');
  });

  it('is gathered of what is compressed, also where reads are pieces', () => {
    const reader = new StreamReader(true);
    const textIn = (coding: string, body: Buffer): string | null => {
      reader.begin('chunks', coding);
      for (const byte of body) reader.feed(Buffer.of(byte), 0, 1);
      reader.end();
      return reader.text;
    };
    expect(textIn('gzip', gzipSync('one two three'))).toBe('one two three');
    expect(textIn('', Buffer.from('four'))).toBe('four');
    expect(textIn('br', brotliCompressSync('five six'))).toBe('five six');
    // Nobody can tell how many words these are.
    expect(textIn('zstd', Buffer.from('seven'))).toBeNull();
    expect(textIn('gzip', Buffer.from('no gzip at all'))).toBeNull();
    expect(textIn('gzip', gzipSync('eight'))).toBe('eight');
  });

  it('is bounded: of a longer one nothing is told, and the next begins anew', () => {
    const long = sse(chat({ content: 'x'.repeat(TEXT_LIMIT) }), chat({ content: 'y' }));
    expect(textOf(long, 'sse', 5_000)).toBeNull();
    const reader = new StreamReader(true);
    for (const text of [long, sse(chat({ content: 'z' }))]) {
      reader.begin('sse');
      reader.feed(Buffer.from(text), 0, Buffer.byteLength(text));
    }
    expect(reader.text).toBe('z');
    expect(new StreamReader().text).toBeNull();
  });
});

describe('what a model was asked', () => {
  it.each([
    [{ prompt: 'a b' }, 'a b'],
    [{ prompt: ['a', 'b'] }, 'a\nb'],
    [{ inputs: 'a', parameters: {} }, 'a'],
    [{ text_input: 'a' }, 'a'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text', text: 'a' }] }], instructions: 'be' }, 'be\na'],
    [
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: [{ type: 'text', text: 'u' }] },
        ],
      },
      's\nu',
    ],
    [{ system: 's', messages: [{ role: 'user', content: 'u' }] }, 's\nu'],
    [{ income: 5 }, null],
    [[1, 2], null],
  ])('%j', (body, text) => {
    expect(promptText(JSON.stringify(body))).toBe(text);
  });

  it('of what is no JSON is not known', () => {
    expect(promptText('a=b')).toBeNull();
  });
});

import { expect, it } from 'vitest';
import type { Accepted } from '../discover/exchange.ts';
import { asStream, namedStream } from './streaming-question.ts';

const accepted = (path: string, body: object): Accepted => ({
  question: { method: 'POST', path, headers: [], body: JSON.stringify(body) },
  from: 'made of the protocol',
  reply: { status: 200, headers: [], body: '{}', message: '' },
});
const asked = (path: string, body: object): unknown => {
  const { question } = asStream(accepted(path, body), '--stream sse') ?? {};
  return question === undefined ? null : JSON.parse(String(question.body));
};

it('asks for a stream, also where a description has none by default', () => {
  const chat = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
  const usage = { stream_options: { include_usage: true } };
  expect(asked('/v1/chat/completions', chat)).toEqual({ ...chat, stream: true, ...usage });
  expect(asked('/v1/chat/completions', { ...chat, stream: false })).toEqual({ ...chat, stream: true, ...usage });
  expect(asked('/v1/messages?beta=1', { ...chat, max_tokens: 16 })).toEqual({ ...chat, max_tokens: 16, stream: true });
  expect(asked('/v1/completions', { prompt: 'x', stream: true, ...usage })).toBeNull();
});

it('asks for none where the address alone looks like that of a model', () => {
  expect(asked('/api/messages', { text: 'hello', to: 'ada' })).toBeNull();
});

it('says what wants it, and how there is none where nobody asked', () => {
  const chat = accepted('/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }] });
  expect(asStream(chat, '--stream sse')?.from).toBe('made of the protocol, as a stream for --stream sse');
  expect(asStream(chat, null)?.from).toBe('made of the protocol, as a stream (in one piece: --stream off)');
});

it('is told by what the user wrote', () => {
  expect([{ stream: 'sse' as const }, { stream: 'off' as const }, {}].map(namedStream)).toEqual([
    '--stream sse',
    null,
    null,
  ]);
});

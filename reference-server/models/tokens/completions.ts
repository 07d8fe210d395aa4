import type { Response } from 'express';
import type { Alarms } from '../../alarms.ts';
import { stampEnd } from '../../stamp.ts';
import { type Failure, shown, unprocessable } from '../model.ts';
import { continuation, DEFAULT_TOKENS, firstTokens, tokensOf } from './tokens.ts';

/** Time until the first token, ms, and on top for each token of the prompt. */
const PREFILL_MS = 20;
const PREFILL_TOKEN_MS = 0.5;
/** Time between tokens, ms. */
const DECODE_MS = 10;
const MOST_TOKENS = 4096;

/** A completion that was asked for, in the form of the OpenAI protocol. */
interface Completion {
  readonly chat: boolean;
  readonly prompt: string;
  readonly length: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Reads the body of `/v1/completions`, or of `/v1/chat/completions`. */
export function readCompletion(body: unknown, chat: boolean): Completion | Failure {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return unprocessable(`the body must be a JSON object, got ${shown(body)}`);
  const given = body as Record<string, unknown>;
  const prompt = chat ? readMessages(given['messages']) : given['prompt'];
  if (typeof prompt === 'object' && prompt !== null && 'status' in prompt) return prompt as Failure;
  if (typeof prompt !== 'string') return unprocessable(`prompt must be a string, got ${shown(prompt)}`, 'prompt');
  const name = given['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  const length = given[name] ?? DEFAULT_TOKENS;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 1 || length > MOST_TOKENS)
    return unprocessable(`${name} must be a whole number from 1 to ${MOST_TOKENS}, got ${shown(length)}`, name);
  const stream = given['stream'] ?? false;
  if (typeof stream !== 'boolean') return unprocessable(`stream must be true or false, got ${shown(stream)}`, 'stream');
  const usage = (given['stream_options'] as { include_usage?: unknown } | undefined)?.include_usage === true;
  return { chat, prompt, length, stream, includeUsage: usage };
}

function readMessages(messages: unknown): string | Failure {
  if (!Array.isArray(messages) || messages.length === 0)
    return unprocessable(`messages must be a list of at least one, got ${shown(messages)}`, 'messages');
  for (const [index, message] of messages.entries()) {
    const content: unknown = (message as { content?: unknown } | null)?.content;
    if (typeof content !== 'string')
      return unprocessable(
        `messages[${index}].content must be a string, got ${shown(content)}`,
        `messages[${index}].content`,
      );
  }
  return messages.map((message: { content: string }) => message.content).join(' ');
}

/** Answers a completion in its own time, `stretch` times as long as usual: in one piece, or word by word. */
export async function complete(
  completion: Completion,
  response: Response,
  alarms: Alarms,
  stretch: number,
): Promise<void> {
  const { chat, prompt, length, stream } = completion;
  const promptTokens = tokensOf(prompt).length;
  const usage = { prompt_tokens: promptTokens, completion_tokens: length, total_tokens: promptTokens + length };
  const head = { id: 'cmpl-rampart', created: 0, model: 'tokens' };
  const begun = performance.now();
  const tokenAt = (index: number) =>
    begun + stretch * (PREFILL_MS + PREFILL_TOKEN_MS * promptTokens + DECODE_MS * index);
  if (!stream) {
    const text = firstTokens(prompt, length).join(' ');
    const last = { index: 0, finish_reason: 'length' };
    await alarms.until(tokenAt(length - 1));
    const choice = chat ? { ...last, message: { role: 'assistant', content: text } } : { ...last, text };
    response.json({ ...head, object: chat ? 'chat.completion' : 'text_completion', choices: [choice], usage });
    return;
  }
  const object = chat ? 'chat.completion.chunk' : 'text_completion';
  const send = (data: object): void => {
    response.write(`data: ${JSON.stringify({ ...head, object, ...data })}\n\n`);
  };
  const words = continuation(prompt);
  for (let index = 0; index < length && !response.destroyed; index++) {
    await alarms.until(tokenAt(index));
    if (index === 0) response.setHeader('Content-Type', 'text/event-stream').setHeader('Cache-Control', 'no-cache');
    const text = (index === 0 ? '' : ' ') + words.next().value;
    const end = { index: 0, finish_reason: index === length - 1 ? 'length' : null };
    send({ choices: [chat ? { ...end, delta: { content: text } } : { ...end, text }] });
  }
  if (completion.includeUsage) send({ choices: [], usage });
  stampEnd(response);
  response.end('data: [DONE]\n\n');
}

/** Completions in OpenAI's protocol: what was asked for, and the answer, whole or as a stream. */
import type { Response } from 'express';
import { arrivalOf, stampEnd } from '../../stamp.ts';
import { type Failure, shown, unprocessable } from '../model.ts';
import type { ContinuousBatch, Sequence } from './continuous-batch.ts';
import { continuation, DEFAULT_TOKENS, tokensOf } from './tokens.ts';

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

/** What the server itself knows of an answer's times, µs since the request was here in full. In its last event. */
interface Timings {
  /** Until the first token was handed to the socket. */
  first_token_us: number;
  /** Between each two tokens. */
  gaps_us: number[];
  /** How often its room in the cache was taken from it meanwhile. */
  preempted: number;
}

/** Answers a completion in the batch's time, `stretch` times as long as usual: in one piece, or word by word. */
export function complete(completion: Completion, response: Response, batch: ContinuousBatch, stretch: number): void {
  const { chat, prompt, length, stream, includeUsage } = completion;
  const asked = tokensOf(prompt);
  const promptTokens = asked.length;
  const usageOf = ({ cached }: Readonly<Sequence>): object => ({
    ...{ prompt_tokens: promptTokens, completion_tokens: length, total_tokens: promptTokens + length },
    ...(batch.rules.prefixTokens > 0 ? { prompt_tokens_details: { cached_tokens: cached } } : {}),
  });
  const head = { id: 'cmpl-rampart', created: 0, model: 'tokens' };
  const object = `${chat ? 'chat.completion' : 'text_completion'}${chat && stream ? '.chunk' : ''}`;
  const words = continuation(prompt);
  const timings: Timings = { first_token_us: 0, gaps_us: [], preempted: 0 };
  let last = arrivalOf(response);
  let text = '';
  const send = (data: object): void => {
    response.write(`data: ${JSON.stringify({ ...head, object, ...data })}\n\n`);
  };
  const tell = (index: number): void => {
    const word = (index === 0 ? '' : ' ') + words.next().value;
    const ended = index === length - 1;
    const now = performance.now();
    const took = Math.round((now - last) * 1e3);
    last = now;
    if (ended) timings.preempted = sequence.preempted;
    if (index === 0) timings.first_token_us = took;
    else timings.gaps_us.push(took);
    if (stream) {
      const end = { index: 0, finish_reason: ended ? 'length' : null };
      const choice = chat ? { ...end, delta: { content: word } } : { ...end, text: word };
      send({ choices: [choice], ...(ended ? { timings } : {}) });
      if (!ended) return;
      if (includeUsage) send({ choices: [], usage: usageOf(sequence) });
      stampEnd(response);
      response.end('data: [DONE]\n\n');
    } else {
      text += word;
      if (!ended) return;
      const end = { index: 0, finish_reason: 'length' };
      const choice = chat ? { ...end, message: { role: 'assistant', content: text } } : { ...end, text };
      response.json({ ...head, object, choices: [choice], usage: usageOf(sequence), timings });
    }
  };
  // Where the process was held up words are due within the call: they go behind the head.
  const early: number[] = [];
  let begun = false;
  const { sequence, cancel } = batch.generate(asked, length, stretch, (index) => {
    if (begun) tell(index);
    else early.push(index);
  });
  response.once('close', cancel);
  if (stream) response.setHeader('Content-Type', 'text/event-stream').setHeader('Cache-Control', 'no-cache');
  // As OpenAI's protocol begins: who speaks, before there is a word.
  if (stream && chat) send({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
  begun = true;
  for (const index of early) tell(index);
}

/**
 * What one event of a streamed response says, by one pass over its bytes: whether it holds a piece of the response, whether it
 * is the last one or an error, and the token counts. No JSON is parsed: a model sends thousands of these per second, and
 * few keys in them matter. Protocols: see docs/streaming.md.
 */

import type { StreamText } from './stream-text.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const BRACE = 123;
const BRACKET = 91;
const BRACE_END = 125;
const BRACKET_END = 93;
const SPACE = 32;
const LETTER_N = 110;
const LETTER_T = 116;
const ZERO = 48;

/** How generation ended, as the stream says. */
export const FINISH = { unknown: 0, stop: 1, length: 2, other: 3 } as const;

/** How a protocol tells that a stream has come to its end; `body`: it does not, its body ends. */
export const END = { body: 0, marker: 1, flag: 2, type: 3 } as const;

const KEY = {
  none: 0,
  content: 1,
  choices: 2,
  done: 3,
  error: 4,
  type: 5,
  finish: 6,
  output: 7,
  input: 8,
  arguments: 9,
  reason: 10,
  other: 11,
} as const;

/** By name. `other`: a piece of a known protocol, which makes an event without content one that has none. */
const KEYS: Readonly<Record<string, number>> = {
  content: KEY.content,
  text: KEY.content,
  response: KEY.content,
  delta: KEY.content,
  text_output: KEY.content,
  reasoning_content: KEY.content,
  reasoning: KEY.content,
  thinking: KEY.content,
  refusal: KEY.content,
  partial_json: KEY.content,
  arguments: KEY.arguments,
  choices: KEY.choices,
  done: KEY.done,
  error: KEY.error,
  type: KEY.type,
  finish_reason: KEY.finish,
  done_reason: KEY.finish,
  stop_reason: KEY.finish,
  reason: KEY.reason,
  completion_tokens: KEY.output,
  output_tokens: KEY.output,
  eval_count: KEY.output,
  generated_tokens: KEY.output,
  prompt_tokens: KEY.input,
  input_tokens: KEY.input,
  prompt_eval_count: KEY.input,
  input_length: KEY.input,
  usage: KEY.other,
};

interface Known {
  readonly name: Buffer;
  readonly key: number;
}

/** Places of a table that no two keys share: found at the start by trying multipliers. */
const SLOTS = 256;
const { table: TABLE, factor: FACTOR } = perfectTable();

export class EventContent {
  /** It holds a piece of the response. */
  content = false;
  /** It says that the stream has come to its end. */
  done = false;
  /** It is an error. */
  error = false;
  /** Tokens of the response and of the prompt, by the server's count; -1: it does not say. */
  output = -1;
  input = -1;
  /** Of FINISH. */
  finish = 0;
  /** Of END: how the protocol that it belongs to ends. */
  ends = 0;
  /** Gathers the pieces; null: nobody wants them. */
  texts: StreamText | null = null;
  /** Part of a protocol in which only some events hold content. */
  #known = false;
  #depth = 0;
  /** Of a protocol whose events have types: this one's is that of a piece. */
  #piece = true;

  /** Reads an event's data: JSON, the end marker of OpenAI's protocol, or else text. */
  read(bytes: Buffer, start: number, end: number): void {
    this.content = false;
    this.done = false;
    this.error = false;
    this.output = -1;
    this.input = -1;
    this.finish = 0;
    this.ends = END.body;
    let at = start;
    while (at < end && (bytes[at] as number) <= SPACE) at++;
    if (at === end) return;
    if (bytes[at] !== BRACE) {
      if (isMarker(bytes, at, end)) this.done = true;
      else {
        this.content = true;
        if (this.texts !== null) {
          this.texts.addBytes(bytes, start, end);
          this.texts.settle(true);
        }
      }
      return;
    }
    this.#known = false;
    this.#piece = true;
    this.#depth = 0;
    this.#walk(bytes, at, end);
    if (!this.#known) this.content = true;
    if (!this.#piece || this.error) this.content = false;
    this.texts?.settle(this.content);
  }

  #walk(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const byte = bytes[at++] as number;
      if (byte === QUOTE) {
        const from = at;
        at = stringEnd(bytes, at, end);
        const to = at++;
        while (at < end && (bytes[at] as number) <= SPACE) at++;
        if (bytes[at] !== COLON) continue;
        at++;
        const key = keyOf(bytes, from, to);
        if (key === KEY.none) continue;
        while (at < end && (bytes[at] as number) <= SPACE) at++;
        if (at < end) this.#take(key, bytes, at, end);
      } else if (byte === BRACE || byte === BRACKET) this.#depth++;
      else if (byte === BRACE_END || byte === BRACKET_END) this.#depth--;
    }
  }

  /** @param at where the key's value begins. */
  #take(key: number, bytes: Buffer, at: number, end: number): void {
    const first = bytes[at] as number;
    switch (key) {
      case KEY.content:
        if (first === QUOTE) {
          this.#known = true;
          if (bytes[at + 1] !== QUOTE) this.content = true;
          this.texts?.addString(bytes, at + 1, stringEnd(bytes, at + 1, end));
        } else if (first === LETTER_N) this.#known = true;
        break;
      case KEY.arguments:
        // Ollama has a tool call whole, in one event.
        if (first === BRACE) this.content = true;
        else this.#take(KEY.content, bytes, at, end);
        this.#known = true;
        break;
      case KEY.choices:
        this.#known = true;
        this.ends = END.marker;
        break;
      case KEY.done:
        if (this.#depth !== 1) break;
        this.#known = true;
        this.ends = END.flag;
        if (first === LETTER_T) this.done = true;
        break;
      case KEY.error:
        // Elsewhere it is null, or part of a response that was structured by the caller.
        if (this.#depth !== 1) break;
        this.#known = true;
        if (first !== LETTER_N) this.error = true;
        break;
      case KEY.type:
        if (this.#depth === 1 && first === QUOTE)
          this.#type(bytes.toString('latin1', at + 1, Math.min(stringEnd(bytes, at + 1, end), at + 80)));
        break;
      case KEY.finish:
        this.#known = true;
        if (first === QUOTE) this.finish = finishOf(bytes.toString('latin1', at + 1, Math.min(end, at + 12)));
        break;
      case KEY.reason:
        // Why a response of the responses API is incomplete; elsewhere it may be anything.
        if (this.ends === END.type && this.finish === FINISH.length) this.#take(KEY.finish, bytes, at, end);
        break;
      case KEY.output:
        this.#known = true;
        this.output = numberAt(bytes, at, end, this.output);
        break;
      case KEY.input:
        this.#known = true;
        this.input = numberAt(bytes, at, end, this.input);
        break;
      default:
        this.#known = true;
    }
  }

  /** Events with types: the responses API's, Anthropic's. */
  #type(type: string): void {
    if (type.startsWith('response.')) {
      this.#known = true;
      this.#piece = type.endsWith('.delta');
      this.ends = END.type;
      if (type === 'response.completed') this.#end(FINISH.stop);
      else if (type === 'response.incomplete') this.#end(FINISH.length);
      else if (type === 'response.failed') this.error = true;
    } else if (type === 'error') {
      this.#known = true;
      this.error = true;
    } else if (type === 'ping') this.#known = true;
    else if (type === 'message_start') {
      this.#known = true;
      this.ends = END.type;
    } else if (type === 'message_stop') {
      this.#known = true;
      this.done = true;
    } else if (type.startsWith('content_block_') || type === 'message_delta') this.#known = true;
  }

  #end(finish: number): void {
    this.done = true;
    this.finish = finish;
  }
}

/** Where the string ends that begins at `at`: its closing quote, or the end. */
function stringEnd(bytes: Buffer, at: number, end: number): number {
  let place = at;
  while (place < end) {
    const byte = bytes[place];
    if (byte === QUOTE) return place;
    place += byte === BACKSLASH ? 2 : 1;
  }
  return end;
}

function keyOf(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length < 4 || length > 17) return KEY.none;
  const known = TABLE[slotOf(length, bytes[from] as number, bytes[to - 1] as number, FACTOR)];
  if (known === null || known === undefined || known.name.length !== length) return KEY.none;
  const { name } = known;
  for (let i = 0; i < length; i++) if (bytes[from + i] !== name[i]) return KEY.none;
  return known.key;
}

function slotOf(length: number, first: number, last: number, factor: number): number {
  return Math.imul((length << 16) | (first << 8) | last, factor) >>> 24;
}

function perfectTable(): { table: readonly (Known | null)[]; factor: number } {
  const known = Object.entries(KEYS).map(([name, key]): Known => ({ name: Buffer.from(name), key }));
  for (let factor = 0x9e3779b1; factor < 0x9e3779b1 + 200_000; factor += 2) {
    const table: (Known | null)[] = Array.from({ length: SLOTS }, () => null);
    const fits = known.every((one) => {
      const { name } = one;
      const slot = slotOf(name.length, name[0] as number, name.at(-1) as number, factor);
      if (table[slot] !== null) return false;
      table[slot] = one;
      return true;
    });
    if (fits) return { table, factor };
  }
  throw new Error('two keys of one length, first and last letter');
}

function isMarker(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === BRACKET && bytes.toString('latin1', start, Math.min(end, start + 8)).trimEnd() === '[DONE]';
}

function finishOf(text: string): number {
  if (/^(?:stop|end_turn|eos)/.test(text)) return FINISH.stop;
  return /^(?:length|max_tokens|max_output)/.test(text) ? FINISH.length : FINISH.other;
}

/** A whole number, or what was known before. */
function numberAt(bytes: Buffer, start: number, end: number, before: number): number {
  let value = 0;
  let at = start;
  for (; at < end && at - start < 15; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return at === start ? before : value;
}

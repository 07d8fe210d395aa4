/** What a language model said, out of a whole body: for conversations, whose next request carries it. Not on the hot path. */
import { listOf, objectOf } from '../../core/json-value.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The text of server-sent events, of JSON lines or of one JSON value, in the protocols of docs/streaming.md, without reasoning.
 *
 * @returns null: none of them is in it.
 */
export function answerText(body: string): string | null {
  const whole = parsed(body);
  if (whole !== null) return textIn(whole);
  let text: string | null = null;
  for (const line of body.split(/\r\n|\r|\n/)) {
    const data = line.startsWith('data:') ? line.slice(5) : line;
    const event = parsed(data);
    const piece = event === null ? null : textIn(event);
    if (piece !== null) text = (text ?? '') + piece;
  }
  return text;
}

function parsed(text: string): Json | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return null;
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return null;
  }
}

const firstOf = (value: unknown): Json => objectOf(Array.isArray(value) ? value[0] : undefined);
const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function textIn(event: Json): string | null {
  const { type } = event;
  // Events of types: the responses API, and Anthropic's; what ends them repeats the whole.
  if (type === 'response.output_text.delta') return asText(event['delta']);
  if (type === 'content_block_delta') return asText(objectOf(event['delta'])['text']);
  if (typeof type === 'string' && /^(?:response\.|content_block_|message_|ping$)/.test(type)) return null;
  if (Array.isArray(event['choices'])) {
    const choice = firstOf(event['choices']);
    return asText(objectOf(choice['delta'] ?? choice['message'])['content']) ?? asText(choice['text']);
  }
  if (Array.isArray(event['output']))
    return joined(event['output'].flatMap((item: unknown) => listOf(objectOf(item)['content'])));
  if (Array.isArray(event['content'])) return joined(event['content']);
  // What ends such a stream repeats the whole.
  if (event['token'] !== undefined) {
    const token = objectOf(event['token']);
    return token['special'] === true ? null : asText(token['text']);
  }
  return (
    asText(objectOf(event['message'])['content']) ??
    asText(event['response']) ??
    asText(event['text_output']) ??
    asText(event['generated_text'])
  );
}

function joined(parts: readonly unknown[]): string | null {
  const texts = parts.flatMap((part) => asText(objectOf(part)['text']) ?? []);
  return texts.length === 0 ? null : texts.join('');
}

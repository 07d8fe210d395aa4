/** What a language model was asked, out of the body of a request: for counting its tokens. Not on the hot path. */

type Json = Readonly<Record<string, unknown>>;

/** In the protocols of docs/streaming.md, messages one after the other. @returns null: none of them is in it. */
export function promptText(body: string): string | null {
  let asked: unknown;
  try {
    asked = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return null;
  const given = asked as Json;
  for (const name of ['prompt', 'input', 'inputs', 'text_input'] as const) {
    const text = textOf(given[name]);
    if (text !== null) return joined(given['instructions'] ?? given['system'], text);
  }
  const messages = textOf(given['messages']);
  return messages === null ? null : joined(given['system'], messages);
}

const joined = (before: unknown, text: string): string =>
  [textOf(before), text].filter((each) => each !== null).join('\n');

/** A text, a list of texts or parts, or what has one in it. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const parts = value.flatMap((each: unknown) => textOf(each) ?? []);
    return parts.length === 0 ? null : parts.join('\n');
  }
  if (typeof value !== 'object' || value === null) return null;
  const { content, text } = value as Json;
  return textOf(content ?? text);
}

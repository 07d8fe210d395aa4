/** A toy language model: each word is drawn by how often it followed the last. */
import { seededRandom } from '../../random.ts';
import { type Failure, type Model, shown, unprocessable } from '../model.ts';
import model from './tokens.json' with { type: 'json' };

const END = '.';
const FOLLOW: Record<string, Record<string, number>> = model.follow;

/** How many words a text completion has where the caller names no number. */
export const DEFAULT_TOKENS = 32;

/** Words in lower case, and a full stop as a word of its own: a token each. */
export function tokensOf(text: string): string[] {
  return text.toLowerCase().replaceAll('.', ' . ').split(/\s+/).filter(Boolean);
}

/** Continues a prompt, word by word, each drawn by how often it followed the last. The same prompt has the same words. */
export function* continuation(prompt: string): Generator<string, never> {
  const random = seededRandom(hashOf(prompt));
  let last = tokensOf(prompt).at(-1) ?? END;
  if (!Object.hasOwn(FOLLOW, last)) last = END;
  for (;;) {
    const choices = Object.entries(FOLLOW[last] as Record<string, number>);
    let left = random() * choices.reduce((sum, [, count]) => sum + count, 0);
    for (const [word, count] of choices) {
      last = word;
      left -= count;
      if (left < 0) break;
    }
    yield last;
  }
}

/** The first words of a continuation. */
export function firstTokens(prompt: string, count: number): string[] {
  const words = continuation(prompt);
  return Array.from({ length: count }, () => words.next().value);
}

/** FNV-1a, 32 bits, over UTF-8 (Fowler, Noll and Vo). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The language model: its own route streams, see `completions.ts`; here a prompt is answered in one piece. */
export const TOKENS: Model<string, string> = {
  name: 'tokens',
  contract: {
    route: '/v1/completions',
    summary: 'Continues a text; with "stream": true word by word, as server-sent events',
    example: { model: 'tokens', prompt: 'the load', max_tokens: 8, stream: true },
    schema: {
      type: 'object',
      required: ['prompt'],
      properties: {
        model: { type: 'string' },
        prompt: { type: 'string' },
        max_tokens: { type: 'integer', minimum: 1, maximum: 4096, default: DEFAULT_TOKENS },
        stream: { type: 'boolean', default: false },
      },
    },
    contentType: 'application/json',
    answerSchema: { type: 'object', required: ['choices', 'usage'] },
  },
  inputs: [{ name: 'prompt', datatype: 'BYTES' }],
  output: { name: 'text', datatype: 'BYTES' },
  readBody(body) {
    const prompt = readPrompt((body as { prompt?: unknown } | null)?.prompt, 'prompt');
    return typeof prompt === 'string' ? [prompt] : prompt;
  },
  readInstance: readPrompt,
  load: () => ({ predict: (rows) => rows.map((prompt) => firstTokens(prompt, DEFAULT_TOKENS).join(' ')) }),
  render: ([text]) => ({ text }),
};

function readPrompt(value: unknown, path: string): string | Failure {
  if (typeof value === 'string') return value;
  return unprocessable(`${path} must be a string, got ${shown(value)}`, path);
}

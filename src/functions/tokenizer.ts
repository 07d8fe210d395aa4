/** What counts tokens where a server does not: a tokenizer, loaded by the name of its package or module, or words. */
import { RampartError } from '../core/errors.ts';
import type { TokenCounter } from '../core/streamed.ts';

/** Needs no package. */
export const WORDS = 'words';

/** A text has what looks like a special token: it is text here. Of gpt-tokenizer, which refuses it otherwise. */
const AS_TEXT = { disallowedSpecial: new Set<string>() } as const;

/** What a tokenizer's module may have, or its default export. */
interface Tokenizer {
  readonly countTokens?: unknown;
  readonly encode?: unknown;
}

/**
 * @param load a module by its name. Nothing is loaded for words.
 * @throws RampartError 'bad-setting' where it is not installed, or counts nothing.
 */
export async function tokenCounterOf(name: string, load: (name: string) => Promise<unknown>): Promise<TokenCounter> {
  if (name === WORDS) return countWords;
  let module: unknown;
  try {
    module = await load(name);
  } catch (error) {
    const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
    const missing = /MODULE_NOT_FOUND$/.test(code ?? '');
    throw new RampartError(
      'bad-setting',
      missing
        ? `the tokenizer ${name} is not installed where this is called`
        : `the tokenizer ${name} cannot be loaded: ${message.split('\n')[0]}`,
      missing ? `${installing(name)}, or count words instead: --tokenizer ${WORDS}.` : '',
      { cause: error },
    );
  }
  const found = [module, (module as { default?: unknown } | null)?.default]
    .map(counterIn)
    .find((each) => each !== null);
  if (found === undefined || found === null || !isCounter(found))
    throw new RampartError(
      'bad-setting',
      `the tokenizer ${name} counts nothing`,
      'Its module must export countTokens(text), which returns a number, or encode(text), which returns a list.',
    );
  return found;
}

/** A package, and perhaps a module in it: `gpt-tokenizer/encoding/cl100k_base`. */
const installing = (name: string): string => {
  const [, own] = /^((?:@[^/]+\/)?[^/.]+)(?:\/.*)?$/.exec(name) ?? [];
  return own === undefined ? 'Name a module that is there' : `Install it: npm install ${own}`;
};

function counterIn(module: unknown): TokenCounter | null {
  const { countTokens, encode } = (module ?? {}) as Tokenizer;
  if (typeof countTokens === 'function') return (text) => Number(countTokens(text, AS_TEXT));
  if (typeof encode === 'function') return (text) => lengthOf(encode(text));
  return null;
}

const lengthOf = (tokens: unknown): number => (tokens as { readonly length?: number } | null)?.length ?? Number.NaN;

/** It is tried once: what does not count must be known before the load. */
function isCounter(count: TokenCounter): boolean {
  try {
    const tokens = count('how many tokens are these');
    return Number.isSafeInteger(tokens) && tokens > 0;
  } catch {
    return false;
  }
}

function countWords(text: string): number {
  let words = 0;
  let within = false;
  for (let at = 0; at < text.length; at++) {
    const space = isSpace(text.charCodeAt(at));
    if (!space && !within) words++;
    within = !space;
  }
  return words;
}

const isSpace = (code: number): boolean =>
  code <= 32 || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200b) || code === 0xfeff;

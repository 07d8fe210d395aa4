import { countTokens } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import { loadModule } from './modules.ts';
import { tokenCounterOf } from './tokenizer.ts';

const loading = (module: unknown) => async (): Promise<unknown> => module;
const failing = (error: unknown) => (): Promise<unknown> => Promise.reject(error);

describe('a tokenizer', () => {
  it('counts words without loading anything', async () => {
    const count = await tokenCounterOf('words', failing(new Error('nothing is loaded')));
    expect(['', ' ', 'one', ' two\twords\n', 'three\u00a0other words'].map(count)).toEqual([0, 0, 1, 2, 3]);
  });

  it('is whatever module counts or encodes, by itself or by its default export', async () => {
    const letters = { countTokens: (text: string) => text.length };
    const pairs = { encode: (text: string) => text.split(' ') };
    for (const module of [letters, { default: letters }])
      expect((await tokenCounterOf('any', loading(module)))('abc')).toBe(3);
    for (const module of [pairs, { default: pairs }])
      expect((await tokenCounterOf('any', loading(module)))('a b')).toBe(2);
  });

  it('is gpt-tokenizer by its name, for which a special token in a text is text', async () => {
    const count = await tokenCounterOf('gpt-tokenizer', loadModule);
    const text = 'The quick brown fox jumps over 漢字 and 12345 dogs.';
    expect(count(text)).toBe(countTokens(text));
    expect(count('it ends with <|endoftext|>')).toBeGreaterThan(4);
    const older = await tokenCounterOf('gpt-tokenizer/encoding/cl100k_base', loadModule);
    expect(older('漢字漢字')).not.toBe(count('漢字漢字'));
  });

  it.each([
    ['gpt-tokenizer', 'npm install gpt-tokenizer,'],
    ['gpt-tokenizer/encoding/cl100k_base', 'npm install gpt-tokenizer,'],
    ['@scope/tokenizer/x', 'npm install @scope/tokenizer,'],
    ['./mine.mjs', 'Name a module that is there,'],
  ])('that is not installed is told, with what to do: %s', async (name, hint) => {
    const missing = Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
    await expect(tokenCounterOf(name, failing(missing))).rejects.toMatchObject({
      message: `the tokenizer ${name} is not installed where this is called`,
      hint: expect.stringContaining(hint),
      exitCode: 2,
    });
  });

  it('that breaks, or counts nothing, is told before anything is sent', async () => {
    await expect(tokenCounterOf('x', failing(new SyntaxError('Unexpected token')))).rejects.toThrow(
      'the tokenizer x cannot be loaded: Unexpected token',
    );
    const broken = [
      {},
      null,
      { encode: () => 5 },
      { countTokens: () => 'many' },
      {
        countTokens: () => {
          throw new Error('no');
        },
      },
    ];
    for (const module of broken)
      await expect(tokenCounterOf('x', loading(module))).rejects.toThrow('the tokenizer x counts nothing');
  });
});

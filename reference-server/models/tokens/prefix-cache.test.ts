import { describe, expect, it } from 'vitest';
import { BLOCK, PrefixCache } from './prefix-cache.ts';

const words = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n}`);

describe('a cache of prefixes', () => {
  it('knows whole blocks of the same beginning, and never the last token', () => {
    const cache = new PrefixCache(1_000);
    const [system, one, other] = [words('s', 40), words('a', 30), words('b', 30)];
    expect(cache.known([...system, ...one])).toBe(0);
    cache.keep([...system, ...one]);
    expect(cache.known([...system, ...other])).toBe(2 * BLOCK);
    expect(cache.known([...system, ...one])).toBe(4 * BLOCK);
    // 64 tokens are four blocks; the last of them is read again, since the answer begins from its last token.
    expect(cache.known([...system, ...one].slice(0, 64))).toBe(3 * BLOCK);
  });

  it('does not find a block behind another beginning', () => {
    const cache = new PrefixCache(1_000);
    cache.keep([...words('a', BLOCK), ...words('x', BLOCK)]);
    expect(cache.known([...words('b', BLOCK), ...words('x', 2 * BLOCK)])).toBe(0);
  });

  it('forgets what was not used for longest, and holds nothing without room', () => {
    const cache = new PrefixCache(2 * BLOCK);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => words(name, BLOCK + 1)) as [string[], string[], string[]];
    cache.keep(a);
    cache.keep(b);
    expect(cache.known(a)).toBe(BLOCK);
    cache.keep(c);
    expect([a, b, c].map((each) => cache.known(each))).toEqual([BLOCK, 0, BLOCK]);
    const none = new PrefixCache(BLOCK - 1);
    none.keep(a);
    expect(none.known(a)).toBe(0);
  });
});

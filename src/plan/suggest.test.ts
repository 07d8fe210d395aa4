import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../settings/table.ts';
import { didYouMean, suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['durtion', 'duration'],
    ['duraiton', 'duration'],
    ['vuss', 'vus'],
    ['vsu', 'vus'],
    ['raet', 'rate'],
    ['spawn_rate', 'spawnRate'],
    ['spawn-rate', 'spawnRate'],
    ['header', 'headers'],
    ['THRESHOLD', 'thresholds'],
    ['keepAlive', 'keepalive'],
  ])('%s -> %s', (word, meant) => {
    expect(suggest(word, SETTING_NAMES)).toBe(meant);
  });

  it.each(['', 'x', 'q', 'elephant', 'bandwidth', 'zzz'])('nothing near "%s"', (word) => {
    expect(suggest(word, SETTING_NAMES)).toBeNull();
    expect(didYouMean(word, SETTING_NAMES)).toBe('');
  });

  it('takes the nearest, not the first', () => {
    expect(suggest('rates', ['races', 'rate'])).toBe('races');
    expect(suggest('ratee', ['races', 'rate'])).toBe('rate');
    expect(didYouMean('ratee', ['races', 'rate'])).toBe('Did you mean rate?');
  });

  it('finds every name again after one slip, unless another is as near', () => {
    // "peed" may be `speed` or `seed`.
    const alone = (name: string): boolean =>
      suggest(
        name,
        SETTING_NAMES.filter((other) => other !== name),
      ) === null;
    const names = SETTING_NAMES.filter((name) => name.length > 4 && alone(name));
    expect(names.length).toBeGreaterThan(0.7 * SETTING_NAMES.length);
    const slip = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat(),
      kind: fc.constantFrom('drop', 'double', 'swap'),
    });
    fc.assert(
      fc.property(slip, ({ name, at, kind }) => {
        const i = at % (name.length - 1);
        const typo =
          kind === 'drop'
            ? name.slice(0, i) + name.slice(i + 1)
            : kind === 'double'
              ? name.slice(0, i) + name.charAt(i) + name.slice(i)
              : name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2);
        expect(suggest(typo, SETTING_NAMES)).toBe(name);
      }),
    );
  });
});

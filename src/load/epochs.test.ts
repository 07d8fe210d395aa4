import { describe, expect, it } from 'vitest';
import { micros, seconds } from '../core/units.ts';
import { Epochs } from './epochs.ts';

const START = seconds(1_000);
const at = (epochs: Epochs, ...instants: readonly number[]): string =>
  instants.map((instant) => epochs.of(START + instant)).join('');

describe('Epochs', () => {
  it('tell warm-up from measured by the instant of the border', () => {
    const epochs = new Epochs(START, seconds(2));
    expect(at(epochs, -5, 0, 1_999_999, 2_000_000, 9e9)).toBe('00011');
    expect(at(new Epochs(START, micros(0)), -5, 0, 9e9)).toBe('111');
  });

  it('begin another with each reset, which may be ahead, and know the earlier ones still', () => {
    const epochs = new Epochs(START, seconds(1));
    epochs.reset(START + 5e6);
    expect(at(epochs, 0.5e6, 1e6, 4.9e6, 5e6)).toBe('0112');
    epochs.reset(START + 6e6);
    expect(at(epochs, 0.5e6, 1e6, 5e6, 5.9e6, 6e6)).toBe('01223');
    expect(epochs.count).toBe(4);
  });

  it('let the warm-up go on that a reset falls into: what comes after it is the new stretch', () => {
    const epochs = new Epochs(START, seconds(3));
    epochs.reset(START + 1e6);
    expect(at(epochs, 0, 1e6, 2.9e6, 3e6)).toBe('0002');
  });
});

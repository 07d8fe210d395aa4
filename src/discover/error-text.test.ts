import { expect, it } from 'vitest';
import { widthIn } from './error-text.ts';

it.each([
  ['X has 3 features, but StandardScaler is expecting 13 features as input', 13],
  ['Feature shape mismatch, expected: 13, got 4', 13],
  ['The number of features in data (3) is not the same as it was in training data (28)', 28],
  ['expected axis -1 of input shape to have value 784 but received input with shape (None, 1)', 784],
  ['mat1 and mat2 shapes cannot be multiplied (1x3 and 10x64)', 10],
  ['expected 4 values', 4],
  ['expected 999999999 values', null],
  ['nothing of the kind', null],
])('the width that a model wants: %s', (text, width) => {
  expect(widthIn(text)).toBe(width);
});

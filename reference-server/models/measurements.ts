/** Rows of numbers as the iris models read them. */
import { type Failure, shown, unprocessable } from './model.ts';

/** The four measurements of an iris, in centimetres and in this order. */
export const MEASUREMENTS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'] as const;

/** Reads a row of finite numbers, `names` saying how many and what each is. */
export function readNumbers(value: unknown, path: string, names: readonly string[]): number[] | Failure {
  const wanted = `must be an array of ${names.length} numbers (${names.join(', ')})`;
  if (!Array.isArray(value)) return unprocessable(`${path} ${wanted}, got ${shown(value)}`, path);
  if (value.length !== names.length) return unprocessable(`${path} ${wanted}, got ${value.length}`, path);
  for (const [index, entry] of value.entries()) {
    if (typeof entry !== 'number' || !Number.isFinite(entry)) {
      const at = `${path === 'the body' ? '' : path}[${index}]`;
      return unprocessable(`${at} (${names[index]}) must be a number, got ${shown(entry)}`, at);
    }
  }
  return value as number[];
}

/** The index of the largest value; the first of equal ones. */
export function largest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] as number) ? index : best), 0);
}

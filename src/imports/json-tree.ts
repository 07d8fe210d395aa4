/** Parts of a JSON document whose shape nobody has vouched for. */
import { objectOf } from '../core/json-value.ts';
import { unusable } from './imported.ts';

export type Tree = Readonly<Record<string, unknown>>;

/** A text, or a number or yes/no as one; anything else as an empty one. */
export const scalarText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** @throws RampartError where a text is no JSON. */
export function parsed(text: string, what: string): Tree {
  try {
    return objectOf(JSON.parse(text));
  } catch (error) {
    throw unusable(`is no ${what}: it is not JSON (${(error as Error).message.slice(0, 120)})`);
  }
}

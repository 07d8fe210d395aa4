/** Parts of a JSON document whose shape nobody has vouched for. */
import { unusable } from './imported.ts';

export type Tree = Readonly<Record<string, unknown>>;

export const treeOf = (value: unknown): Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** @throws RampartError where a text is no JSON. */
export function parsed(text: string, what: string): Tree {
  try {
    return treeOf(JSON.parse(text));
  } catch (error) {
    throw unusable(`is no ${what}: it is not JSON (${(error as Error).message.slice(0, 120)})`);
  }
}

/** Values of JSON whose shape nobody has vouched for: what they are, and their parts as what they are wanted as. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json | undefined;
}

/** Something with named parts, whatever those are: no list, and not null. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same of a value that was read from JSON. */
export const isObject = (value: unknown): value is JsonObject => isRecord(value);

/** Anything else as one without parts. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Anything else as an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Anything else as an empty one. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

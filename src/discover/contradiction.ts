/** Parts of a schema that no value satisfies: no body of it can be right, and its author should know. */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { textOfPattern } from './pattern.ts';
import { schemaAt } from './schema.ts';

const DEEPEST = 20;
/** Parts that are looked at. */
const MOST_PARTS = 2_000;
const PATTERN_SHOWN = 80;

/** The first of what a body must have, as far as it shows: `$.age: at least 5 and at most 3`; null: there is none. */
export function contradictionIn(schema: unknown, root: Json): string | null {
  return look(schema, { root, left: { parts: MOST_PARTS } }, '$', 0);
}

function look(
  raw: unknown,
  at: { readonly root: Json; readonly left: { parts: number } },
  path: string,
  depth: number,
): string | null {
  if (depth > DEEPEST || at.left.parts-- <= 0) return null;
  const schema = schemaAt(raw, at.root);
  const own = ownContradiction(schema);
  if (own !== null) return `${path}: ${own}`;
  const fields = objectOf(schema['properties']);
  // What may be left out is.
  for (const name of listOf(schema['required'])) {
    if (typeof name !== 'string' || !Object.hasOwn(fields, name)) continue;
    const found = look(fields[name], at, `${path}.${name}`, depth + 1);
    if (found !== null) return found;
  }
  return isObject(schema['items']) && numberAt(schema, 'minItems', 0) > 0
    ? look(schema['items'], at, `${path}[*]`, depth + 1)
    : null;
}

function ownContradiction(schema: JsonObject): string | null {
  for (const [least, most, of] of [
    ['minimum', 'maximum', ''],
    ['minLength', 'maxLength', ' characters'],
    ['minItems', 'maxItems', ' elements'],
    ['minProperties', 'maxProperties', ' fields'],
  ] as const) {
    const [low, high] = [
      numberAt(schema, least, Number.NEGATIVE_INFINITY),
      numberAt(schema, most, Number.POSITIVE_INFINITY),
    ];
    if (low > high) return `at least ${low} and at most ${high}${of}`;
  }
  const above = Math.max(
    numberAt(schema, 'minimum', Number.NEGATIVE_INFINITY),
    numberAt(schema, 'exclusiveMinimum', Number.NEGATIVE_INFINITY),
  );
  const below = Math.min(
    numberAt(schema, 'maximum', Number.POSITIVE_INFINITY),
    numberAt(schema, 'exclusiveMaximum', Number.POSITIVE_INFINITY),
  );
  const open = 'exclusiveMinimum' in schema || 'exclusiveMaximum' in schema;
  if (above > below || (open && above === below)) return `above ${above} and below ${below}`;
  if (Array.isArray(schema['enum']) && schema['enum'].length === 0) return 'one of none';
  const pattern = textOf(schema['pattern']);
  if (pattern !== '' && textOfPattern(pattern) === null)
    return `no text was found for the pattern ${JSON.stringify(pattern.slice(0, PATTERN_SHOWN))}`;
  return null;
}

function numberAt(schema: JsonObject, name: string, otherwise: number): number {
  const value = schema[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

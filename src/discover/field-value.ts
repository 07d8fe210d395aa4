/**
 * What a field of a body may hold: by its schema where there is a description,
 * else by its name, which is all that is known.
 */
import { type Json, type JsonObject, objectOf } from '../core/json-value.ts';
import { textNamed } from './sample-text.ts';
import { sampleOf, schemaAt } from './schema.ts';

/** The schema of a whole body, and the document that its references point into. */
export interface BodySchema {
  readonly schema: unknown;
  readonly root: Json;
}

/** A value for the field at a path: of its schema, else of its name. */
export function valueFor(schema: BodySchema | null, path: readonly (string | number)[], name: string): Json {
  const part = schemaOf(schema, path);
  return part === null ? valueNamed(name) : sampleOf(part.schema, { root: part.root, sparse: true });
}

/** The schema of a place, where there is a description. */
function schemaOf(body: BodySchema | null, path: readonly (string | number)[]): BodySchema | null {
  if (body === null) return null;
  let schema: unknown = body.schema;
  for (const step of path) {
    const whole = schemaAt(schema, body.root);
    const next = typeof step === 'number' ? whole['items'] : ownOf(objectOf(whole['properties']), step);
    if (next === undefined) return null;
    schema = next;
  }
  return { schema, root: body.root };
}

const ownOf = (fields: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** What a field is likely to hold whose name is all that is known. */
export function valueNamed(name: string): Json {
  if (/^(data|features?|inputs?|instances|x|values?|array|vector|samples?|rows?|list)$/i.test(name)) return [1];
  if (textNamed(name) !== 'text') return textNamed(name);
  if (
    /name|state|city|country|gender|sex|categor|type|colou?r|label|title|descr|species|kind|status|address|zip|code|lang|model|user/i.test(
      name,
    )
  )
    return 'text';
  return 1;
}

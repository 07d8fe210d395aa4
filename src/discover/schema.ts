/** Makes a value of a JSON Schema: its example or default, else one that the schema allows, within bounds. */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { resolveRef } from './document.ts';
import { textOfPattern } from './pattern.ts';
import { kindsOf, sampleFile } from './sample-files.ts';
import { FORMATS, textNamed } from './sample-text.ts';

/** How a body is made of a schema. */
export interface Making {
  /** The document that references point into. */
  readonly root: Json;
  /** Fields that may be left out are. */
  readonly sparse: boolean;
}

/** Beyond it what may be left out is; a schema that goes on is one that contains itself. */
const DEEP = 8;
const DEEPEST = 24;
/** No list or text of a body is longer because a schema says so. */
const LONGEST_LIST = 2_048;
const LONGEST_TEXT = 4_096;
/** Of one body: a schema of few lines can ask for billions. */
const MOST_VALUES = 20_000;
/** Of all texts of one body: those beyond it are empty. */
const MOST_CHARACTERS = 1_000_000;

/** A value that a schema describes: its own example, a default of the right type, a member of its list, else made up. */
export function sampleOf(schema: unknown, making: Making): Json {
  return new Maker(making).make(schema, '', 0);
}

/** So many parts of `allOf` make one schema at most: parts may name each other without end. */
const MOST_PARTS = 500;

/** The schema itself, behind its references. */
export function schemaAt(schema: unknown, root: Json): JsonObject {
  return wholeSchema(schema, root, { left: MOST_PARTS }, 0);
}

function wholeSchema(schema: unknown, root: Json, parts: { left: number }, depth: number): JsonObject {
  let found: unknown = schema;
  for (let hops = 0; hops < 20 && isObject(found) && typeof found['$ref'] === 'string'; hops++) {
    const { $ref, ...beside } = found;
    const target = resolveRef(root, textOf($ref));
    found = isObject(target) ? { ...target, ...beside } : {};
  }
  const { allOf, ...own } = objectOf(found);
  if (!Array.isArray(allOf)) return own;
  let whole: JsonObject = {};
  for (const part of allOf)
    if (depth < 20 && parts.left-- > 0) whole = joined(whole, wholeSchema(part, root, parts, depth + 1));
  return joined(whole, own);
}

/** What both ask for; where they differ, the second. */
function joined(first: JsonObject, second: JsonObject): JsonObject {
  const properties = { ...objectOf(first['properties']), ...objectOf(second['properties']) };
  const required = [...new Set([...listOf(first['required']), ...listOf(second['required'])])] as Json[];
  return {
    ...first,
    ...second,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  };
}

class Maker {
  readonly #making: Making;
  #values = 0;
  #characters = 0;

  constructor(making: Making) {
    this.#making = making;
  }

  /** @param name of the field, which says what is meant where the schema does not. */
  make(raw: unknown, name: string, depth: number): Json {
    const schema = schemaAt(raw, this.#making.root);
    if (depth > DEEPEST || ++this.#values > MOST_VALUES) return null;
    const given = this.#given(schema);
    if (given !== undefined) return given;
    const choice = this.#choice(schema);
    if (choice !== null) return this.#chosen(schema, choice, name, depth);
    switch (typeOf(schema)) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return this.#list(schema, name, depth);
      case 'integer':
      case 'number':
        return this.#number(schema, name);
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return this.#text(schema, name);
    }
  }

  /** What the schema itself offers; undefined: nothing that is of its type. */
  #given(schema: JsonObject): Json | undefined {
    if ('const' in schema) return schema['const'];
    const member = listOf(schema['enum']).find((each) => fits(each, schema));
    if (member !== undefined) return member as Json;
    const offers = [schema['example'], ...listOf(schema['examples']), schema['default']];
    return offers.find((each) => each !== undefined && each !== null && isWhole(each, schema) && fits(each, schema)) as
      | Json
      | undefined;
  }

  #choice(schema: JsonObject): readonly unknown[] | null {
    const members = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
    return members.length === 0 ? null : members;
  }

  /** The first that is not null; its discriminator says which it is. */
  #chosen(schema: JsonObject, members: readonly unknown[], name: string, depth: number): Json {
    const { root } = this.#making;
    const real = members.filter((each) => typeOf(schemaAt(each, root)) !== 'null');
    // What contains itself ends with the member that does not.
    const flat =
      depth > DEEP ? members.filter((each) => !['object', 'array'].includes(typeOf(schemaAt(each, root)))) : [];
    const member = flat[0] ?? real[0] ?? members[0];
    const { oneOf: _one, anyOf: _any, discriminator, ...beside } = schema;
    const inner = schemaAt(member, root);
    const whole: JsonObject = isObject(beside['properties'])
      ? { ...inner, ...beside, properties: { ...objectOf(inner['properties']), ...objectOf(beside['properties']) } }
      : inner;
    const value = this.make(whole, name, depth + 1);
    const tag = textOf(objectOf(discriminator)['propertyName']);
    if (tag === '' || !isObject(value)) return value;
    const ref = textOf(objectOf(member)['$ref']);
    const mapped = Object.entries(objectOf(objectOf(discriminator)['mapping'])).find(([, to]) => to === ref)?.[0];
    if (!Object.hasOwn(value, tag) || mapped !== undefined) value[tag] = mapped ?? ref.split('/').at(-1) ?? '';
    return value;
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const { sparse, root } = this.#making;
    const required = new Set(listOf(schema['required']));
    const body: JsonObject = {};
    for (const [name, raw] of Object.entries(objectOf(schema['properties']))) {
      const part = schemaAt(raw, root);
      if (part['readOnly'] === true) continue;
      if (!required.has(name) && (sparse || depth >= DEEP)) continue;
      body[name] = this.make(raw, name, depth + 1);
    }
    for (const name of required)
      if (typeof name === 'string' && !Object.hasOwn(body, name)) body[name] = this.make({}, name, depth + 1);
    const least = Math.min(numberAt(schema, 'minProperties') ?? 0, 100);
    const more = schema['additionalProperties'];
    const open = isObject(more) && Object.keys(body).length === 0 && !sparse;
    for (let n = 0; Object.keys(body).length < least || (open && n === 0); n++)
      body[`key${n + 1}`] = this.make(isObject(more) ? more : {}, '', depth + 1);
    return body;
  }

  #list(schema: JsonObject, name: string, depth: number): Json[] {
    const places = listOf(schema['prefixItems'] ?? (Array.isArray(schema['items']) ? schema['items'] : []));
    const least = numberAt(schema, 'minItems') ?? (places.length > 0 ? places.length : depth > DEEP ? 0 : 1);
    const most = numberAt(schema, 'maxItems') ?? LONGEST_LIST;
    const length = Math.min(Math.max(least, places.length), most, LONGEST_LIST);
    const items = isObject(schema['items']) ? schema['items'] : {};
    const singular = name.replace(/s$/, '');
    const list = Array.from({ length }, (_, n) => this.make(places[n] ?? items, singular, depth + 1));
    return schema['uniqueItems'] === true ? list.map((value, n) => different(value, list, n)) : list;
  }

  #number(schema: JsonObject, name: string): number {
    const whole = typeOf(schema) === 'integer';
    const step = numberAt(schema, 'multipleOf') ?? (whole ? 1 : 0);
    const exclusive = (bound: string, plain: string): number | null => {
      const value = schema[bound];
      return typeof value === 'number' ? value : value === true ? numberAt(schema, plain) : null;
    };
    const above = exclusive('exclusiveMinimum', 'minimum');
    const below = exclusive('exclusiveMaximum', 'maximum');
    let least = numberAt(schema, 'minimum') ?? Number.NEGATIVE_INFINITY;
    let most = numberAt(schema, 'maximum') ?? Number.POSITIVE_INFINITY;
    const nudge =
      step > 0 ? step : Math.min(1, Number.isFinite(most - least) && most > least ? (most - least) / 1e3 : 1);
    if (above !== null && above >= least) least = above + (whole || step > 0 ? nudge : 0);
    if (below !== null && below <= most) most = below - (whole || step > 0 ? nudge : 0);
    const usual = /year/i.test(name) ? 2020 : 1;
    const middle = Number.isFinite(least) && Number.isFinite(most) ? (least + most) / 2 : null;
    const wide = middle !== null && most - least > 1e4;
    let value =
      usual >= least && usual <= most && (middle === null || wide || whole)
        ? usual
        : (middle ??
          (Number.isFinite(least)
            ? least + (above !== null && !whole ? 1 : 0)
            : most - (below !== null && !whole ? 1 : 0)));
    if ((above !== null && value <= above) || (below !== null && value >= below)) value = middle ?? value;
    if (step === 0) return value;
    const low = Math.ceil(least / step - 1e-9);
    const rounded = Math.max(Number.isFinite(low) ? low : Number.NEGATIVE_INFINITY, Math.floor(value / step + 1e-9));
    return Number((rounded * step).toPrecision(12));
  }

  #text(schema: JsonObject, name: string): string {
    if (this.#characters > MOST_CHARACTERS) return '';
    const text = this.#textOf(schema, name);
    this.#characters += text.length;
    return text;
  }

  #textOf(schema: JsonObject, name: string): string {
    const least = Math.min(numberAt(schema, 'minLength') ?? 0, LONGEST_TEXT);
    const most = Math.min(numberAt(schema, 'maxLength') ?? LONGEST_TEXT, LONGEST_TEXT);
    const pattern = textOf(schema['pattern']);
    if (pattern !== '') {
      const made = textOfPattern(pattern, least);
      if (made !== null) return made;
    }
    const encoded = encodedFile(schema, name);
    if (encoded !== null) return encoded;
    const format = textOf(schema['format']) || (schema['contentEncoding'] === 'base64' ? 'base64' : '');
    const text = Object.hasOwn(FORMATS, format) ? FORMATS[format as keyof typeof FORMATS] : textNamed(name);
    const missing = least - text.length;
    const padded = missing > 0 ? text + ' and more words of a text'.repeat(Math.ceil(missing / 26)) : text;
    return padded.slice(0, most);
  }
}

/** A picture or a sound within JSON, where the schema says so, or the name of a text of no other format. */
function encodedFile(schema: JsonObject, name: string): string | null {
  const format = textOf(schema['format']);
  const encoded = /^base64/i.test(textOf(schema['contentEncoding'])) || /^(?:byte|base64|base64url)$/.test(format);
  const [kind] = kindsOf(name, textOf(schema['contentMediaType']));
  const named =
    /(?:^|_)(?:image|img|photo|picture|audio|wav|b64|base64)(?:_|$)/i.test(name) &&
    !/(?:url|path|name|id|type|size|width|height)$/i.test(name);
  if (kind === 'text' || kind === undefined || !(encoded || (format === '' && named))) return null;
  return sampleFile(kind).bytes.toString('base64');
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  const named = listOf(type).find((each) => each !== 'null');
  if (typeof named === 'string') return named;
  if (Array.isArray(type) && type.length > 0) return 'null';
  if (isObject(schema['properties']) || 'additionalProperties' in schema || 'minProperties' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema || 'exclusiveMinimum' in schema)
    return 'number';
  if (listOf(schema['required']).length > 0) return 'object';
  return '';
}

/** Servers ship defaults of other types: `"default": "false"` of a boolean. */
function fits(value: unknown, schema: JsonObject): boolean {
  switch (typeOf(schema)) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value) && within(value as number, schema);
    case 'number':
      return typeof value === 'number' && within(value, schema);
    case 'string':
      return typeof value === 'string' && value.length >= (numberAt(schema, 'minLength') ?? 0);
    case 'array':
      return Array.isArray(value) && value.length >= (numberAt(schema, 'minItems') ?? 0);
    case 'object':
      return isObject(value);
    default:
      return true;
  }
}

function within(value: number, schema: JsonObject): boolean {
  return value >= (numberAt(schema, 'minimum') ?? value) && value <= (numberAt(schema, 'maximum') ?? value);
}

/** An example of an object may be one of its documentation only: what is required must be in it. */
function isWhole(value: unknown, schema: JsonObject): boolean {
  if (!isObject(value)) return true;
  return listOf(schema['required']).every((name) => typeof name === 'string' && Object.hasOwn(value, name));
}

function numberAt(schema: JsonObject, name: string): number | null {
  const value = schema[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function different(value: Json, list: readonly Json[], n: number): Json {
  if (list.indexOf(value) === n) return value;
  if (typeof value === 'number') return value + n;
  return typeof value === 'string' ? `${value}${n}` : value;
}

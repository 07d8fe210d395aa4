/**
 * Bodies like one that was accepted, and different from it: each value drawn within what its schema allows, or near what it
 * was where no schema says more. Shapes, names and lengths stay, since models depend on them.
 */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import type { BodySchema } from './field-value.ts';
import { schemaAt } from './schema.ts';

/** How far values may go: anywhere their schema allows, or near what was accepted. */
export type Reach = 'wide' | 'near';

export interface Variation {
  /** The body that was accepted. */
  readonly base: Json;
  /** Null: it is described nowhere. */
  readonly schema: BodySchema | null;
  readonly reach: Reach;
  /** In [0, 1). */
  readonly draw: () => number;
}

/** What says how a body is to be read, and is no input of a model. */
const STRUCTURAL =
  /^(?:shape|columns|index|datatype|dtype|name|names|model|model_name|role|type|kind|version|id|parameters|params|format|max_(?:new_)?tokens|max_completion_tokens|stream|n|top_k|temperature|language|encoding|unit|units|currency)$/i;
/** What says how much work is to be done: it stays, whatever a schema allows. */
const COSTLY =
  /^(?:(?:max|min)_(?:\w+_)?(?:tokens|length)|n|stream|best_of|num_\w+|\w*steps|beams?|beam_(?:size|width)|batch_size|repeat\w*|iterations|limit|timeout\w*|sleep\w*|delay\w*)$/i;
/** A body has no more parts that are varied. */
const MOST_VALUES = 100_000;
const DEEPEST = 40;

/** One more body. */
export function varied({ base, schema, reach, draw }: Variation): Json {
  return new Varier(schema?.root ?? null, reach, draw).of(base, schema === null ? null : schema.schema, '', 0);
}

class Varier {
  readonly #root: Json;
  readonly #reach: Reach;
  readonly #draw: () => number;
  #values = 0;

  constructor(root: Json, reach: Reach, draw: () => number) {
    this.#root = root;
    this.#reach = reach;
    this.#draw = draw;
  }

  /** @param raw its schema; null: nothing is known of it. */
  of(value: Json, raw: unknown, name: string, depth: number): Json {
    if (depth > DEEPEST || ++this.#values > MOST_VALUES) return value;
    const schema = raw === null || raw === undefined ? null : this.#memberFor(schemaAt(raw, this.#root), value);
    if (COSTLY.test(name) || (schema === null && STRUCTURAL.test(name))) return value;
    if (schema !== null && 'const' in schema) return value;
    const members = listOf(schema?.['enum']).slice(0, 1_000);
    if (members.length > 0) return this.#oneOf(members.filter((each) => typeof each === typeof value) as Json[], value);
    if (Array.isArray(value)) return this.#list(value, schema, name, depth);
    if (isObject(value)) return this.#object(value, schema, depth);
    if (typeof value === 'number') return this.#number(value, schema);
    if (typeof value === 'boolean') return schema === null || this.#reach === 'near' ? value : this.#draw() < 0.5;
    if (typeof value === 'string') return this.#text(value, schema, name);
    return value;
  }

  /** Of a union the member that a value is one of; null: it cannot be told. */
  #memberFor(schema: JsonObject, value: Json): JsonObject | null {
    const members = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
    if (members.length === 0) return schema;
    const fitting = members.map((each) => schemaAt(each, this.#root)).filter((each) => mayBe(value, each));
    // Which of several it is, another value may change.
    return fitting.length === 1 ? (fitting[0] ?? null) : null;
  }

  #object(value: JsonObject, schema: JsonObject | null, depth: number): JsonObject {
    const fields = objectOf(schema?.['properties']);
    const others = isObject(schema?.['additionalProperties']) ? schema['additionalProperties'] : null;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        this.of(part ?? null, Object.hasOwn(fields, name) ? fields[name] : others, name, depth + 1),
      ]),
    );
  }

  #list(value: readonly Json[], schema: JsonObject | null, name: string, depth: number): Json[] {
    const places = listOf(schema?.['prefixItems']);
    const items = isObject(schema?.['items']) ? schema['items'] : null;
    const made = value.map((each, n) => this.of(each, places[n] ?? items, name.replace(/s$/, ''), depth + 1));
    const unique = new Set(made.map((each) => JSON.stringify(each))).size === made.length;
    return schema?.['uniqueItems'] === true && !unique ? [...value] : made;
  }

  #number(value: number, schema: JsonObject | null): number {
    const { least, most, step } = boundsOf(schema, value);
    const width = Math.abs(value) * (this.#reach === 'near' ? 0.1 : 0.5);
    // A whole number that is small has no half of itself to go.
    const spread = Math.max(width, step === 1 ? (this.#reach === 'near' ? 1 : 4) : width === 0 ? 1 : 0);
    const bounded = Number.isFinite(least) && Number.isFinite(most) && this.#reach === 'wide';
    const low = bounded ? least : Math.max(least, value - spread);
    const high = bounded ? most : Math.min(most, value + spread);
    if (!(high > low) || !Number.isFinite(high - low)) return value;
    const drawn = low + this.#draw() * (high - low);
    if (step === 0) return Number(drawn.toPrecision(6));
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    if (last < first) return value;
    const whole = first + Math.floor(this.#draw() * (last - first + 1));
    return Number((whole * step).toPrecision(15));
  }

  #text(value: string, schema: JsonObject | null, name: string): string {
    const least = numberAt(schema, 'minLength') ?? 0;
    const most = numberAt(schema, 'maxLength') ?? Number.POSITIVE_INFINITY;
    const made = this.#textLike(value, textOf(schema?.['format']), name);
    return made.length >= least && made.length <= most && textOf(schema?.['pattern']) === '' ? made : value;
  }

  #textLike(value: string, format: string, name: string): string {
    const whole = (limit: number): number => Math.floor(this.#draw() * limit);
    const two = (n: number): string => String(n).padStart(2, '0');
    const date = (): string => `${2015 + whole(10)}-${two(1 + whole(12))}-${two(1 + whole(28))}`;
    const kind = format === '' ? formatIn(value) : format;
    if (kind === 'date') return date();
    if (kind === 'date-time') return `${date()}T${two(whole(24))}:${two(whole(60))}:${two(whole(60))}Z`;
    if (kind === 'uuid' || kind === 'uuid4') {
      const hex = Array.from({ length: 32 }, () => whole(16).toString(16)).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    }
    if (kind === 'email') return `someone${1 + whole(1e6)}@example.com`;
    if (format !== '') return value;
    const words = value.split(/\s+/);
    // One word may be one of a list that nobody tells of.
    if (words.length < 3 && !/text|prompt|sentence|query|question|message|content|review|document/i.test(name))
      return value;
    if (/^[A-Za-z0-9+/]{60,}={0,2}$/.test(value)) return value;
    const made = words.map(() => WORDS[whole(WORDS.length)] ?? '').join(' ');
    return `${made.charAt(0).toUpperCase()}${made.slice(1)}${/[.!?]$/.exec(value)?.[0] ?? ''}`;
  }

  #oneOf(members: readonly Json[], value: Json): Json {
    return members[Math.floor(this.#draw() * members.length)] ?? value;
  }
}

const WORDS = (
  'the a one every quick slow brown old new small large quiet river mountain city market garden house train letter story teacher ' +
  'doctor child farmer writes reads sells buys finds opens closes likes sees near under above before after with without early late ' +
  'often never again good bad cheap dear warm cold red green blue white paper water bread music winter summer morning evening'
).split(' ');

function formatIn(value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'date';
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value)) return 'date-time';
  if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(value)) return 'uuid';
  return /^[\w.+-]+@example\.com$/.test(value) ? 'email' : '';
}

/** Whether a value may be one of a schema, as far as it shows. */
function mayBe(value: Json, schema: JsonObject): boolean {
  if ('const' in schema) return schema['const'] === value;
  const { type } = schema;
  const types = typeof type === 'string' ? [type] : listOf(type);
  const own =
    value === null
      ? ['null']
      : Array.isArray(value)
        ? ['array']
        : typeof value === 'number'
          ? Number.isInteger(value)
            ? ['integer', 'number']
            : ['number']
          : [typeof value];
  if (types.length > 0 && !own.some((each) => types.includes(each))) return false;
  if (!isObject(value)) return true;
  const fields = objectOf(schema['properties']);
  return (
    listOf(schema['required']).every((name) => typeof name === 'string' && Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name) || Object.keys(fields).length === 0) &&
    Object.entries(fields).every(([name, raw]) => {
      const wanted = objectOf(raw)['const'];
      return wanted === undefined || !Object.hasOwn(value, name) || value[name] === wanted;
    })
  );
}

/** Between which a number may lie, and of which it is a multiple; 0: any. */
function boundsOf(
  schema: JsonObject | null,
  value: number,
): { readonly least: number; readonly most: number; readonly step: number } {
  const whole = schema === null ? Number.isInteger(value) : schema['type'] === 'integer';
  const step = numberAt(schema, 'multipleOf') ?? (whole ? 1 : 0);
  let least = numberAt(schema, 'minimum') ?? Number.NEGATIVE_INFINITY;
  let most = numberAt(schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  const above = exclusive(schema, 'exclusiveMinimum', least);
  const below = exclusive(schema, 'exclusiveMaximum', most);
  // What is never negative, nor nought, as far as is known, stays so.
  if (schema === null && value >= 0) least = value === 0 ? 0 : Math.min(value, step);
  const gap =
    step > 0 ? step : Number.isFinite(most - least) ? (most - least) / 1e6 : Math.max(1e-6, Math.abs(value) / 1e6);
  if (above !== null && above >= least) least = above + gap;
  if (below !== null && below <= most) most = below - gap;
  return { least, most, step };
}

function exclusive(schema: JsonObject | null, name: string, plain: number): number | null {
  const value = schema?.[name];
  return typeof value === 'number' ? value : value === true ? plain : null;
}

function numberAt(schema: JsonObject | null, name: string): number | null {
  const value = schema?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

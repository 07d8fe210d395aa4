import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from './document.ts';
import { textOfPattern } from './pattern.ts';
import { sampleOf, schemaAt, textNamed } from './schema.ts';

/** So much of an error's text is read, characters. */
const READ = 20_000;
/** No list is made longer because an error says so. */
const WIDEST = 10_000;

/** What an error says should be otherwise: of a field of the body, the query or the headers; a null value: it should go. */
export interface Change {
  readonly place: 'body' | 'query' | 'header';
  readonly path: readonly (string | number)[];
  /** What is there now, to what should be there; undefined: nothing. */
  readonly make: (now: Json | undefined) => Json | undefined;
}

interface BodySchema {
  readonly schema: unknown;
  readonly root: Json;
}

/** A body as an error's text asks for it; null where nothing in it is understood, or nothing would change. */
export function repaired(body: Json, text: string, schema: BodySchema | null): Json | null {
  const before = JSON.stringify(body);
  let changed = structuredClone(body);
  for (const { place, path, make } of changesOf(text, schema))
    if (place === 'body') changed = applied(changed, path, make);
  return JSON.stringify(changed) === before ? null : changed;
}

/** Query parameters and headers that an error asks for. */
export function missingOutside(text: string): { readonly place: 'query' | 'header'; readonly name: string }[] {
  return changesOf(text, null).flatMap(({ place, path }) =>
    place === 'body' || typeof path[0] !== 'string' ? [] : [{ place, name: path[0] }],
  );
}

export function changesOf(text: string, schema: BodySchema | null): Change[] {
  const read = text.slice(0, READ);
  let document: unknown = null;
  try {
    document = JSON.parse(read);
  } catch {
    // A page, or plain text.
  }
  const details = detailsOf(document);
  if (details.length > 0) return details.flatMap((each) => changeOfDetail(each, schema) ?? []);
  const fields = fieldErrors(document);
  if (fields.length > 0) return fields;
  return changesOfText(
    document === null
      ? read
          .replaceAll(/<[^>]*>/g, ' ')
          .replaceAll('&#39;', "'")
          .replaceAll('&quot;', '"')
      : wordsOf(document),
    schema,
  );
}

/** pydantic's list, wherever a framework puts it. */
function detailsOf(document: unknown): JsonObject[] {
  for (const list of [
    document,
    objectOf(document)['detail'],
    objectOf(document)['errors'],
    objectOf(document)['error'],
  ]) {
    const found = listOf(list).filter((each): each is JsonObject => isObject(each) && Array.isArray(each['loc']));
    if (found.length > 0) return found.slice(0, 200);
  }
  return [];
}

function changeOfDetail(detail: JsonObject, schema: BodySchema | null): Change | null {
  const [head, ...rest] = listOf(detail['loc']).filter(
    (each) => typeof each === 'string' || typeof each === 'number',
  ) as (string | number)[];
  const inBody = head === 'body';
  const place = head === 'query' || head === 'header' ? head : 'body';
  const path = inBody || place !== 'body' ? rest : head === undefined ? [] : [head, ...rest];
  if (head === 'path' || head === 'cookie') return null;
  const make = makerOf(detail, String(path.at(-1) ?? ''), schemaOf(schema, path));
  return make === null ? null : { place, path, make };
}

/** The schema of a place, where there is a description. */
function schemaOf(body: BodySchema | null, path: readonly (string | number)[]): BodySchema | null {
  if (body === null) return null;
  let schema: unknown = body.schema;
  for (const step of path) {
    const whole = schemaAt(schema, body.root);
    const next = typeof step === 'number' ? whole['items'] : objectOf(whole['properties'])[step];
    if (next === undefined) return null;
    schema = next;
  }
  return { schema, root: body.root };
}

const VALUES: readonly (readonly [type: RegExp, value: Json])[] = [
  [/^(int_|integer|type_error\.integer)/, 1],
  [/^(float_|number|decimal_|type_error\.(float|decimal))/, 1.5],
  [/^(bool_|type_error\.bool)/, true],
  [/^(date_from|date_type|date_parsing|value_error\.date$|date$)/, '2024-01-15'],
  [/^(date_past)/, '2020-01-15'],
  [/^(date_future)/, '2099-01-15'],
  [/^(datetime_|timezone_|value_error\.datetime)/, '2024-01-15T12:00:00Z'],
  [/^(time_delta|value_error\.duration)/, 'PT1H'],
  [/^(time_)/, '12:00:00'],
  [/^(uuid_|type_error\.uuid)/, '123e4567-e89b-42d3-a456-426614174000'],
  [/^(url_|value_error\.url)/, 'https://example.com/'],
  [/^(bytes_)/, 'hello'],
  [/^(dict_|model_|mapping_|dataclass_|type_error\.dict)/, {}],
  [/^(ip_v4|ip_any|value_error\.ipv4|value_error\.ipvany)/, '192.0.2.1'],
  [/^(ip_v6|value_error\.ipv6)/, '2001:db8::1'],
];

type Make = Change['make'];

function makerOf(detail: JsonObject, name: string, schema: BodySchema | null): Make | null {
  const type = textOf(detail['type']);
  const message = textOf(detail['msg']);
  const limits = { ...objectOf(detail['ctx']) };
  const numberIn = (...names: string[]): number | null => {
    const found = names.map((each) => Number(limits[each])).find((each) => Number.isFinite(each));
    return found ?? null;
  };
  if (/missing|required/i.test(type) || /^field required/i.test(message))
    return () =>
      schema === null ? valueNamed(name) : sampleOf(schema.schema, { root: schema.root, sparse: true, random: null });
  if (/extra_forbidden|value_error\.extra/.test(type)) return () => undefined;
  const member = /(?:'([^']*)'|"([^"]*)"|permitted: '?([^',]+)'?)/.exec(textOf(limits['expected']) || message);
  if (/enum|literal|const/.test(type)) {
    const permitted = listOf(limits['enum_values'] ?? limits['permitted'])[0];
    const text = member?.[1] ?? member?.[2] ?? member?.[3] ?? /(-?\d+)/.exec(message)?.[1];
    const found = permitted ?? text;
    return found === undefined
      ? null
      : () => (typeof found === 'string' && /^-?\d+$/.test(found) && member === null ? Number(found) : (found as Json));
  }
  const above = numberIn('gt', 'ge', 'limit_value');
  if (/greater_than|not_gt|not_ge/.test(type) && above !== null)
    return () => (/equal|ge/.test(type) ? above : above + 1);
  const below = numberIn('lt', 'le', 'limit_value');
  if (/less_than|not_lt|not_le/.test(type) && below !== null)
    return () => (/equal|le/.test(type) ? below : below - (Number.isInteger(below) && below > 1 ? 1 : 0.001));
  const step = numberIn('multiple_of');
  if (/multiple/.test(type) && step !== null) return () => step;
  const least = numberIn('min_length', 'limit_value', 'min_items');
  if (/string_too_short|any_str\.min/.test(type) && least !== null)
    return (now) => String(now ?? '').padEnd(Math.min(least, WIDEST), 'x');
  const most = numberIn('max_length', 'limit_value', 'max_items');
  if (/string_too_long|any_str\.max/.test(type) && most !== null) return (now) => String(now ?? '').slice(0, most);
  if (/pattern|regex/.test(type)) {
    const text = textOfPattern(textOf(limits['pattern']));
    return text === null ? null : () => text;
  }
  if (/too_short|min_items/.test(type) && least !== null) return (now) => stretched(now, least);
  if (/too_long|max_items/.test(type) && most !== null) return (now) => (Array.isArray(now) ? now.slice(0, most) : now);
  if (/^(list_|tuple_|set_|frozen_set_|type_error\.(list|tuple|set))/.test(type)) return (now) => [now ?? 1];
  if (/^(string_|str_|type_error\.str)/.test(type)) return () => textNamed(name);
  if (/union_tag/.test(type)) {
    const tag = textOf(limits['discriminator']).replaceAll("'", '');
    const first = /'([^']+)'/.exec(textOf(limits['expected_tags']))?.[1];
    return (now) => (tag === '' || first === undefined ? now : { ...objectOf(now), [tag]: first });
  }
  if (/email/i.test(message)) return () => 'someone@example.com';
  const known = VALUES.find(([pattern]) => pattern.test(type))?.[1];
  if (known !== undefined) return () => known;
  const width = widthIn(message);
  return width === null ? null : (now) => widened(now, width);
}

/** `{"field": ["This field is required."]}`, `{"errors": {"json": {"field": ["Missing data for required field."]}}}`. */
function fieldErrors(document: unknown): Change[] {
  const changes: Change[] = [];
  const look = (value: unknown, path: readonly string[]): void => {
    if (path.length > 5 || changes.length > 200) return;
    if (isObject(value)) {
      for (const [name, part] of Object.entries(value)) look(part, OUTER.includes(name) ? path : [...path, name]);
      return;
    }
    const [message] = Array.isArray(value) ? value : [value];
    const name = path.at(-1);
    if (
      typeof message !== 'string' ||
      name === undefined ||
      name === 'error' ||
      name === 'message' ||
      name === 'detail'
    )
      return;
    const make = makerOfSentence(message, name);
    if (make !== null) changes.push({ place: 'body', path, make });
  };
  if (isObject(document)) look(document, []);
  return changes;
}

const OUTER = ['errors', 'json', 'messages', 'detail', 'error', 'data', 'body', 'validation_error', 'body_params'];

function makerOfSentence(message: string, name: string): Make | null {
  if (/required|missing|may not be (null|blank)/i.test(message)) return () => valueNamed(name);
  if (/unknown field|unexpected|not allowed|additional/i.test(message)) return () => undefined;
  if (/integer/i.test(message)) return () => 1;
  if (/number|float|decimal/i.test(message)) return () => 1.5;
  if (/boolean/i.test(message)) return () => true;
  if (/list|array/i.test(message)) return (now) => [now ?? 1];
  if (/string|text/i.test(message)) return () => textNamed(name);
  if (/date/i.test(message)) return () => '2024-01-15';
  const least = /(?:at least|greater than or equal to|minimum of) (-?[\d.]+)/i.exec(message)?.[1];
  if (least !== undefined) return () => Number(least);
  return null;
}

/** How frameworks and libraries name a field that is missing: in quotes, where it is one for certain. */
const QUOTED: readonly RegExp[] = [
  /KeyError:?\s*\(?['"]([^'"]{1,100})['"]/,
  /(?:missing|required|needs?|expects?|must (?:have|contain|include)|no)\b[\w\s-]{0,40}['"`]([^'"`]{1,100})['"`]/i,
  /['"`]([^'"`]{1,100})['"`]\s+(?:key |field |parameter )?(?:is\s+)?(?:a\s+)?(?:required|missing|not found|not provided)/i,
  /^\s*['"]([^'"]{1,100})['"]\s*$/m,
];
/** The same without quotes. */
const BARE: readonly RegExp[] = [
  /(?:missing|required|needs?|expects?)\b[\w\s-]{0,30}?(?:field|key|parameter|column|feature|input|property|argument|attribute)s?\b[^'"`\w]{0,4}([A-Za-z_][\w.-]{0,60})/i,
  /\b(?:missing|required)\s*:\s*([A-Za-z_][\w.-]{0,60})/i,
  /\b([A-Za-z_]\w{0,60}) (?:is (?:required|missing)|(?:field )?(?:must be|was not) (?:given|provided|present))/i,
];
const MISSING_LISTS =
  /(?:missing|not in index|not found in axis|required|expected|must contain|expects)[^[{(]{0,60}[[{(]([^\]})]{1,2000})[\]})]|[[{(]([^\]})]{1,2000})[\]})] ?(?:not in index|are missing|is missing)/i;

function changesOfText(text: string, schema: BodySchema | null): Change[] {
  const width = widthIn(text);
  if (width !== null) return [{ place: 'body', path: [], make: (now) => widened(now, width) }];
  const add = (name: string): Change => {
    const part = schemaOf(schema, [name]);
    return {
      place: 'body',
      path: [],
      make: (now) =>
        withField(
          now,
          name,
          part === null ? valueNamed(name) : sampleOf(part.schema, { root: part.root, sparse: true, random: null }),
        ),
    };
  };
  const listed = MISSING_LISTS.exec(text);
  const names = [...(listed?.[1] ?? listed?.[2] ?? '').matchAll(/['"]([^'"]{1,100})['"]/g)].map(
    ([, name]) => name ?? '',
  );
  if (names.length > 0) return names.slice(0, 500).map(add);
  const convert = /could not convert string to float: ?['"]([^'"]*)['"]/i.exec(text)?.[1];
  if (convert !== undefined)
    return [{ place: 'body', path: [], make: (now) => everywhere(now, (each) => (each === convert ? 1 : each)) }];
  if (/expected 2d array, got (1d|scalar)/i.test(text))
    return [{ place: 'body', path: [], make: (now) => deepened(now) }];
  if (LIST_WANTED.test(text)) {
    const records = /record|object|dict/i.test(text);
    return [{ place: 'body', path: [], make: (now) => asList(now, records) }];
  }
  for (const pattern of QUOTED) {
    const name = pattern.exec(text)?.[1]?.trim();
    if (name !== undefined) return [add(name)];
  }
  for (const pattern of BARE) {
    const name = pattern.exec(text)?.[1]?.trim();
    if (name !== undefined && !NO_NAMES.test(name)) return [add(name)];
  }
  return [];
}

const LIST_WANTED =
  /(must|should|expect(?:ed|s)?|needs?)[^.]{0,30}\b(be|is|a|an)?\b[^.]{0,12}\b(list|array)\b|unhashable|list of records/i;

function asList(now: Json | undefined, records: boolean): Json {
  if (Array.isArray(now)) return records ? now.map((each) => (isObject(each) ? each : {})) : [now];
  if (isObject(now)) return [records || Object.keys(now).length > 0 ? now : 1];
  return [records ? {} : (now ?? 1)];
}

/** Words that stand where a name is looked for. */
const NO_NAMES =
  /^(the|a|an|is|in|data|json|body|input|value|fields?|keys?|error|none|null|and|or|of|to|for|request|from|not|must|with)$/i;

/** How many numbers a model wants, in its libraries' words; null: it does not say. */
export function widthIn(text: string): number | null {
  const patterns = [
    /is expecting (\d+) features/i,
    /expect(?:s|ed|ing)?:? (?:exactly )?(\d+) (?:features?|values?|columns?|inputs?|elements?|numbers?|items?)/i,
    /(?:needs?|requires?|must (?:have|contain|be)|should (?:have|contain)|list of|length of|length) (?:exactly )?(\d+)\b/i,
    /feature shape mismatch, expected: (\d+)/i,
    /was in training data \((\d+)\)/i,
    /expected axis -1 of input shape to have value (\d+)/i,
    /expected shape[ =:]*\(?\[?(?:None|-1|\?|batch)?,? ?(\d+)/i,
    /shapes cannot be multiplied \(\d+x\d+ and (\d+)x\d+\)/i,
    /exactly (\d+)\b/i,
    /(\d+) (?:features?|values?|numbers?) (?:are |is )?(?:expected|required|needed)/i,
  ];
  for (const pattern of patterns) {
    const width = Number(pattern.exec(text)?.[1] ?? Number.NaN);
    if (width >= 1 && width <= WIDEST) return width;
  }
  return null;
}

/** The innermost list with that many of its kind; where there is none, a list of numbers. */
function widened(now: Json | undefined, width: number): Json {
  if (Array.isArray(now)) {
    const [first] = now;
    return Array.isArray(first) || isObject(first) ? now.map((each) => widened(each, width)) : stretched(now, width);
  }
  if (isObject(now)) {
    const entries = Object.entries(now);
    const lists = entries.filter(([, part]) => Array.isArray(part));
    if (lists.length > 0)
      return { ...now, ...Object.fromEntries(lists.map(([name, part]) => [name, widened(part, width)])) };
    if (entries.length === 0) return stretched([], width);
    const [[name]] = entries as [[string, Json]];
    return { ...now, [name]: stretched([], width) };
  }
  return stretched([], width);
}

function stretched(now: Json | undefined, length: number): Json[] {
  const list = Array.isArray(now) ? now : now === undefined ? [] : [now];
  const most = Math.min(length, WIDEST);
  return Array.from({ length: most }, (_, n) => structuredClone(list[n] ?? list.at(-1) ?? 1));
}

function deepened(now: Json | undefined): Json {
  if (!isObject(now)) return [now ?? 1];
  return Object.fromEntries(
    Object.entries(now).map(([name, part]) => [name, Array.isArray(part) ? [part] : (part as Json)]),
  );
}

function everywhere(now: Json | undefined, change: (value: Json) => Json): Json {
  if (Array.isArray(now)) return now.map((each) => everywhere(each, change));
  if (isObject(now))
    return Object.fromEntries(Object.entries(now).map(([name, part]) => [name, everywhere(part, change)]));
  return change(now ?? null);
}

/** In each record of a list, or in the object. */
function withField(now: Json | undefined, name: string, value: Json): Json {
  if (Array.isArray(now)) return now.map((each) => (isObject(each) ? withField(each, name, value) : each));
  return { ...objectOf(now), [name]: value } as Json;
}

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

function applied(body: Json, path: readonly (string | number)[], make: Make): Json {
  const [step, ...rest] = path;
  if (step === undefined) return make(body) ?? {};
  if (Array.isArray(body)) {
    if (typeof step !== 'number') return rest.length === 0 ? body : applied(body, rest, make);
    if (step > body.length || (step === body.length && rest.length > 0)) return body;
    const copy = [...body];
    const value = rest.length === 0 ? make(copy[step]) : applied(copy[step] ?? null, rest, make);
    if (value === undefined) copy.splice(step, 1);
    else copy[step] = value;
    return copy;
  }
  if (!isObject(body)) return rest.length === 0 && typeof step === 'string' ? applied({}, path, make) : body;
  const name = String(step);
  // A path names the members of unions, too: those are no fields.
  if (!Object.hasOwn(body, name) && rest.length > 0) return applied(body, rest, make);
  const { [name]: now, ...others } = body;
  const value = rest.length === 0 ? make(now) : applied(now ?? null, rest, make);
  return value === undefined ? (others as Json) : ({ ...body, [name]: value } as Json);
}

/** The sentences of a JSON document, one a line. */
function wordsOf(document: unknown, depth = 0): string {
  if (typeof document === 'string') return document;
  if (depth > 6 || typeof document !== 'object' || document === null) return '';
  return Object.values(document)
    .slice(0, 100)
    .map((each) => wordsOf(each, depth + 1))
    .join('\n');
}

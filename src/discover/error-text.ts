/**
 * Errors in sentences: those of a field, those of a page, and those that libraries of models write.
 * What is missing, of which type it should be, how wide a list is wanted.
 */
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { type BodySchema, valueFor, valueNamed } from './field-value.ts';
import {
  asList,
  type Change,
  deepened,
  everywhere,
  type Make,
  stretched,
  WIDEST,
  widened,
  withField,
} from './reshape.ts';
import { FORMATS, textNamed } from './sample-text.ts';

/**
 * `{"field": ["This field is required."]}`, `{"errors": {"json": {"field": ["Missing data for required field."]}}}`; of a list of
 * records one such object for each, and of a list in a field one by its place: `{"features": {"0": ["A valid number is required."]}}`.
 */
export function fieldErrors(document: unknown): Change[] {
  const changes: Change[] = [];
  const look = (value: unknown, path: readonly (string | number)[]): void => {
    if (path.length > 5 || changes.length > 200) return;
    if (isObject(value)) {
      for (const [name, part] of Object.entries(value))
        look(part, isOuter(name, part) ? path : [...path, /^\d{1,4}$/.test(name) ? Number(name) : name]);
      return;
    }
    if (Array.isArray(value) && isObject(value[0])) {
      for (const [n, part] of value.entries()) {
        const named = namedError(objectOf(part));
        if (named !== null) look([named.message], [...path, ...named.path]);
        // Others describe a record, field by field.
        else
          for (const [name, each] of Object.entries(objectOf(part)))
            if (Array.isArray(each)) look(each, [...path, n, name]);
      }
      return;
    }
    const [message] = Array.isArray(value) ? value : [value];
    const name = path.findLast((step) => typeof step === 'string');
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
  if (isObject(document) || (Array.isArray(document) && document.every(isObject))) look(document, []);
  return changes;
}

const OUTER = [
  ...['errors', 'json', 'messages', 'detail', 'error', 'data', 'body', 'validation_error', 'body_params'],
  ...['non_field_errors', 'issues', 'violations'],
];

/** A field may have such a name, too: then words stand right behind it. */
const isOuter = (name: string, part: unknown): boolean =>
  OUTER.includes(name) && !(['data', 'body', 'json'].includes(name) && typeof listOf(part)[0] === 'string');

/** `{"field": "x", "defaultMessage": "must not be null"}`, `{"path": ["x"], "message": "Required"}`; null: it is none. */
function namedError(error: JsonObject): { readonly path: (string | number)[]; readonly message: string } | null {
  const place = ['field', 'path', 'param', 'property'].map((name) => error[name]).find((each) => each !== undefined);
  const message = ['message', 'msg', 'defaultMessage', 'reason']
    .map((name) => textOf(error[name]))
    .find((each) => each !== '');
  const steps: readonly unknown[] = typeof place === 'string' ? place.split(/[./]/) : listOf(place);
  const path = steps.filter(
    (step): step is string | number => typeof step === 'number' || (typeof step === 'string' && step !== ''),
  );
  return message === undefined || path.length === 0 ? null : { path, message };
}

/** What a field should be, by words of a message about its type; the first that is in it. */
const TYPES: readonly (readonly [words: RegExp, make: (name: string) => Make])[] = [
  [/integer|\b[iu]\d+\b|usize/i, () => () => 1],
  [/number|float|decimal|numeric|\bf\d\d\b/i, () => () => 1.5],
  [/boolean/i, () => () => true],
  [/\b(?:list|array|sequence)\b/i, () => (now) => [now ?? 1]],
  [/dictionary|\bobject\b|\bmap\b/i, () => () => ({})],
  [/date-?time/i, () => () => FORMATS['date-time']],
  [/\bdate/i, () => () => FORMATS.date],
  [/\btime\b/i, () => () => FORMATS.time],
  [/e-?mail/i, () => () => FORMATS.email],
  [/uuid/i, () => () => FORMATS.uuid],
  [/\burl\b/i, () => () => FORMATS.url],
  [/string|text/i, (name) => () => textNamed(name)],
];

/** What it was instead is no matter: "Expected a dictionary, but got list." */
function makerOfType(words: string, name: string): Make | null {
  const wanted = words.replace(/,? (?:but|received|got) .*$/is, '');
  return TYPES.find(([pattern]) => pattern.test(wanted))?.[1](name) ?? null;
}

function makerOfSentence(message: string, name: string): Make | null {
  // "A valid integer is required." is of a field that is there.
  const valid = /valid ([\w\s-]{1,30}?)(?: is required)?[.!]?$/i.exec(message)?.[1];
  if (valid !== undefined && !/choice|option/i.test(valid)) return makerOfType(valid, name);
  if (/required|missing|(?:may|must|should) not be (?:null|blank|empty)/i.test(message)) return () => valueNamed(name);
  if (/unknown field|unexpected|not allowed|additional/i.test(message)) return () => undefined;
  const size = /(at least|more than|at most) (\d+) (element|item|character|digit)/i.exec(message);
  if (size !== null) return sized(Number(size[2]), /item|element/i.test(size[3] ?? ''), /least/i.test(size[1] ?? ''));
  const bound = /(?:at least|at most|(?:greater|less) than or equal to|(?:min|max)imum of) (-?\d+(?:\.\d+)?)/i.exec(
    message,
  );
  if (bound !== null) return () => Number(bound[1]);
  return makerOfType(message, name);
}

/** A list or a text of so many parts, at least or at most. */
function sized(count: number, list: boolean, least: boolean): Make {
  if (list) return (now) => (least ? stretched(now, count) : Array.isArray(now) ? now.slice(0, count) : now);
  return (now) => (least ? String(now ?? '').padEnd(Math.min(count, WIDEST), 'x') : String(now ?? '').slice(0, count));
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

/** What the sentences of a text ask for; none where nothing in them is understood. */
export function changesOfText(text: string, schema: BodySchema | null): Change[] {
  const width = widthIn(text);
  const typed = typedField(text, width);
  if (typed !== null) return [typed];
  if (width !== null) return [{ place: 'body', path: [], make: (now) => widened(now, width) }];
  const add = (name: string): Change => ({
    place: 'body',
    path: [],
    make: (now) => withField(now, name, valueFor(schema, [name], name)),
  });
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

/** What a sentence wants of one field; null: it is of none. */
function typedField(text: string, width: number | null): Change | null {
  const union = /([A-Za-z_]\w{0,60}): data did not match any variant/.exec(text)?.[1];
  if (union !== undefined)
    return { place: 'body', path: [union], make: (now) => (typeof now === 'string' ? [now] : textNamed(union)) };
  const [, named = '', type = ''] = OF_A_TYPE.exec(text) ?? [];
  const place = named.replace(/^(?:body|request)[./]/, '');
  if (place === '' || NO_NAMES.test(place)) return null;
  const path = place.split(/[./]/).map((step) => (/^\d{1,4}$/.test(step) ? Number(step) : step));
  const list = width !== null && /list|array|sequence/i.test(type);
  const make: Make | null = list ? (now) => widened(now ?? [], width) : makerOfType(type, String(path.at(-1)));
  return make === null ? null : { place: 'body', path, make };
}

/** As ajv, class-validator, and readers of JSON in Rust say it: `body/x must be number`, `x: invalid type: integer, expected a string`. */
const OF_A_TYPE =
  /(?:^|[\s"'`])([A-Za-z_][\w./]{0,80})["'`]? ?(?:(?:must|should) be|: invalid type: .{1,60}, expected) (?:an? )?((?:valid |integer )?(?:number|numeric|float|integer|string|boolean|list|array|sequence|dictionary|object|map|f32|f64|[iu]\d+|usize)\b)/i;

const LIST_WANTED =
  /(must|should|expect(?:ed|s)?|needs?)[^.]{0,30}\b(be|is|a|an)?\b[^.]{0,12}\b(list|array)\b|unhashable|list of records/i;

/** Words that stand where a name is looked for. */
const NO_NAMES =
  /^(the|a|an|is|in|it|this|that|which|each|all|payload|data|json|body|input|value|fields?|keys?|error|none|null|and|or|of|to|for|request|from|not|must|with)$/i;

/** How many numbers a model wants, in its libraries' words; null: it does not say. */
export function widthIn(text: string): number | null {
  const patterns = [
    /is expecting (\d+) features/i,
    /expect(?:s|ed|ing)?:? (?:exactly )?(\d+) (?:features?|values?|columns?|inputs?|elements?|numbers?|items?)/i,
    /(?:needs?|requires?|must (?:have|contain|be)|should (?:have|contain)|list of|length of|length) (?:exactly )?(\d+)\b/i,
    /feature shape mismatch, expected: (\d+)/i,
    /was in training data \((\d+)\)/i,
    /feature size of (?:the )?trained model (\d+)/i,
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

/** The sentences of a JSON document, one a line. */
export function wordsOf(document: unknown, depth = 0): string {
  if (typeof document === 'string') return document;
  if (depth > 6 || typeof document !== 'object' || document === null) return '';
  return Object.values(document)
    .slice(0, 100)
    .map((each) => wordsOf(each, depth + 1))
    .join('\n');
}

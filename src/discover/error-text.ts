/**
 * Errors in sentences: those of a field, those of a page, and those that libraries of models write.
 * What is missing, of which type it should be, how wide a list is wanted.
 */
import { isObject } from './document.ts';
import { type BodySchema, valueFor, valueNamed } from './field-value.ts';
import { asList, type Change, deepened, everywhere, type Make, WIDEST, widened, withField } from './reshape.ts';
import { FORMATS, textNamed } from './sample-text.ts';

/** `{"field": ["This field is required."]}`, `{"errors": {"json": {"field": ["Missing data for required field."]}}}`. */
export function fieldErrors(document: unknown): Change[] {
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
  if (/date/i.test(message)) return () => FORMATS.date;
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

/** What the sentences of a text ask for; none where nothing in them is understood. */
export function changesOfText(text: string, schema: BodySchema | null): Change[] {
  const width = widthIn(text);
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

const LIST_WANTED =
  /(must|should|expect(?:ed|s)?|needs?)[^.]{0,30}\b(be|is|a|an)?\b[^.]{0,12}\b(list|array)\b|unhashable|list of records/i;

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

/** The sentences of a JSON document, one a line. */
export function wordsOf(document: unknown, depth = 0): string {
  if (typeof document === 'string') return document;
  if (depth > 6 || typeof document !== 'object' || document === null) return '';
  return Object.values(document)
    .slice(0, 100)
    .map((each) => wordsOf(each, depth + 1))
    .join('\n');
}

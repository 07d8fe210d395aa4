/**
 * JSON as it is written. Data is carried on as the text that stands in its file: a number of twenty digits, `1.0` or
 * `1e400` would not survive being read into a double and written again.
 *
 * Everything here expects valid JSON (RFC 8259), which `JSON.parse` has accepted before.
 */

/** Where a value lies in a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A number as its text: `9007199254740993`, `1.0`, `1e400`. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value whose numbers are kept as they are written. */
export type ExactJson = null | boolean | string | JsonNumber | ExactJson[] | { [name: string]: ExactJson };

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** From there on, the first character that is no white space. */
function skipSpace(json: string, from: number): number {
  let at = from;
  for (let code = json.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); code = json.charCodeAt(at)) at++;
  return at;
}

/** Behind the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); ; at = json.indexOf('"', at + 1)) {
    let first = at;
    while (json.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((at - first) % 2 === 0) return at + 1;
  }
}

/** Behind the value that begins at `start`. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth++;
      at++;
      continue;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth--;
      at++;
    } else if (depth > 0) {
      at++;
      continue;
    } else {
      while (at < json.length && !', \t\r\n]}'.includes(json[at] as string)) at++;
      return at;
    }
    if (depth === 0) return at;
  }
}

export const isObjectText = (json: string): boolean => json.charCodeAt(skipSpace(json, 0)) === OPEN_OBJECT;

/** A member of an object, or an element of a list. */
interface Part extends Span {
  /** Where it begins with its name; of an element as `start`. */
  readonly from: number;
  readonly name: string;
}

/** The parts of an object (by name) or of a list (by index), in the order in which they are written. */
function* partsOf(json: string): Generator<Part> {
  let at = skipSpace(json, 0);
  const named = json.charCodeAt(at) === OPEN_OBJECT;
  if (!named && json.charCodeAt(at) !== OPEN_LIST) return;
  for (let index = 0; ; index++) {
    at = skipSpace(json, at + 1);
    const code = json.charCodeAt(at);
    if (code === CLOSE_OBJECT || code === CLOSE_LIST) return;
    const from = at;
    let name = '';
    if (named) {
      at = endOfString(json, at);
      const written = json.slice(from + 1, at - 1);
      name = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
      at = skipSpace(json, skipSpace(json, at) + 1);
    } else name = String(index);
    const start = at;
    at = endOfValue(json, at);
    yield { from, name, start, end: at };
    at = skipSpace(json, at);
    if (json.charCodeAt(at) !== COMMA) return;
  }
}

/** The fields of an object as they are written; of two of one name the last, as everywhere. Empty for any other value. */
export function fieldTexts(json: string): Map<string, string> {
  const fields = new Map<string, string>();
  if (isObjectText(json)) for (const { name, start, end } of partsOf(json)) fields.set(name, json.slice(start, end));
  return fields;
}

/** The elements of a list as they are written. Empty for any other value. */
export function elementTexts(json: string): string[] {
  return isObjectText(json) ? [] : [...partsOf(json)].map(({ start, end }) => json.slice(start, end));
}

/** The object or list without every part of that name; all else stays as it is written. */
function withoutPartText(json: string, name: string): string {
  const parts = [...partsOf(json)];
  let text = '';
  let kept = 0;
  let last = skipSpace(json, 0) + 1;
  for (const part of parts) {
    if (part.name !== name) {
      // What stands before a part (a comma and white space) goes with it, but for the first that is kept.
      text += json.slice(kept === 0 ? part.from : last, part.end);
      kept++;
    }
    last = part.end;
  }
  if (kept === parts.length) return json;
  const first = parts[0]?.from ?? 0;
  return json.slice(0, first) + text + json.slice(last);
}

/** The part of a value that a path of names and indices (`a.b.0`, `a.b[0]`) leads through, and what is left of the path. */
function throughPart(json: string, path: string): { readonly part: Part; readonly rest: string } | null {
  let found: { readonly part: Part; readonly rest: string } | null = null;
  for (const part of partsOf(json)) {
    const rest = restOf(path, part.name);
    if (rest !== null && (found === null || part.name.length >= found.part.name.length)) found = { part, rest };
  }
  return found;
}

/** What of a path is left behind its first name; null: it does not begin with that name. */
function restOf(path: string, name: string): string | null {
  if (!path.startsWith(name)) return null;
  const rest = path.slice(name.length);
  if (rest.startsWith('.')) return rest.slice(1);
  return rest.startsWith('[') ? rest.slice(1).replace(']', '') : null;
}

/**
 * The value at a path, as it is written; null: there is none. A part whose own name has the dots in it comes first.
 */
export function textAt(json: string, path: string): string | null {
  let own: Part | null = null;
  for (const part of partsOf(json)) if (part.name === path) own = part;
  if (own !== null) return json.slice(own.start, own.end);
  const through = throughPart(json, path);
  return through === null ? null : textAt(json.slice(through.part.start, through.part.end), through.rest);
}

/** The value without what is at the path; all else stays as it is written. */
export function withoutPathText(json: string, path: string): string {
  const without = withoutPartText(json, path);
  if (without !== json) return without;
  const through = throughPart(json, path);
  if (through === null) return json;
  const { start, end } = through.part;
  return json.slice(0, start) + withoutPathText(json.slice(start, end), through.rest) + json.slice(end);
}

/**
 * Without the white space between its parts; numbers stay as they are written.
 *
 * @param string what becomes of a string, quotes and escapes included.
 */
export function compactJson(json: string, string: (written: string) => string): string {
  let text = '';
  for (let at = 0; at < json.length; ) {
    const code = json.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13)) {
      at++;
      continue;
    }
    const end = code === QUOTE ? endOfString(json, at) : at + 1;
    const part = json.slice(at, end);
    text += code === QUOTE ? string(part) : part;
    at = end;
  }
  return text;
}

/**
 * Reads JSON with its numbers as they are written. Lists and objects may be nested as deep as `JSON.parse` allows.
 *
 * @throws SyntaxError where it is not JSON.
 */
export function readExactJson(json: string): ExactJson {
  JSON.parse(json);
  /** Lists and objects that are open, the outermost first, and of each object the name of the field that comes next. */
  const open: (ExactJson[] | { [name: string]: ExactJson })[] = [];
  const names: string[] = [];
  let named = false;
  for (let at = skipSpace(json, 0); ; ) {
    const code = json.charCodeAt(at);
    const within = open.at(-1);
    let value: ExactJson;
    if (code === COMMA || code === 58) {
      at = skipSpace(json, at + 1);
      continue;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      open.push(code === OPEN_LIST ? [] : {});
      names.push('');
      named = false;
      at = skipSpace(json, at + 1);
      continue;
    }
    if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      value = open.pop() as ExactJson;
      names.pop();
      at++;
    } else {
      const end = endOfValue(json, at);
      // A list's brackets and an object's colon end a number, too.
      const text = code === QUOTE ? json.slice(at, end) : (/^[^:]*/.exec(json.slice(at, end)) as [string])[0];
      at += text.length;
      if (code === QUOTE) {
        const read = JSON.parse(text) as string;
        if (within !== undefined && !Array.isArray(within) && !named) {
          names[names.length - 1] = read;
          named = true;
          at = skipSpace(json, at);
          continue;
        }
        value = read;
      } else value = code === 116 ? true : code === 102 ? false : code === 110 ? null : new JsonNumber(text);
    }
    at = skipSpace(json, at);
    const into = open.at(-1);
    if (into === undefined) return value;
    if (Array.isArray(into)) into.push(value);
    // A field named __proto__ is a field, not a prototype.
    else
      Object.defineProperty(into, names.at(-1) as string, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    named = false;
  }
}

/**
 * Texts with placeholders: `{"age": {{row.age}}, "id": "{{uuid}}"}`. `{{{{` stands for two braces that are meant as such.
 * How a placeholder's value is written depends on where it stands, so that no row can break out of its place.
 */

import { type Amounts, parseAmounts } from './amounts.ts';
import type { RequestTemplate } from './plan.ts';

export type Placeholder =
  /** The whole row, as JSON. */
  | { readonly kind: 'row' }
  | { readonly kind: 'field'; readonly name: string }
  /** A value that a response of the same pass through a flow gave. */
  | { readonly kind: 'captured'; readonly name: string }
  /** The request's number among all of the run, from 0. */
  | { readonly kind: 'seq' }
  | { readonly kind: 'uuid' }
  /** Bytes that are no text, the same each time. */
  | { readonly kind: 'bytes'; readonly base64: string }
  /** What a function of a scenario module makes, by its number. Nobody writes it by hand: see `core/functions`. */
  | { readonly kind: 'function'; readonly number: number }
  /** W3C's header of a traced run; `request` is which of the plan's. Nobody writes it by hand: see `plan/trace`. */
  | { readonly kind: 'trace'; readonly request: number }
  /** A whole number, both ends included. */
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  /** A number from `min` (included) to `max` (not). */
  | { readonly kind: 'float'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  /** A whole number of a distribution. */
  | { readonly kind: 'amount'; readonly amounts: Amounts }
  /**
   * So many English words. Of each text the share `shared` (0..1) is the beginning of one that all have in common; all of it
   * (1): the text is the same in all requests. `key`: whatever the seed is, another key makes other words.
   */
  | {
      readonly kind: 'words';
      readonly amounts: Amounts;
      readonly shared: number;
      readonly key?: number;
      /** Wherever that number stands in the requests of a pass, the text is the same one. */
      readonly same?: number;
    };

export type Piece = string | Placeholder;

export interface TemplateFault {
  /** Where the placeholder begins in the template. */
  readonly offset: number;
  readonly problem: string;
  /** What stands between braces and is none of the placeholders: it may be a mistyped one. */
  readonly inside?: string;
}

const KNOWN =
  '{{row.NAME}}, {{row}}, {{captured.NAME}}, {{seq}}, {{uuid}}, {{random.int 1 9}}, {{random.float 0 1}}, {{random.choice a b}}, {{random.words 100 800}}';

/** The pieces of a template, texts with `{{{{` already read; or its first fault. */
export function parseTemplate(template: string): readonly Piece[] | TemplateFault {
  const pieces: Piece[] = [];
  let text = '';
  let at = 0;
  for (;;) {
    const open = template.indexOf('{{', at);
    text += template.slice(at, open < 0 ? undefined : open);
    if (open < 0) break;
    if (template.startsWith('{{{{', open)) {
      text += '{{';
      at = open + 4;
      continue;
    }
    const close = template.indexOf('}}', open);
    if (close < 0) return { offset: open, problem: 'a placeholder is not closed' };
    const inside = template.slice(open + 2, close).trim();
    const placeholder = parsePlaceholder(inside);
    if (placeholder === null)
      return { offset: open, problem: `{{${inside}}} is no placeholder; there are ${KNOWN}`, inside };
    if (typeof placeholder === 'string') return { offset: open, problem: placeholder };
    if (text !== '') pieces.push(text);
    text = '';
    pieces.push(placeholder);
    at = close + 2;
  }
  if (text !== '') pieces.push(text);
  return pieces;
}

export function isFault(parsed: readonly Piece[] | TemplateFault): parsed is TemplateFault {
  return 'problem' in parsed;
}

/** @returns what is wrong with it; null: it is none of the placeholders that there are. */
function parsePlaceholder(inside: string): Placeholder | string | null {
  if (inside === 'row' || inside === 'seq' || inside === 'uuid') return { kind: inside };
  if (inside.startsWith('row.') && inside.length > 4) return { kind: 'field', name: inside.slice(4) };
  if (inside.startsWith('captured.') && inside.length > 9) return { kind: 'captured', name: inside.slice(9) };
  // Before it is cut into words: a file may be in it.
  if (/^base64\s/.test(inside)) {
    const base64 = inside.slice(6).trim();
    return isBase64(base64) ? { kind: 'bytes', base64 } : '{{base64}} needs bytes in Base64, as in {{base64 iVBORw0=}}';
  }
  const [word, ...rest] = inside.split(/\s+/);
  if (word === 'traceparent' && /^\d{1,5}$/.test(rest[0] ?? '') && rest.length === 1)
    return { kind: 'trace', request: Number(rest[0]) };
  if (word === 'function' && /^\d{1,6}$/.test(rest[0] ?? '') && rest.length === 1)
    return { kind: 'function', number: Number(rest[0]) };
  if (word === 'random.choice')
    return rest.length > 0 ? { kind: 'choice', words: rest } : '{{random.choice}} needs words to choose from';
  if (word === 'random.int' && rest.length === 1 && /\D/.test(rest[0] ?? '')) {
    const amounts = parseAmounts(rest[0] ?? '');
    if (typeof amounts !== 'string') return { kind: 'amount', amounts };
  }
  if (word === 'random.int' || word === 'random.float') {
    const [min, max] = rest.map((text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN));
    if (rest.length !== 2 || min === undefined || max === undefined || Number.isNaN(min + max))
      return `{{${word}}} needs two numbers, as in {{${word} 1 9}}`;
    if (min > max) return `{{${inside}}} goes from the larger to the smaller number`;
    if (word === 'random.float') return { kind: 'float', min, max };
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max - min >= 2 ** 53)
      return `{{${inside}}} needs whole numbers less than 2^53 apart`;
    return { kind: 'int', min, max };
  }
  if (word === 'random.words') return parseWords(inside, rest);
  if (!inside.startsWith('env.')) return null;
  const variable = inside.slice(4);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)
    ? `{{${inside}}} is for the settings of a scenario file, not for files that it names; on a command line the shell writes it, "$${variable}"`
    : `{{${inside}}} names no variable: letters, digits and _ only`;
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[a-z\d+/]+={0,2}$/i.test(text);

/** @param parts what stands behind its name. */
function parseWords(inside: string, parts: readonly string[]): Placeholder | string {
  const options = parts.filter((part) => WORDS_OPTION.test(part));
  const [first = '', second, ...more] = parts.filter((part) => !WORDS_OPTION.test(part));
  const amounts = parseAmounts(second === undefined ? first : `${first}-${second}`);
  const known = options.map((option) => WORDS_OPTION.exec(option) as RegExpExecArray);
  const shares = known.filter(([, shared]) => shared !== undefined);
  const [, , share] = shares[0] ?? [];
  const shared = shares.length === 0 ? 0 : share === undefined ? 1 : Number(share) / 100;
  const keys = known.flatMap(([, , , key]) => (key === undefined ? [] : [Number(key)]));
  const same = known.flatMap(([, , , , number]) => (number === undefined ? [] : [Number(number)]));
  if (more.length > 0 || shares.length > 1 || keys.length > 1 || same.length > 1 || first === '') return WORDS_FORMS;
  if (typeof amounts === 'string') return `{{${inside}}}: ${amounts}; ${WORDS_FORMS}`;
  if (shared > 1) return `{{${inside}}} shares more than all of it`;
  return {
    kind: 'words',
    amounts,
    shared,
    ...(keys[0] === undefined ? {} : { key: keys[0] }),
    ...(same[0] === undefined ? {} : { same: same[0] }),
  };
}

const WORDS_OPTION = /^(?:(shared)(?::(\d+(?:\.\d+)?)%)?|key:(\d{1,10})|same:(\d{1,3}))$/;
const WORDS_FORMS =
  '{{random.words}} needs how many, as in {{random.words 512}}, {{random.words 100-800}}, {{random.words lognormal:512±200 shared:50%}} or {{random.words 256 shared}}';

/**
 * How a value is written. text: as it is. header: as it is, in Latin-1. url: percent-encoded. json: as a JSON value.
 * string: as the inside of a JSON text. record: a row as JSON, of CSV as an object of texts. line: not the value, but the number of
 * the line that the row begins at.
 */
export type Style = 'text' | 'header' | 'url' | 'json' | 'string' | 'record' | 'line';

/** A text as a value in that style. Invalid UTF-16 is replaced, where the style has no way to say it. */
export function writeText(text: string, style: Style): string {
  switch (style) {
    case 'json':
      return JSON.stringify(text);
    case 'string':
      return JSON.stringify(text).slice(1, -1);
    case 'url':
      return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
    default:
      return text;
  }
}

/** Writes a text that has no type (a CSV cell, a word): as a JSON value it is what it reads as, and an empty one is null. */
export function writeUntyped(text: string, style: Style): string {
  if (style !== 'json') return writeText(text, style);
  if (text.trim() === '') return 'null';
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** What stands between the placeholders around it. */
export type Place = 'path' | 'header' | 'json' | 'form' | 'text';

/** The pieces with the style of each: in JSON it depends on whether the placeholder stands within quotes. */
export function styled(
  pieces: readonly Piece[],
  place: Place,
): readonly { readonly piece: Piece; readonly style: Style }[] {
  const styles: Record<Exclude<Place, 'json'>, Style> = { path: 'url', header: 'header', form: 'url', text: 'text' };
  let quoted = false;
  return pieces.map((piece) => {
    if (place !== 'json') return { piece, style: styles[place] };
    if (typeof piece === 'string')
      for (let at = 0; at < piece.length; at++) {
        if (quoted && piece[at] === '\\') at++;
        else if (piece[at] === '"') quoted = !quoted;
      }
    return { piece, style: quoted ? 'string' : 'json' };
  });
}

/** `application/json`, `text/json` and `…+json`, with or without parameters. */
export function isJsonType(contentType: string): boolean {
  return /^\s*(?:application\/json|text\/json|[^;\s]+\+json)\s*(?:;|$)/i.test(contentType);
}

/** What kind of text a templated body is, by the request's content type. */
export function bodyPlace({ headers }: Pick<RequestTemplate, 'headers'>): Place {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (isJsonType(type)) return 'json';
  return /^\s*application\/x-www-form-urlencoded\b/i.test(type) ? 'form' : 'text';
}

/** One text that is made of each row before the run: a field (null: the whole row), written in a style. */
export interface Cell {
  readonly field: string | null;
  readonly style: Style;
}

/** Where in its file a row is: what a wrong response is told with. */
export const LINE_CELL: Cell = { field: null, style: 'line' };

/** A row as functions get it. */
export const WHOLE_ROW: Cell = { field: null, style: 'record' };

export const cellKey = ({ field, style }: Cell): string => `${style} ${field === null ? '' : `.${field}`}`;

/** The row's field that a piece stands for; null: the whole row. */
export function fieldOf(piece: Piece): string | null | undefined {
  if (typeof piece === 'string') return undefined;
  if (piece.kind === 'row') return null;
  return piece.kind === 'field' ? piece.name : undefined;
}

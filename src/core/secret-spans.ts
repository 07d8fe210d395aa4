/**
 * Where secrets stand in a text of any kind: JSON, a form, a query, headers, an address, or prose that quotes them. Reads
 * what is cut off or malformed as well, since that is what error messages are made of.
 */

/** A stretch of a text that must not be shown, and what to write in its place. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

export const MASK = '***';

type IsSecret = (name: string) => boolean;

/** `"name":` in quotes, which may be escaped once or more, where JSON stands in JSON. A name longer than this is none. */
const QUOTED_NAME = /(\\{0,15})(["'])((?:[^"'\\\r\n]|\\+u[0-9a-fA-F]{4}){1,120}?)\1\2[ \t\r\n]*[:=][ \t\r\n]*/g;
/** `name=value` of a query, a form, a cookie or an attribute; the `=` may be escaped, where a query stands in a query. */
const EQUATION = /([\w.\-~%+[\]$@]{1,120}?)(?:=|%3D)/gi;
/** Where such a value ends: a quotation mark in it may be a part of it. */
const END = /[&\s"<>;\\]|'(?=[\s,;)}\]>]|$)/g;
const END_ESCAPED = new RegExp(`${END.source}|%26`, 'g');
/** `Name: value` of a header, of YAML, or of prose; a name in `a::b` or `http://` is none. */
const HEADER = /(?<![\w.-])([A-Za-z_][\w.-]{0,119})[ \t]*:(?!:|\/\/)[ \t]*/g;
/** `"name": "x", "value":` and `name="x" value=`. */
const PAIR =
  /\b(?:name|key|field|header)\\*["']?[ \t]*[:=][ \t]*\\*["']([^"'\\\r\n]{1,120})\\*["'][^{}<>]{0,120}?\bvalue(\\*["']?)[ \t]*[:=][ \t]*/gi;
/** `name="field"` of a multipart form, up to the value behind its empty line. */
const PART = /name="([^"\r\n]{1,120})"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,8}\r?\n/g;
/** `<name>value</name>`. */
const ELEMENT = /<([A-Za-z_][\w.:-]{0,119})(?:\s[^<>]{0,200})?>([^<>]{1,4096})/g;
/** `scheme://user:password@`. A password may have a `/` in it, and what is masked too much is no harm. */
const USER =
  /([A-Za-z][A-Za-z0-9+.-]{0,30}:\/\/)([^\s/?#"'<>@]{1,300}|[^\s/?#"'<>@:]{1,300}:(?!\d+(?:[/?#]|$))[^\s"'<>@]{1,300})@/g;
const SCHEME = /\b(?:bearer|basic|dpop|negotiate)(?:[ \t]+|%20|\+)([\w.~+/=:-]{4,})/gi;
/** A JSON Web Token says what it is. */
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]{4,}(?:\.[\w-]*){0,3}/g;

/** Where values under secret names stand, and what is secret by its own form. In no order; they may overlap. */
export function secretSpans(text: string, isSecret: IsSecret): Span[] {
  return [...addressSpans(text, isSecret), ...fieldSpans(text, isSecret), ...headerSpans(text, isSecret)];
}

/** Secrets of addresses alone (their queries and user names), and tokens: in prose, where a word before a colon is no header. */
export function addressSpans(text: string, isSecret: IsSecret): Span[] {
  const spans: Span[] = [];
  let behind = 0;
  for (const match of text.matchAll(EQUATION)) {
    const start = match.index + match[0].length;
    // What stands in a secret is a part of it; and a text of nothing but equations is read once.
    if (start <= behind || !isSecret(nameIn(match[1] ?? ''))) continue;
    const stop = match[0].endsWith('=') ? END : END_ESCAPED;
    const quote = quoteAt(text, start);
    const closed = quote === '' ? -1 : text.indexOf(quote, start + quote.length);
    const from = closed < 0 ? start + quote.length : closed;
    behind = endOf(text, behindPlaceholder(text, from), stop);
    add(spans, text, start, behind);
  }
  for (const match of text.matchAll(USER)) {
    const start = match.index + (match[1] ?? '').length;
    add(spans, text, start, start + (match[2] ?? '').length);
  }
  for (const match of text.matchAll(SCHEME)) {
    const end = match.index + match[0].length;
    add(spans, text, end - (match[1] ?? '').length, end);
  }
  for (const match of text.matchAll(TOKEN)) add(spans, text, match.index, match.index + match[0].length);
  return spans;
}

/** Fields of JSON (within JSON too), parts of multipart forms, elements of XML. */
function fieldSpans(text: string, isSecret: IsSecret): Span[] {
  const spans: Span[] = [];
  const behind = (): number => spans.at(-1)?.end ?? 0;
  for (const match of text.matchAll(QUOTED_NAME)) {
    const [whole, escapes = '', quote = '', name = ''] = match;
    const start = match.index + whole.length;
    if (start > behind() && isSecret(name)) spans.push(...valueSpans(text, start, escapes + quote));
  }
  for (const match of text.matchAll(PAIR)) {
    const start = match.index + match[0].length;
    if (isSecret(match[1] ?? '')) spans.push(...valueSpans(text, start, match[2] || '"'));
  }
  for (const match of text.matchAll(PART)) {
    const start = match.index + match[0].length;
    if (isSecret(match[1] ?? '')) add(spans, text, start, endOf(text, start, /\r?\n--/g));
  }
  for (const match of text.matchAll(ELEMENT)) {
    const [whole, name = '', value = ''] = match;
    const end = match.index + whole.length;
    if (isSecret(name)) add(spans, text, end - value.length, end);
  }
  return spans;
}

function headerSpans(text: string, isSecret: IsSecret): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(HEADER)) {
    const start = match.index + match[0].length;
    if (start <= (spans.at(-1)?.end ?? 0) || !isSecret(match[1] ?? '')) continue;
    if (quoteAt(text, start) !== '') spans.push(...valueSpans(text, start, ''));
    else add(spans, text, start, endOf(text, start, /[\r\n"'<]/g));
  }
  return spans;
}

/**
 * The value that begins at an offset, of a field whose name stands in `quote`. What it holds is masked whole, lists and
 * objects as well; the text around it stays the JSON that it was.
 */
function valueSpans(text: string, start: number, quote: string): Span[] {
  const own = quoteAt(text, start);
  if (own !== '') {
    const from = start + own.length;
    const end = endOfString(text, from, own);
    return end === from || isPlaceholder(text.slice(from, end)) ? [] : [{ start: from, end, instead: MASK }];
  }
  const nested = (text[start] === '{' || text[start] === '[') && behindPlaceholder(text, start) === start;
  const end = nested ? endOfNested(text, start) : endOf(text, behindPlaceholder(text, start), /[\s,;}\]&"'<]/g);
  const value = text.slice(start, end);
  if (value === '' || /^(?:null|true|false)$/.test(value) || isPlaceholder(value)) return [];
  return [{ start, end, instead: `${quote}${MASK}${quote}` }];
}

/** The quotation mark at an offset, with the backslashes before it; empty: there is none. */
function quoteAt(text: string, at: number): string {
  return /^\\{0,15}["']/.exec(text.slice(at, at + 16))?.[0] ?? '';
}

function behindPlaceholder(text: string, at: number): number {
  return at + (/^\{\{[^{}]{0,120}\}\}/.exec(text.slice(at, at + 128))?.[0].length ?? 0);
}

/** @param quote the mark that ends it, with the backslashes before it: as many as the one that began it. */
function endOfString(text: string, start: number, quote: string): number {
  const escapes = quote.length - 1;
  const mark = quote.at(-1) ?? '"';
  for (let at = text.indexOf(mark, start); at >= 0; at = text.indexOf(mark, at + 1)) {
    let before = 0;
    while (at - before > start && text[at - before - 1] === '\\') before++;
    // Each pair (of as many as the text is deep) is a backslash of the value.
    if (before % (2 * (escapes + 1)) === escapes) return at - escapes;
  }
  return text.length;
}

/** Behind the bracket that closes the one at `start`; the end of the text, where none does. */
function endOfNested(text: string, start: number): number {
  let open = 0;
  const mark = /[{}[\]"]/g;
  mark.lastIndex = start;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const [found] = match;
    if (found === '"') {
      const quote = /\\*"$/.exec(text.slice(Math.max(start, match.index - 16), match.index + 1))?.[0] ?? '"';
      mark.lastIndex = endOfString(text, match.index + 1, quote) + quote.length;
    } else if (found === '{' || found === '[') open++;
    else if (--open === 0) return match.index + 1;
  }
  return text.length;
}

function endOf(text: string, start: number, stop: RegExp): number {
  stop.lastIndex = start;
  return stop.exec(text)?.index ?? text.length;
}

function add(spans: Span[], text: string, start: number, end: number): void {
  if (end > start && !isPlaceholder(text.slice(start, end))) spans.push({ start, end, instead: MASK });
}

/** What a placeholder stands for is of each request, and not in the text. */
function isPlaceholder(value: string): boolean {
  return /^\{\{\s*(?:row(?:\.[^{}]*)?|seq|uuid)\s*\}\}$/.test(value);
}

/** The name before a `=`, without a flag's dashes or an escaped separator before it. */
function nameIn(written: string): string {
  return written.replace(/^.*(?:%26|%3F|%3B|%2C|\+)/i, '').replace(/^-+/, '');
}

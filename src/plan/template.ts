/** Texts with placeholders (`{{row.name}}`): read with line and column, written so that they mean themselves. */
import { RampartError } from '../core/errors.ts';
import { isFault, type Piece, parseTemplate } from '../core/template.ts';
import { type Address, parseAddress, parsePath } from './address.ts';
import { positionOf } from './json.ts';
import { suggest } from './suggest.ts';

/** The pieces of a text with placeholders. @throws RampartError 'bad-flag' with line and column of the first fault. */
export function readTemplate(text: string, label: string): readonly Piece[] {
  const parsed = parseTemplate(text);
  if (!isFault(parsed)) return parsed;
  const { line, column } = positionOf(text, parsed.offset);
  const where = text.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;
  const meant = parsed.inside === undefined ? '' : placeholderMeant(parsed.inside);
  throw new RampartError(
    'bad-flag',
    `${label}, ${where}: ${parsed.problem}`,
    `${meant}Write {{{{ for two braces as such.`,
  );
}

/** What other tools, and other words, call a row's field, and a captured value. */
const ROW_ELSEWHERE = ['rows', 'data', 'csv', 'record', 'column', 'field'];
const CAPTURED_ELSEWHERE = ['capture', 'captures', 'response', 'var', 'vars', 'variables'];
const BARE = ['row', 'seq', 'uuid'];
const DRAWN = ['random.int', 'random.float', 'random.choice', 'random.words'];

/** `Did you mean …? ` for what is no placeholder, or nothing. */
function placeholderMeant(inside: string): string {
  const [word = '', ...rest] = inside.split(/\s+/);
  const asking = (placeholder: string): string => `Did you mean {{${placeholder}}}? `;
  const drawn = suggest(word, DRAWN);
  if (drawn !== null) return asking([drawn, ...rest].join(' '));
  if (rest.length > 0) return '';
  const [, head = '', name] = /^\$?([^.]+)(?:\.(.+))?$/.exec(word) ?? [];
  if (name !== undefined) {
    const known = suggest(head, ['row', 'captured', 'env', ...ROW_ELSEWHERE, ...CAPTURED_ELSEWHERE]);
    if (known === null) return '';
    const kind = ROW_ELSEWHERE.includes(known) ? 'row' : CAPTURED_ELSEWHERE.includes(known) ? 'captured' : known;
    return asking(`${kind}.${name}`);
  }
  const bare = suggest(head, BARE, 1);
  if (bare !== null) return asking(bare);
  return /^[\w-]+$/.test(head)
    ? `Did you mean {{row.${head}}}, of --data, or {{captured.${head}}}, of a response? `
    : '';
}

export const hasPlaceholder = (pieces: readonly Piece[]): boolean => pieces.some((piece) => typeof piece !== 'string');

/** A text without placeholders as it is meant. */
export const literalOf = (pieces: readonly Piece[]): string => pieces.join('');

/** A text that means this one, braces and all. */
export const literalText = (text: string): string => text.replaceAll('{{', '{{{{');

/** A text of the same length and lines with a harmless value in each place: to look at its JSON before there are rows. */
export const sampleOf = (template: string): string =>
  withStandIns(template, ({ length }, quoted) => (quoted ? 'x'.repeat(length) : '0'.padEnd(length)));

/** The text with something else in each place. @param standIn of a placeholder, in a text of the JSON or beside those. */
export function withStandIns(template: string, standIn: (placeholder: string, quoted: boolean) => string): string {
  // Of all else there may be megabytes: a picture in a text of the JSON.
  const marks = /["\\]|\{\{\{\{|\{\{/g;
  const last = template.lastIndexOf('}}');
  let quoted = false;
  let text = '';
  let taken = 0;
  for (let mark = marks.exec(template); mark !== null; mark = marks.exec(template)) {
    const at = mark.index;
    if (mark[0] === '"') quoted = !quoted;
    else if (mark[0] === '\\') marks.lastIndex += quoted ? 1 : 0;
    else if (mark[0] === '{{{{' || at < last) {
      const end = mark[0] === '{{{{' ? at + 4 : template.indexOf('}}', at) + 2;
      text += template.slice(taken, at) + standIn(template.slice(at, end), quoted);
      taken = end;
      marks.lastIndex = end;
    }
  }
  return text + template.slice(taken);
}

/** Stands for a placeholder while the URL standard normalises the rest. */
const STAND_IN = 'rampartx';

/** An address with placeholders in path or query. @throws RampartError 'bad-url' or 'bad-flag' */
export function parseTemplatedAddress(text: string, label: string): Address {
  const { plain, restore } = held(text, label);
  const { target, path, pathname } = parseAddress(plain, label);
  if (target.host.includes(STAND_IN))
    throw new RampartError('bad-url', `${label}: a placeholder can stand in the path and the query only`);
  return { target: { ...target, url: restore(target.url) }, path: restore(path), pathname: restore(pathname) };
}

/** The same address with another path, which may have placeholders. @throws RampartError 'bad-flag' */
export function parseTemplatedPath(
  text: string,
  label: string,
  { base = '' }: Pick<Address, 'base'>,
): Pick<Address, 'path' | 'pathname'> {
  const { plain, restore } = held(text, label);
  const { path, pathname } = parsePath(plain, label);
  return { path: base + restore(path), pathname: base + restore(pathname) };
}

/** A text whose placeholders are held back, and what puts them into any part of it again. */
function held(text: string, label: string): { readonly plain: string; readonly restore: (part: string) => string } {
  if (!text.includes('{{')) return { plain: text, restore: (part) => part };
  readTemplate(text, label);
  const placeholders: string[] = [];
  const plain = text.replaceAll(/\{\{\{\{|\{\{.*?\}\}/gs, (placeholder) => {
    placeholders.push(placeholder);
    return `${STAND_IN}${placeholders.length - 1}x`;
  });
  const standIn = new RegExp(`${STAND_IN}(\\d+)x`, 'g');
  const restore = (part: string): string =>
    part.replaceAll(standIn, (whole, number: string) => placeholders[Number(number)] ?? whole);
  return { plain, restore };
}

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
export function sampleOf(template: string): string {
  let quoted = false;
  let sample = '';
  for (let at = 0; at < template.length; ) {
    const close = template.startsWith('{{{{', at) ? at + 2 : template.indexOf('}}', at);
    if (template.startsWith('{{', at) && close > 0) {
      const length = close + 2 - at;
      sample += quoted ? 'x'.repeat(length) : '0'.padEnd(length);
      at += length;
      continue;
    }
    const character = template[at] as string;
    if (quoted && character === '\\') {
      sample += character + (template[at + 1] ?? '');
      at += 2;
      continue;
    }
    if (character === '"') quoted = !quoted;
    sample += character;
    at += 1;
  }
  return sample;
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

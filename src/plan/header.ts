/** Request headers: their syntax, which are refused, and how those of two layers lie over each other. */
import { RampartError } from '../core/errors.ts';
import { quote } from './syntax.ts';

export type Header = readonly [name: string, value: string];

/** RFC 9110, section 5.1. */
export const isHeaderName = (text: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);

/** Headers over others: of one name those that lie above stay. */
export function overlaid(lower: readonly Header[], higher: readonly Header[]): Header[] {
  const replaced = new Set(higher.map(([name]) => name.toLowerCase()));
  return [...lower.filter(([name]) => !replaced.has(name.toLowerCase())), ...higher];
}

const KEEPALIVE = 'use --no-keepalive for a new connection per request';

/** Headers that would contradict what is sent. */
const REFUSED: Readonly<Record<string, string>> = {
  connection: `connections are Rampart's own business; ${KEEPALIVE}`,
  'keep-alive': `connections are Rampart's own business; ${KEEPALIVE}`,
  'proxy-connection': `connections are Rampart's own business; ${KEEPALIVE}`,
  'content-length': 'it is counted from the body',
  'transfer-encoding': 'bodies are sent whole, with their length',
  upgrade: 'another protocol could not be measured as HTTP',
};

/**
 * A header as it is written on the command line: `Name: value`.
 *
 * @throws RampartError 'bad-flag'; the value, which may be a secret, is never quoted.
 */
export function parseHeader(text: string, flag: string): Header {
  const colon = text.indexOf(':');
  if (text.trim() === '') throw new RampartError('bad-flag', `${flag}: the header is empty; write "Name: value"`);
  if (colon >= 0) return checkHeader(text.slice(0, colon), text.slice(colon + 1), flag);
  const start = /^\s*\S+/.exec(text)?.[0].trim() ?? '';
  const shown = start.length < text.trim().length ? `${start} …` : start;
  throw new RampartError('bad-flag', `${flag}: ${quote(shown)} has no colon; write "Name: value"`);
}

/** Name and value by RFC 9110, sections 5.1 and 5.5. @throws RampartError 'bad-flag' */
export function checkHeader(name: string, value: string, flag: string): Header {
  const trimmed = value.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  if (!isHeaderName(name))
    throw new RampartError(
      'bad-flag',
      `${flag}: ${quote(name)} is not a header name; allowed are letters, digits and !#$%&'*+-.^_\`|~`,
    );
  if ([...trimmed].some((character) => (character < ' ' && character !== '\t') || character === '\x7f'))
    throw new RampartError('bad-flag', `${flag}: the value of ${name} has a line break or another control character`);
  if ([...trimmed].some((character) => character > '\xff'))
    throw new RampartError(
      'bad-flag',
      `${flag}: the value of ${name} has a character outside Latin-1; headers can't carry it`,
    );
  const reason = Object.hasOwn(REFUSED, name.toLowerCase()) ? REFUSED[name.toLowerCase()] : undefined;
  if (reason !== undefined) throw new RampartError('bad-flag', `${flag}: ${name} can't be set: ${reason}`);
  if (name.toLowerCase() === 'host' && !/^[^\s/@?#]+$/.test(trimmed))
    throw new RampartError(
      'bad-flag',
      `${flag}: ${quote(trimmed)} is not a host; write "Host: name" or "Host: name:port"`,
    );
  return [name, trimmed];
}

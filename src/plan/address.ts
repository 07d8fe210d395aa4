import { RampartError } from '../core/errors.ts';
import type { Target } from '../core/plan.ts';
import { quote } from './syntax.ts';

/** Where the requests go. */
export interface Address {
  readonly target: Target;
  /** Path and query as they go on the request line, as the URL standard normalises them. */
  readonly path: string;
  /** Without the query: what tables show. */
  readonly pathname: string;
}

const EXAMPLE = 'write http://host:port/path';

/**
 * An http or https URL; without a scheme http is assumed. A fragment is dropped: it is never sent.
 *
 * @throws RampartError 'bad-url'.
 */
export function parseAddress(text: string, flag: string): Address {
  const refuse = (problem: string, hint = ''): never => {
    throw new RampartError('bad-url', `${flag}: ${quote(withoutPassword(text))} ${problem}`, hint);
  };
  const trimmed = text.trim();
  if (trimmed === '') return refuse(`is empty; ${EXAMPLE}`);
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(trimmed) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    return refuse(`has the scheme ${scheme}; allowed are http and https`);
  if (scheme === undefined && /^https?:/i.test(trimmed)) return refuse(`lacks the // after the scheme; ${EXAMPLE}`);
  const address = scheme === undefined ? trimmed : rest;
  if (hasControlCharacter(address)) return refuse('contains a line break or another control character');
  const authority = /^[^/?#\\]*/.exec(address)?.[0] ?? '';
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(authority))
    return refuse(`has an IPv6 address without brackets; write http://[::1]:8080/path`);
  if (authority === '' || authority.startsWith(':')) return refuse(`names no host; ${EXAMPLE}`);
  if (authority.includes('@'))
    return refuse(
      'carries a user name or password, which would end up in reports',
      "Send it as a header instead: --header 'Authorization: Basic …'.",
    );
  if (/^\d+$/.test(authority)) return refuse(`names no host, only a number; write http://127.0.0.1:${authority}`);
  const port = /:([^:\]]*)$/.exec(authority)?.[1];
  if (port !== undefined && (!/^\d*$/.test(port) || port === '' || Number(port) < 1 || Number(port) > 65_535))
    return refuse(`has the port "${port}"; a port is a number from 1 to 65535`);
  let url: URL;
  try {
    url = new URL(`${scheme ?? 'http'}://${address}`);
  } catch {
    return refuse(`is not a URL; ${EXAMPLE}`);
  }
  url.hash = '';
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  return {
    target: {
      url: url.href,
      protocol,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port),
    },
    path: url.href.slice(url.origin.length),
    pathname: url.pathname,
  };
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}

/** An error message may end up in a log, so rather too much is masked: a password may have a `/` in it. */
function withoutPassword(text: string): string {
  return text.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is, '$1***@');
}

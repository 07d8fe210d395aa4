/** Addresses of targets: a URL, a host without a scheme, or a Unix socket, and other paths of the same target. */
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
  /** Comes before the paths that requests have of their own. Absent: nothing does. */
  readonly base?: string;
}

const EXAMPLE = 'write http://host:port/path';

/** Longer than this no system takes the path of a Unix socket (sun_path). */
const LONGEST_SOCKET_PATH = 107;

/**
 * An http or https URL, or http+unix for a Unix socket (see `parseSocketAddress`); without a scheme http is assumed. A fragment is dropped: it is never sent.
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
  if (scheme !== undefined && /^http\+unix$/i.test(scheme)) return parseSocketAddress(rest, refuse);
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    return refuse(`has the scheme ${scheme}; allowed are http, https and http+unix`);
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
      'Give them with --user name:password.',
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

/** Another path (and query) of the same target. @throws RampartError 'bad-flag' */
export function parsePath(text: string, label: string): Pick<Address, 'path' | 'pathname'> {
  const refuse = (problem: string, hint = ''): never => {
    throw new RampartError('bad-flag', `${label}: ${quote(withoutPassword(text))} ${problem}`, hint);
  };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) refuse('has a host: all requests go to the host of url', 'Write /path.');
  if (!text.startsWith('/')) refuse('does not begin with /');
  if (hasControlCharacter(text)) refuse('contains a line break or another control character');
  const url = new URL(`http://localhost${text}`);
  return { path: url.pathname + url.search, pathname: url.pathname };
}

const SOCKET_EXAMPLE = 'write http+unix:///path/to.sock:/predict';

/**
 * `/path/to.sock:/predict`, or percent-encoded in the place of the host: `%2Fpath%2Fto.sock/predict`. A
 * colon within the socket's path is written %3A. The target is named `localhost` in Host.
 */
function parseSocketAddress(text: string, refuse: (problem: string, hint?: string) => never): Address {
  if (hasControlCharacter(text)) return refuse('contains a line break or another control character');
  const end = text.startsWith('/') ? /[:?#]/.exec(text)?.index : /[:/?#]/.exec(text)?.index;
  let socketPath: string;
  try {
    socketPath = decodeURIComponent(text.slice(0, end ?? text.length));
  } catch {
    return refuse(`has a malformed percent-encoding; ${SOCKET_EXAMPLE}`);
  }
  if (!socketPath.startsWith('/') || socketPath.includes('\0'))
    return refuse(`names no absolute path of a socket; ${SOCKET_EXAMPLE}`);
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH)
    return refuse(`has a socket path longer than ${LONGEST_SOCKET_PATH} bytes, which no system takes`);
  const rest = text.slice(end ?? text.length).replace(/^:/, '');
  if (rest !== '' && !/^[/?#]/.test(rest)) return refuse(`has no / between the socket and the path; ${SOCKET_EXAMPLE}`);
  const url = new URL(`http://localhost${rest}`);
  url.hash = '';
  const path = url.href.slice(url.origin.length);
  const plain = encodeURI(socketPath).replaceAll(/[:?#]/g, encodeURIComponent);
  return {
    target: { url: `http+unix://${plain}:${path}`, protocol: 'http:', host: 'localhost', port: 80, socketPath },
    path,
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

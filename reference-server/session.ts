import type { IncomingMessage } from 'node:http';
import { OptionError } from './option-syntax.ts';

/**
 * Makes what reads a request's session: "header:x-session", or "cookie:session".
 *
 * @throws OptionError
 */
export function sessionReader(affinity: string | undefined): (request: IncomingMessage) => string | undefined {
  if (affinity === undefined) return () => undefined;
  const [, kind, name] = /^(header|cookie):([\w-]+)$/.exec(affinity) ?? [];
  if (kind === undefined || name === undefined)
    throw new OptionError(`--affinity: "${affinity}" names no session; write header:x-session or cookie:session`);
  if (kind === 'header') {
    const key = name.toLowerCase();
    return ({ headers }) => {
      const value = headers[key];
      return Array.isArray(value) ? value[0] : value;
    };
  }
  return ({ headers }) => {
    for (const pair of (headers.cookie ?? '').split(';')) {
      const at = pair.indexOf('=');
      if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
    }
    return undefined;
  };
}

/** The address of NATS: its URL, and the name, password or token in it. */
import { RampartError } from '../core/errors.ts';

/** Where NATS is, as its URL says, and who we are to it. */
export interface Address {
  readonly servers: string[];
  readonly user: string | null;
  readonly pass: string | null;
  readonly token: string | null;
  readonly secure: boolean;
}

/** @throws {RampartError} bad-flag */
export function parseAddress(text: string): Address {
  const wrong = (problem: string): never => {
    throw new RampartError('bad-flag', `--nats ${problem}`, 'Write it as nats://host:4222 or tls://host:4222.');
  };
  const urls = text.split(',').map((part) => {
    const written = /^[a-z]+:\/\//i.test(part.trim()) ? part.trim() : `nats://${part.trim()}`;
    const url = URL.canParse(written) ? new URL(written) : wrong('is no address');
    if (url.protocol !== 'nats:' && url.protocol !== 'tls:') wrong(`is of no known kind: ${url.protocol}//`);
    if (url.hostname === '') wrong('names no host');
    return url;
  });
  const [first] = urls as [URL, ...URL[]];
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    user: user !== '' && pass !== '' ? user : null,
    pass: pass === '' ? null : pass,
    token: user !== '' && pass === '' ? user : null,
    secure: urls.some(({ protocol }) => protocol === 'tls:'),
  };
}

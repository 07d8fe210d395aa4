/** Which driver sends the requests, and what of the settings it cannot do: HTTP/2, proxies, autocannon. */
import { RampartError } from '../core/errors.ts';
import type { HttpProxy, Plan, Target } from '../core/plan.ts';
import { SETTING_NAMES, SETTINGS } from '../settings/table.ts';
import { type RawSettings, read, refuse } from './raw-settings.ts';
import { quote } from './syntax.ts';
import { defaultOf, readOrDefault, readValue } from './value.ts';

type EngineParts = Pick<Plan, 'engine' | 'http2' | 'proxy' | 'timing'>;

/**
 * What sends the requests, and how it waits.
 *
 * @param templated has a request placeholders? @param several are there more than one?
 * @throws RampartError
 */
export function resolveEngine(
  given: RawSettings,
  target: Target,
  { templated, several }: { readonly templated: boolean; readonly several: boolean },
): EngineParts {
  const engine = readOrDefault(given, 'engine');
  const timing = readValue(given, 'timing');
  if (timing !== undefined && given.settings.rate === undefined)
    refuse(given, 'timing', 'needs --rate: without one nothing is due at a set instant');
  if (engine === 'autocannon') {
    checkAutocannon(given, target);
    if (several) refuse(given, 'engine', 'autocannon sends one request only; the scenario has several');
    if (templated) refuse(given, 'engine', 'autocannon sends the same request each time; this one has placeholders');
  }
  const http2 = given.settings.http2 ?? false;
  if (http2 && given.settings.keepalive === false)
    refuse(given, 'http2', 'shares connections among requests; it does not go with --no-keepalive');
  const proxy = read(given, 'proxy', parseProxy) ?? null;
  if (http2 || proxy !== null) checkBeyondSockets(given, target, http2 ? 'http2' : 'proxy');
  return { engine, http2, proxy, timing: timing ?? defaultOf('timing') };
}

function checkBeyondSockets(given: RawSettings, target: Target, cause: 'http2' | 'proxy'): void {
  const { label } = given.originOf(cause);
  if (cause === 'proxy' && given.settings.connections !== undefined)
    refuse(given, 'connections', `does not go with ${label}: each request under way has a connection of its own`);
  if (given.settings.proxy !== undefined && target.socketPath !== undefined)
    refuse(given, 'proxy', 'does not go with a Unix socket, which nobody else can reach');
}

function checkAutocannon(given: RawSettings, target: Target): void {
  const hint = 'Leave --engine out: the engine of this project does both.';
  for (const name of SETTING_NAMES) {
    const reason = SETTINGS[name].notWithAutocannon;
    const value = given.settings[name];
    if (reason !== undefined && value !== undefined && value !== false)
      refuse(given, name, `does not go with the autocannon engine: ${reason}`, hint);
  }
  if (given.settings.keepalive === false)
    refuse(
      given,
      'keepalive',
      'does not go with the autocannon engine: it loses count of responses that close their connection',
      hint,
    );
  if (given.settings.method?.trim().toUpperCase() === 'HEAD')
    refuse(
      given,
      'method',
      'HEAD does not go with the autocannon engine: it waits for the body that HEAD has not',
      hint,
    );
  const names = given.headers.map(([name]) => name.toLowerCase());
  if (new Set(names).size < names.length)
    refuse(given, 'engine', 'autocannon sends one header of a name only, and one is given twice', hint);
  if (target.socketPath !== undefined) refuse(given, 'engine', 'autocannon is not used with a Unix socket');
  if (target.protocol === 'https:')
    refuse(given, 'engine', 'autocannon never verifies the certificate of an https target, so it is not used with one');
}

/**
 * An HTTP proxy; user name and password become a header of their own.
 *
 * @throws RampartError 'bad-flag', without the password.
 */
function parseProxy(text: string, label: string): HttpProxy {
  const shown = quote(text.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is, '$1***@'));
  const example = 'Write http://host:port.';
  const trimmed = text.trim();
  if (/^(?!http:)[a-z][a-z0-9+.-]*:\/\//i.test(trimmed))
    throw new RampartError('bad-flag', `${label}: ${shown} is no plain HTTP proxy`, example);
  let url: URL;
  try {
    url = new URL(/^http:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  } catch {
    throw new RampartError('bad-flag', `${label}: ${shown} is not the address of a proxy`, example);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new RampartError('bad-flag', `${label}: ${shown} has a path; a proxy has none`, example);
  const { username, password } = url;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url: url.origin,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    authorization: username === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

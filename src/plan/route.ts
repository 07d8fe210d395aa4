/** Where connections go instead of the URL's host: `--connect-to` and `--resolve`, in curl's syntax. */
import { isIP } from 'node:net';
import { RampartError } from '../core/errors.ts';
import type { Target } from '../core/plan.ts';
import type { SettingName } from '../settings/table.ts';
import { blame, type RawSettings, refuse } from './raw-settings.ts';
import { quote } from './syntax.ts';

const CONNECT_TO = 'write HOST:PORT:OTHER-HOST:OTHER-PORT, of which each may be empty';
const RESOLVE = 'write HOST:PORT:ADDRESS, or several addresses with commas between them';

/** A host as it stands between colons: a name, or an IPv6 address in brackets. */
const HOST = String.raw`(\[[0-9a-f:.]*\]|[^:[\]\s]*)`;

/**
 * The target with where to connect to in its place, by `--connect-to` and `--resolve` in curl's syntax. Host and SNI stay
 * those of the URL, and so does the name that a certificate must be for.
 *
 * @throws RampartError where an entry is malformed, or is about another host than the URL's.
 */
export const withRoute = (given: RawSettings, target: Target): Target => routed(given, target, false);

/** The same of several targets: an entry is about one of them. @throws RampartError */
export function withRoutes(given: RawSettings, targets: readonly Target[]): readonly Target[] {
  const found = targets.map((target) => routed(given, target, true));
  const [first] = targets;
  if (first !== undefined && found.every(({ via }) => via === undefined)) routed(given, first, false);
  return found;
}

/** @param isOneOfMany entries may be about others. */
function routed(given: RawSettings, target: Target, isOneOfMany: boolean): Target {
  const elsewhere = connectTo(given, target, isOneOfMany);
  const resolved = resolve(given, elsewhere ?? target, isOneOfMany);
  if (elsewhere === null && resolved === null) return target;
  const name: SettingName = elsewhere === null ? 'resolve' : 'connectTo';
  if (target.socketPath !== undefined) refuse(given, name, 'does not go with a Unix socket, which has no address');
  if (given.settings.proxy !== undefined)
    refuse(given, name, 'does not go with --proxy: it is the proxy that connects to the target');
  const { host, port } = elsewhere ?? target;
  return { ...target, via: { host, port, ...(resolved === null ? {} : { addresses: resolved }) } };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function connectTo(given: RawSettings, target: Target, isOneOfMany: boolean): Place | null {
  return firstOf(given, 'connectTo', target, isOneOfMany, (text, label) => {
    const pattern = new RegExp(String.raw`^${HOST}:(\d*):${HOST}:(\d*)$`, 'i');
    const [, host, port, otherHost, otherPort] = pattern.exec(text.trim()) ?? [];
    if (host === undefined || port === undefined || otherHost === undefined || otherPort === undefined)
      throw new RampartError('bad-flag', `${label}: ${quote(text)} is no way to connect; ${CONNECT_TO}`);
    return {
      isMeant: isMeant(host, port, target, ''),
      about: `${host}:${port}`,
      value: {
        host: otherHost === '' ? target.host : bare(otherHost),
        port: otherPort === '' ? target.port : portOf(otherPort, text, label),
      },
    };
  });
}

function resolve(given: RawSettings, place: Place, isOneOfMany: boolean): readonly string[] | null {
  return firstOf(given, 'resolve', place, isOneOfMany, (text, label) => {
    const [, host, port, list] = new RegExp(String.raw`^\+?${HOST}:(\d+):(.+)$`, 'i').exec(text.trim()) ?? [];
    if (host === undefined || port === undefined || list === undefined)
      throw new RampartError('bad-flag', `${label}: ${quote(text)} resolves nothing; ${RESOLVE}`);
    const addresses = list.split(',').map((each) => bare(each.trim()));
    const name = addresses.find((each) => isIP(each) === 0);
    if (name !== undefined)
      throw new RampartError(
        'bad-flag',
        `${label}: ${quote(name)} is no IP address; ${RESOLVE}`,
        'To connect to another name there is --connect-to.',
      );
    return { isMeant: isMeant(host, port, place, '*'), about: `${host}:${port}`, value: addresses };
  });
}

interface Entry<Value> {
  readonly isMeant: boolean;
  readonly about: string;
  readonly value: Value;
}

/** The value of the first entry that is about the place; null: there is no entry. */
function firstOf<Value>(
  given: RawSettings,
  name: 'connectTo' | 'resolve',
  { host, port }: Place,
  isOneOfMany: boolean,
  read: (text: string, label: string) => Entry<Value>,
): Value | null {
  const written = given.settings[name];
  if (written === undefined) return null;
  const texts = typeof written === 'string' ? written.split(/\r?\n/).filter((line) => line.trim() !== '') : written;
  return blame(given.originOf(name), (label) => {
    const entries = texts.map((text) => read(text, label));
    const found = entries.find(({ isMeant }) => isMeant);
    if (found !== undefined) return found.value;
    if (isOneOfMany) return null;
    const others = entries.map(({ about }) => about).join(', ');
    throw new RampartError('bad-flag', `${label}: it is about ${others}, but requests go to ${host}:${port}`);
  });
}

/** @param any stands for every host. */
function isMeant(host: string, port: string, place: Place, any: '' | '*'): boolean {
  const sameHost = host === any || bare(host).toLowerCase() === place.host.toLowerCase();
  return sameHost && (port === '' || Number(port) === place.port);
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

function portOf(port: string, text: string, label: string): number {
  const number = Number(port);
  if (number >= 1 && number <= 65_535) return number;
  throw new RampartError(
    'bad-flag',
    `${label}: ${quote(text)} has the port ${port}; a port is a number from 1 to 65535`,
  );
}

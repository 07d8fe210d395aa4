/** Several targets instead of one, as flags and scenario files have them: `canary=10@http://host`. */
import { RampartError } from '../core/errors.ts';
import type { NamedTarget } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import type { WrittenTarget } from '../settings/setting.ts';
import type { Settings } from '../settings/table.ts';
import { type Address, parseAddress } from './address.ts';
import type { Header } from './header.ts';
import type { JsonPath } from './json.ts';
import { parseHeaders } from './layers.ts';
import { blame, type Origin, type RawSettings } from './raw-settings.ts';
import { withRoutes } from './route.ts';
import { checkWeights, refusal } from './steps.ts';
import { quote } from './syntax.ts';
import { parseTemplatedAddress } from './template.ts';
import { resolveTls } from './tls.ts';

const MOST = 50;
const HEAVIEST = 10_000;
const EXAMPLE = 'write NAME=URL or NAME=WEIGHT@URL, as in canary=10@http://host:8080';

/** A target, and how requests to it differ from those to the others. */
export interface PlannedTarget {
  readonly target: NamedTarget;
  /** Of a request without a path of its own. */
  readonly path: string;
  readonly pathname: string;
  /** Comes before the path of one that has. */
  readonly base: string;
  readonly headers: readonly Header[];
}

/**
 * Null where there is a URL instead.
 *
 * @param several whether requests may have paths of their own.
 * @throws RampartError with the place of what is wrong.
 */
export function resolveTargets(
  given: RawSettings,
  { files, several }: { readonly files: Pick<Files, 'readBytes'>; readonly several: boolean },
): readonly PlannedTarget[] | null {
  const { targets: written, url } = given.settings;
  if (written === undefined) return null;
  const ofUrl = url === undefined ? null : given.originOf('url');
  const origin = given.originOf('targets');
  if (ofUrl !== null && !isBelow(ofUrl, origin))
    throw refusal(ofUrl, `and ${origin.label} are both given`, 'Make the URL one of the targets: stable=http://host.');
  const beneath = url === undefined ? null : blame(given.originOf('url'), (label) => parseTemplatedAddress(url, label));
  const read = (typeof written === 'string' ? separated(written) : written).map((one, place) =>
    typeof one === 'string'
      ? readText(one, typeof written === 'string' ? origin : given.originOf('targets', [place]))
      : readFields(one, (...inside) => given.originOf('targets', [place, ...inside])),
  );
  if (read.length === 0) throw refusal(origin, `names no target; ${EXAMPLE}`);
  if (read.length > MOST) throw refusal(origin, `has too many targets; at most ${MOST}`);
  read.forEach(({ name, originOf }, place) => {
    if (read.findIndex((other) => other.name === name) < place)
      throw refusal(originOf('name'), `is ${quote(name)}, as that of another target`, 'Give each a name of its own.');
  });
  const weights = read.map(({ weight }) => weight);
  checkWeights(weights, origin);
  const places = withRoutes(
    given,
    read.map(({ address }) => address.target),
  );
  const secure = places.some(({ protocol }) => protocol === 'https:');
  return read.map(({ name, weight, address, headers, tls, originOf }, place): PlannedTarget => {
    const target = places[place] as Address['target'];
    const own = address.path === '/' ? null : address;
    if (several && own?.path.includes('?'))
      throw refusal(originOf('url'), 'has a query, and the requests have paths of their own', 'Leave the query out.');
    const { path, pathname } = own ?? beneath ?? address;
    const over: RawSettings = {
      ...given,
      settings: { ...(secure && target.protocol !== 'https:' ? withoutTls(given.settings) : given.settings), ...tls },
      originOf: (setting, inside) => (setting in tls ? originOf(setting) : given.originOf(setting, inside)),
    };
    return {
      target: { ...target, name, weight, tls: resolveTls(over, target, files) },
      ...{ path, pathname, headers },
      base: own?.pathname.replace(/\/$/, '') ?? '',
    };
  });
}

/** Whether a value is of a lower layer than another. */
function isBelow(one: Origin, other: Origin): boolean {
  const order = ['default', 'discovery', 'scenario', 'environment', 'flags', 'program'];
  return order.indexOf(one.layer) < order.indexOf(other.layer);
}

const TLS_SETTINGS = ['insecure', 'cacert', 'cert', 'key'] as const;
type OwnTls = Pick<Settings, (typeof TLS_SETTINGS)[number]>;

const withoutTls = ({ insecure: _, cacert: __, cert: ___, key: ____, ...rest }: Settings): Settings => rest;

interface ReadTarget {
  readonly name: string;
  readonly weight: number;
  readonly address: Address;
  readonly headers: readonly Header[];
  readonly tls: OwnTls;
  readonly originOf: (field: string) => Origin;
}

/** In the environment there is one text: targets with commas or line ends between them. */
const separated = (text: string): string[] =>
  text
    .split(/\r?\n|,\s*(?=(?:[^=@:/?#,\s]+=)?(?:[\d.]+@)?[a-z][a-z0-9+.-]*:\/\/)/i)
    .map((one) => one.trim())
    .filter((one) => one !== '');

function readText(text: string, origin: Origin): ReadTarget {
  const [, named, weight = '1', url = ''] = /^\s*(?:([^=@:/?#]+)=)?(?:([\d.]+)@)?(.*)$/s.exec(text) ?? [];
  const address = addressOf(url, origin);
  const name = (named ?? `${address.target.host}:${address.target.port}`).trim();
  checkName(name, origin);
  return { name, weight: checkedWeight(Number(weight), origin), address, headers: [], tls: {}, originOf: () => origin };
}

function readFields(
  { name, url, weight = 1, headers = [], insecure, cacert, cert, key }: WrittenTarget,
  originOf: (...inside: JsonPath) => Origin,
): ReadTarget {
  checkName(name, originOf('name'));
  const tls = Object.fromEntries(
    Object.entries({ insecure, cacert, cert, key }).filter(([, value]) => value !== undefined),
  ) as OwnTls;
  const own = blame(originOf('headers'), (label) => {
    const parsed = parseHeaders(headers, label);
    if (parsed.some(([, value]) => value.includes('{{')))
      throw new RampartError('bad-flag', `${label}: a placeholder can stand in the headers of requests only`);
    return parsed;
  });
  const weighed = checkedWeight(weight, originOf('weight'));
  return { name, weight: weighed, address: addressOf(url, originOf('url')), headers: own, tls, originOf };
}

const addressOf = (url: string, origin: Origin): Address =>
  blame(origin, (label) => {
    if (url.includes('{{'))
      throw new RampartError('bad-url', `${label}: a placeholder can stand in the paths of requests only`);
    return parseAddress(url, label);
  });

/** It stands in thresholds between braces, behind an equals sign. */
function checkName(name: string, origin: Origin): void {
  if (!/^[^\p{Cc}{}=,@"]{1,50}$/u.test(name) || name !== name.trim())
    throw refusal(
      origin,
      `gives the name ${quote(name)} to a target`,
      'A name has up to 50 characters, and none of { } = , @ and ".',
    );
}

function checkedWeight(weight: number, origin: Origin): number {
  const whole = weight * 1e3;
  if (!(weight >= 0 && weight <= HEAVIEST) || Math.abs(whole - Math.round(whole)) > 1e-6)
    throw refusal(
      origin,
      `gives the weight ${weight}; write a number from 0 to ${HEAVIEST}, with at most three digits behind the point`,
    );
  return weight;
}

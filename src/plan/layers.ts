/** Lays the settings of several sources over each other, the higher over the lower, each with its origin. */
import { RampartError } from '../core/errors.ts';
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from '../settings/table.ts';
import { checkHeader, type Header, overlaid, parseHeader } from './header.ts';
import type { JsonPath } from './json.ts';
import {
  blame,
  type LayerName,
  type Origin,
  type RawSettings,
  type WrittenFrame,
  type WrittenMix,
} from './raw-settings.ts';
import { shapeFault } from './shapes.ts';

/** Settings of all layers, from the lowest to the highest, as one. */
export const laid = (layers: readonly RawSettings[]): RawSettings => layers.reduce(lay);

/** The higher one's settings win; what they exclude gives way. */
export function lay(lower: RawSettings, higher: RawSettings): RawSettings {
  const kept: Settings = { ...lower.settings };
  const names = namesIn(higher.settings);
  // Stages of one load model mean nothing in the other.
  const changesModel =
    (names.includes('rate') && kept.rate === undefined) || (names.includes('vus') && kept.rate !== undefined);
  if (changesModel) {
    delete kept.stages;
    delete kept.profile;
  }
  for (const name of names) for (const rival of SETTINGS[name].rivals ?? []) delete kept[rival as SettingName];
  const mix =
    higher.mix === undefined
      ? laidIn(lower.mix, (given) => lay(given, higher))
      : laidIn(higher.mix, (given) => lay(lower, given));
  const functions = higher.functions ?? lower.functions;
  const frame = higher.frame ?? framedIn(lower.frame, higher);
  const environments = higher.environments ?? lower.environments;
  return {
    ...(environments === undefined ? {} : { environments }),
    ...(mix === undefined ? {} : { mix }),
    ...(frame === undefined ? {} : { frame }),
    ...(functions === undefined ? {} : { functions }),
    settings: { ...kept, ...higher.settings },
    headers: overlaid(lower.headers, higher.headers),
    originOf: (name, inside) =>
      (names.includes(name) || (name === 'headers' && hasHeader(higher, inside)) ? higher : lower).originOf(
        name,
        inside,
      ),
  };
}

/** @param inside the name of one; absent: any. */
function hasHeader({ headers }: RawSettings, [name]: JsonPath = []): boolean {
  return name === undefined
    ? headers.length > 0
    : headers.some(([its]) => its.toLowerCase() === String(name).toLowerCase());
}

function laidIn(mix: WrittenMix | undefined, over: (given: RawSettings) => RawSettings): WrittenMix | undefined {
  if (mix === undefined) return undefined;
  return { ...mix, requests: mix.requests.map((request) => ({ ...request, given: over(request.given) })) };
}

function framedIn(frame: WrittenFrame | undefined, higher: RawSettings): WrittenFrame | undefined {
  if (frame === undefined) return undefined;
  const over = (requests: WrittenFrame['setup']): WrittenFrame['setup'] =>
    requests.map((request) => ({ ...request, given: lay(request.given, ofEveryRequest(higher)) }));
  return { setup: over(frame.setup), teardown: over(frame.teardown) };
}

/** What is said of whatever is sent: where to, with which headers, and how long that may take. Not what, and what comes of it. */
export const ofEveryRequest = ({ settings: { url, timeout }, headers, originOf }: RawSettings): RawSettings => ({
  settings: { ...(url === undefined ? {} : { url }), ...(timeout === undefined ? {} : { timeout }) },
  headers,
  originOf,
});

function namesIn(settings: Settings): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settings[name] !== undefined);
}

export const originIn = (layer: LayerName, label: string): Origin => ({ layer, label, code: 'bad-flag' });

/**
 * Checks the shape of one source's settings.
 *
 * @param originOf where a setting, or what is inside it, was given.
 * @throws RampartError
 */
export function given(
  raw: Readonly<Record<string, unknown>>,
  originOf: (name: SettingName, inside?: JsonPath) => Origin,
  unknown?: (name: string) => RampartError,
): RawSettings {
  const fault = shapeFault(raw);
  if (fault === null) {
    // One that is named without a value says nothing, and hides nothing that a lower layer says.
    const said = SETTING_NAMES.flatMap((name) => (raw[name] === undefined ? [] : [[name, raw[name]]]));
    const { headers = [], user, ...settings } = Object.fromEntries(said) as Settings;
    const written = blame(originOf('headers'), (label) => parseHeaders(headers, label));
    const named = user === undefined ? [] : [blame(originOf('user'), (label) => credentials(user, written, label))];
    return { settings, headers: [...written, ...named], originOf: (name, inside) => originOf(name, inside) };
  }
  if ('unknown' in fault)
    throw unknown?.(fault.unknown) ?? new RampartError('bad-flag', `${JSON.stringify(fault.unknown)} is not a setting`);
  const { label, code } = originOf(fault.name, fault.inside);
  throw new RampartError(code, `${label} ${fault.message}`);
}

/** The header that a name and a password become (RFC 7617). @throws RampartError; the password is never quoted. */
function credentials(user: string, headers: readonly Header[], label: string): Header {
  const colon = user.indexOf(':');
  if (colon < 0)
    throw new RampartError('bad-flag', `${label}: there is no colon between name and password`, 'Write name:password.');
  if (headers.some(([name]) => name.toLowerCase() === 'authorization'))
    throw new RampartError('bad-flag', `${label} and the header Authorization are both given`, 'Send one of them.');
  return ['authorization', `Basic ${Buffer.from(user).toString('base64')}`];
}

export function parseHeaders(headers: NonNullable<Settings['headers']>, label: string): Header[] {
  const parsed = Array.isArray(headers)
    ? headers.map((header) => parseHeader(header, label))
    : Object.entries(headers).map(([name, value]) => checkHeader(name, value, label));
  if (parsed.filter(([name]) => name.toLowerCase() === 'host').length > 1)
    throw new RampartError('bad-flag', `${label} gives Host more than once`);
  return parsed;
}

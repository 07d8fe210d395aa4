import { dirname, isAbsolute, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import { compactJson, fieldTexts, textAt } from '../core/json-text.ts';
import type { Plan } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import {
  attributeOf,
  flagOf,
  namesWhere,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  variableOf,
} from '../settings/table.ts';
import { readEnvironment } from './environment.ts';
import { decodeUtf8, readInput } from './file.ts';
import { checkHeader, type Header, parseHeader } from './header.ts';
import { checkJson, type JsonPath, positionOf } from './json.ts';
import { readMix } from './mix.ts';
import { type ProgramSettings, TERMINAL_SETTINGS } from './program.ts';
import type { LayerName, Origin, RawSettings, WrittenMix } from './raw-settings.ts';
import { settingsSchema } from './schema.ts';
import { didYouMean, settingMeant } from './suggest.ts';
import { quote } from './syntax.ts';

/** Where settings come from. Precedence: defaults < discovery < scenario file < environment < flags. */
export interface Sources {
  readonly kind: Plan['kind'];
  /** A URL, or the path of a scenario file: what ends in `.json` and has neither scheme nor port. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By setting, or by the flag's own name in camel case (`header` for `headers`). */
  readonly flags: Readonly<Record<string, unknown>>;
  /** What a program asks for; it takes the place of target, environment and flags. */
  readonly program?: ProgramSettings;
  /**
   * Finds out from the target what nobody gave. It is called last, with all that was given, which wins over what it
   * finds; null: nothing was looked for, or found.
   */
  readonly discover?: (given: RawSettings) => Promise<Settings | null>;
}

export type { Origin, RawSettings } from './raw-settings.ts';

/** The layer that a setting's value comes from. */
export function layerOf(given: RawSettings, name: SettingName): LayerName {
  const isGiven = name === 'headers' ? given.headers.length > 0 : given.settings[name] !== undefined;
  return isGiven ? given.originOf(name).layer : 'default';
}

type QuantityName = {
  [Name in SettingName]-?: NonNullable<Settings[Name]> extends string | number ? Name : never;
}[SettingName];

/** The setting's value by its parser, or undefined where none was given. Errors name the place it was given in. */
export function read<Value>(
  given: RawSettings,
  name: QuantityName,
  parse: (text: string, label: string) => Value,
): Value | undefined {
  const value = given.settings[name];
  return value === undefined ? undefined : blame(given.originOf(name), (label) => parse(String(value), label));
}

/** Runs a parser; what it throws at a scenario's field is the scenario's error. */
export function blame<Value>(origin: Origin, parse: (label: string) => Value): Value {
  try {
    return parse(origin.label);
  } catch (error) {
    if (origin.code === 'bad-flag' || !(error instanceof RampartError) || error.code !== 'bad-flag') throw error;
    throw new RampartError(origin.code, error.message, error.hint, { cause: error.cause });
  }
}

/** @throws RampartError naming the setting and what it clashes with. */
export function refuse(given: RawSettings, name: SettingName, problem: string, hint = ''): never {
  const { code, label } = given.originOf(name);
  throw new RampartError(code, `${label} ${problem}`, hint);
}

/**
 * All settings given, each from the highest layer that names it. What is written down is read first: only with all of it can
 * the target be asked for the rest, which stays below it.
 *
 * @throws RampartError
 */
export async function readSources(sources: Sources, files: Pick<Files, 'readBytes'>): Promise<RawSettings> {
  const layers = writtenLayers(sources, files);
  const written = laid(layers);
  const found = (await sources.discover?.(written)) ?? null;
  return found === null ? written : laid([fromTarget(found), ...layers]);
}

/** What is written down, without asking the target. @throws RampartError */
export function readWritten(sources: Sources, files: Pick<Files, 'readBytes'>): RawSettings {
  return laid(writtenLayers(sources, files));
}

/** From the lowest to the highest. */
function writtenLayers({ target, env, flags, program }: Sources, files: Pick<Files, 'readBytes'>): RawSettings[] {
  if (program !== undefined) return programLayers(program, files);
  const onLine = fromFlags(flags);
  const environment = given(readEnvironment(env), (name) => originIn('environment', variableOf(name)));
  if (isScenario(target)) return [fromScenario(target, files), environment, onLine];
  return [environment, onLine, given({ url: target }, () => originIn('flags', 'URL'))];
}

function programLayers(program: ProgramSettings, files: Pick<Files, 'readBytes'>): RawSettings[] {
  const { scenario, ...settings } = program;
  const own = fromProgram(settings);
  return scenario === undefined ? [own] : [fromScenario(scenario, files), own];
}

function fromProgram({ body, ...settings }: Omit<ProgramSettings, 'scenario'>): RawSettings {
  const bad = (name: string, problem: string, hint = ''): RampartError =>
    new RampartError('bad-setting', `${quote(name)} ${problem}`, hint);
  for (const name of TERMINAL_SETTINGS)
    if (name in settings) throw bad(name, 'is a setting of the command line, not of a program');
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return given(
    text === undefined ? settings : { ...settings, body: text },
    (name) => ({ layer: 'program', label: name, code: 'bad-setting' }),
    (name) => bad(name, 'is not a setting', didYouMean(settingMeant(name) ?? name, SETTING_NAMES)),
  );
}

function fromTarget(found: Settings): RawSettings {
  return given(found, (name) => originIn('discovery', `what was found out of the target, ${name}`));
}

const originIn = (layer: LayerName, label: string): Origin => ({ layer, label, code: 'bad-flag' });

const laid = (layers: readonly RawSettings[]): RawSettings => layers.reduce(lay);

/** Whether a target is a file that describes a test, not an address. */
export function isScenario(target: string): boolean {
  return /\.json$/i.test(target) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(target) && !/^[^/\\]+:\d+\//.test(target);
}

function lay(lower: RawSettings, higher: RawSettings): RawSettings {
  const kept: Settings = { ...lower.settings };
  const names = namesIn(higher.settings);
  // Stages of one load model mean nothing in the other.
  const changesModel =
    (names.includes('rate') && kept.rate === undefined) || (names.includes('vus') && kept.rate !== undefined);
  if (changesModel) delete kept.stages;
  for (const name of names) for (const rival of SETTINGS[name].rivals ?? []) delete kept[rival as SettingName];
  const replaced = new Set(higher.headers.map(([name]) => name.toLowerCase()));
  const mix =
    higher.mix === undefined
      ? laidIn(lower.mix, (given) => lay(given, higher))
      : laidIn(higher.mix, (given) => lay(lower, given));
  return {
    ...(mix === undefined ? {} : { mix }),
    settings: { ...kept, ...higher.settings },
    headers: [...lower.headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...higher.headers],
    originOf: (name) => (names.includes(name) ? higher : lower).originOf(name),
  };
}

function laidIn(mix: WrittenMix | undefined, over: (given: RawSettings) => RawSettings): WrittenMix | undefined {
  if (mix === undefined) return undefined;
  return { ...mix, requests: mix.requests.map((request) => ({ ...request, given: over(request.given) })) };
}

function namesIn(settings: Settings): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settings[name] !== undefined);
}

/** Checks the shape of one source's settings. */
function given(
  raw: unknown,
  originOf: (name: SettingName) => Origin,
  unknown?: (name: string) => RampartError,
): RawSettings {
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) {
    const { headers = [], user, ...settings } = parsed.data as Settings;
    const written = blame(originOf('headers'), (label) => parseHeaders(headers, label));
    const named = user === undefined ? [] : [blame(originOf('user'), (label) => credentials(user, written, label))];
    return { settings, headers: [...written, ...named], originOf };
  }
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys' && unknown !== undefined) throw unknown(issue.keys[0] ?? '');
  const name = SETTING_NAMES.find((known) => known === issue?.path[0]);
  const { label, code } = name === undefined ? originIn('flags', 'settings') : originOf(name);
  throw new RampartError(code, `${label} ${issue?.message ?? 'is not allowed'}`);
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

function parseHeaders(headers: NonNullable<Settings['headers']>, label: string): Header[] {
  const parsed = Array.isArray(headers)
    ? headers.map((header) => parseHeader(header, label))
    : Object.entries(headers).map(([name, value]) => checkHeader(name, value, label));
  if (parsed.filter(([name]) => name.toLowerCase() === 'host').length > 1)
    throw new RampartError('bad-flag', `${label} gives Host more than once`);
  return parsed;
}

const BY_ATTRIBUTE: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [attributeOf(name), name]));
const NEGATED: ReadonlySet<string> = new Set(namesWhere(({ flag = '' }) => flag.includes('--no-')));

function fromFlags(flags: Readonly<Record<string, unknown>>): RawSettings {
  const raw: Record<string, unknown> = {};
  for (const [attribute, value] of Object.entries(flags)) {
    const name = BY_ATTRIBUTE.get(attribute) ?? attribute;
    // `true` is what a command line parser says where --no-keepalive is absent: it must not win over a scenario.
    if (!(NEGATED.has(name) && value === true)) raw[name] = value;
  }
  return given(
    raw,
    (name) => originIn('flags', flagOf(name)),
    (name) => new RampartError('bad-flag', `${quote(name)} is not a flag`, didYouMean(name, SETTING_NAMES)),
  );
}

function fromScenario(path: string, files: Pick<Files, 'readBytes'>): RawSettings {
  const hint = 'A URL that ends in .json needs its http:// to be told from a scenario file.';
  const text = decodeUtf8(readInput(files, path, 'scenario', hint))?.replace(/^\ufeff/, '');
  const refuse = (problem: string, what = ''): RampartError =>
    new RampartError('bad-scenario', `${path}${problem}`, what);
  if (text === undefined) throw refuse(' is not UTF-8 text');
  const places = new Map<string, number>();
  let twice: JsonPath | null = null;
  const fault = checkJson(text, (at, offset) => {
    if (!isSetting(at)) return;
    const key = JSON.stringify(at);
    if (places.has(key)) twice ??= [...at];
    places.set(key, offset);
  });
  if (fault !== null) throw refuse(`, line ${fault.line}, column ${fault.column} is not JSON: ${fault.problem}`);
  const placeOf = (at: JsonPath): string => {
    const { line, column } = positionOf(text, offsetOf(places, at));
    return at.length === 1 ? `, line ${line}: ${at[0]}` : `, line ${line}, column ${column}: ${shownPath(at)}`;
  };
  const at = (name: string): string => placeOf([name]);
  if (twice !== null) throw refuse(`${placeOf(twice)} is given twice`);
  const raw: unknown = JSON.parse(text);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw refuse(
      ' must hold an object of settings',
      'For example {"url": "http://localhost:8989/predict", "vus": 10}.',
    );
  const { requests, flows, maxRequests, ...others } = raw as Record<string, unknown>;
  const several = Array.isArray(requests) || flows !== undefined;
  const ofAll = given(
    // Beside a list of requests their number has another name.
    several ? { ...others, ...(maxRequests === undefined ? {} : { requests: maxRequests }) } : raw,
    (name) => ({
      layer: 'scenario',
      label: `${path}${at(several && name === 'requests' ? 'maxRequests' : name)}`,
      code: 'bad-scenario',
    }),
    (name) => refuse(`${at(name)} is not a setting`, didYouMean(settingMeant(name) ?? name, SETTING_NAMES)),
  );
  const whole: RawSettings = { ...ofAll, settings: withFiles(ofAll.settings, path, fieldTexts(text).get('body')) };
  if (!several) return whole;
  const mix = readMix({
    ...{ requests, flows },
    placeOf: (inside) => `${path}${placeOf(inside)}`,
    give: (own, index, originOf) => {
      const alone = given(own, originOf);
      return lay(whole, {
        ...alone,
        settings: withFiles(alone.settings, path, textAt(text, `requests.${index}.body`)),
      });
    },
  });
  return { ...whole, mix };
}

/** Whether a path leads to a setting, of all or of one request: not into a body, where anything may stand. */
const isSetting = (path: JsonPath): boolean =>
  path.length === 1 || ((path[0] === 'requests' || path[0] === 'flows') && !path.slice(0, -1).includes('body'));

/** Where a value begins, or what it is in where it is not there. */
function offsetOf(places: ReadonlyMap<string, number>, path: JsonPath): number {
  for (let length = path.length; length > 0; length--) {
    const known = places.get(JSON.stringify(path.slice(0, length)));
    if (known !== undefined) return known;
  }
  return 0;
}

/** `requests[2].timeout` */
const shownPath = (path: JsonPath): string =>
  path.map((part, place) => (typeof part === 'number' ? `[${part}]` : place === 0 ? part : `.${part}`)).join('');

/** Settings of a scenario file: files are relative to it, and a body is sent as it is written. */
function withFiles(written: Settings, path: string, body: string | null | undefined): Settings {
  const settings = { ...written };
  if (typeof settings.body === 'object') settings.body = bodyText(body ?? '');
  return { ...settings, ...relativeTo(dirname(path), settings) };
}

/** Files that a scenario names are relative to the scenario. */
function relativeTo(folder: string, settings: Settings): Settings {
  const named = FILES.flatMap((name): [string, string][] => {
    const file = settings[name];
    return typeof file === 'string' && file !== '' && !isAbsolute(file) ? [[name, join(folder, file)]] : [];
  });
  const { outputs } = settings;
  if (outputs === undefined) return Object.fromEntries(named);
  const placed = [outputs].flat().map((text) => (/^\.{1,2}[\\/]/.test(text) ? placedIn(folder, text) : text));
  return { ...Object.fromEntries(named), outputs: placed };
}

/** The module of an output; a path that is none any more would be the name of a package. */
function placedIn(folder: string, output: string): string {
  const path = join(folder, output);
  return isAbsolute(path) || path.startsWith('..') ? path : `./${path}`;
}

const FILES = namesWhere(({ file }) => file === true);

/** A body as it is written, but for the scenario's indentation. Escapes within a placeholder's name are the scenario's, too. */
function bodyText(json: string): string {
  return compactJson(json, (written) => {
    const text = JSON.parse(written) as string;
    return text.includes('{{') ? JSON.stringify(text) : written;
  });
}

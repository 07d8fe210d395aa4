import { dirname, isAbsolute, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import { compactJson, fieldTexts } from '../core/json-text.ts';
import type { Files } from '../core/world.ts';
import { readEnvironment } from './environment.ts';
import { decodeUtf8, readInput } from './file.ts';
import { checkHeader, type Header, parseHeader } from './header.ts';
import type { Sources } from './input.ts';
import { checkJson } from './json.ts';
import { flagOf, SETTING_NAMES, type SettingName, type Settings, settingsSchema, variableOf } from './schema.ts';
import { didYouMean, settingMeant } from './suggest.ts';
import { quote } from './syntax.ts';

/** What to call a setting in an error, and the kind of that error. */
interface Origin {
  readonly label: string;
  readonly code: 'bad-flag' | 'bad-scenario';
}

/** What was given, of one source or of all laid over each other. Nothing in it is a default. */
export interface Given {
  readonly settings: Settings;
  readonly headers: readonly Header[];
  originOf(name: SettingName): Origin;
}

type QuantityName = {
  [Name in SettingName]-?: NonNullable<Settings[Name]> extends string | number ? Name : never;
}[SettingName];

/** The setting's value by its parser, or undefined where none was given. Errors name the place it was given in. */
export function read<Value>(
  given: Given,
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
    throw new RampartError(origin.code, error.message, error.hint);
  }
}

/** @throws RampartError naming the setting and what it clashes with. */
export function refuse(given: Given, name: SettingName, problem: string, hint = ''): never {
  const { code, label } = given.originOf(name);
  throw new RampartError(code, `${label} ${problem}`, hint);
}

/** All settings given, each from the highest source that names it. @throws RampartError */
export function readSources(sources: Sources, files: Pick<Files, 'readBytes'>): Given {
  const { target } = sources;
  const flags = fromFlags(sources.flags);
  const environment = given(readEnvironment(sources.env), (name) => ({ label: variableOf(name), code: 'bad-flag' }));
  const file = isScenario(target) ? fromScenario(target, files) : null;
  const below = file === null ? environment : lay(file, environment);
  const all = lay(below, flags);
  if (file !== null) return all;
  return lay(
    all,
    given({ url: target }, () => ({ label: 'URL', code: 'bad-flag' })),
  );
}

function isScenario(target: string): boolean {
  return /\.json$/i.test(target) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(target) && !/^[^/\\]+:\d+\//.test(target);
}

/** Settings that take the other's place: a flag for one drops the other from the sources below. */
const RIVALS: Readonly<Partial<Record<SettingName, readonly SettingName[]>>> = {
  rate: ['vus', 'spawnRate', 'thinkTime'],
  vus: ['rate', 'arrivals', 'maxInFlight', 'connections'],
  stages: ['duration', 'spawnRate'],
  body: ['bodyFile'],
  bodyFile: ['body'],
};

function lay(lower: Given, higher: Given): Given {
  const kept: Settings = { ...lower.settings };
  const names = namesIn(higher.settings);
  // Stages of one load model mean nothing in the other.
  const changesModel =
    (names.includes('rate') && kept.rate === undefined) || (names.includes('vus') && kept.rate !== undefined);
  if (changesModel) delete kept.stages;
  for (const name of names) for (const rival of RIVALS[name] ?? []) delete kept[rival];
  const replaced = new Set(higher.headers.map(([name]) => name.toLowerCase()));
  return {
    settings: { ...kept, ...higher.settings },
    headers: [...lower.headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...higher.headers],
    originOf: (name) => (names.includes(name) ? higher : lower).originOf(name),
  };
}

function namesIn(settings: Settings): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settings[name] !== undefined);
}

/** Checks the shape of one source's settings. */
function given(raw: unknown, originOf: (name: SettingName) => Origin, unknown?: (name: string) => RampartError): Given {
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) {
    const { headers = [], user, ...settings } = parsed.data;
    const written = blame(originOf('headers'), (label) => parseHeaders(headers, label));
    const named = user === undefined ? [] : [blame(originOf('user'), (label) => credentials(user, written, label))];
    return { settings, headers: [...written, ...named], originOf };
  }
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys' && unknown !== undefined) throw unknown(issue.keys[0] ?? '');
  const name = SETTING_NAMES.find((known) => known === issue?.path[0]);
  const { label, code } = name === undefined ? { label: 'settings', code: 'bad-flag' as const } : originOf(name);
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

function fromFlags(flags: Readonly<Record<string, unknown>>): Given {
  const { header, threshold, slo, expectHeader, secret, keepalive, ...rest } = flags;
  const raw: Record<string, unknown> = { ...rest };
  if (header !== undefined) raw['headers'] = header;
  if (threshold !== undefined) raw['thresholds'] = threshold;
  if (expectHeader !== undefined) raw['expectHeaders'] = expectHeader;
  if (slo !== undefined) raw['slos'] = slo;
  if (secret !== undefined) raw['secrets'] = secret;
  // `true` is what a command line parser says where --no-keepalive is absent: it must not win over a scenario.
  if (keepalive === false) raw['keepalive'] = false;
  return given(
    raw,
    (name) => ({ label: flagOf(name), code: 'bad-flag' }),
    (name) => new RampartError('bad-flag', `${quote(name)} is not a flag`, didYouMean(name, SETTING_NAMES)),
  );
}

/** Files that a scenario names are relative to the scenario. */
const PATHS = ['bodyFile', 'data', 'cacert', 'cert', 'key'] as const satisfies readonly SettingName[];

function fromScenario(path: string, files: Pick<Files, 'readBytes'>): Given {
  const hint = 'A URL that ends in .json needs its http:// to be told from a scenario file.';
  const text = decodeUtf8(readInput(files, path, 'scenario', hint))?.replace(/^\ufeff/, '');
  const refuse = (problem: string, what = ''): RampartError =>
    new RampartError('bad-scenario', `${path}${problem}`, what);
  if (text === undefined) throw refuse(' is not UTF-8 text');
  const lines = new Map<string, number>();
  let twice: string | null = null;
  const fault = checkJson(text, (name, line) => {
    if (lines.has(name)) twice ??= name;
    lines.set(name, line);
  });
  if (fault !== null) throw refuse(`, line ${fault.line}, column ${fault.column} is not JSON: ${fault.problem}`);
  const at = (name: string): string => `, line ${lines.get(name) ?? 1}: ${name}`;
  if (twice !== null) throw refuse(`${at(twice)} is given twice`);
  const raw: unknown = JSON.parse(text);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw refuse(
      ' must hold an object of settings',
      'For example {"url": "http://localhost:8989/predict", "vus": 10}.',
    );
  const scenario = given(
    raw,
    (name) => ({ label: `${path}${at(name)}`, code: 'bad-scenario' }),
    (name) => refuse(`${at(name)} is not a setting`, didYouMean(settingMeant(name) ?? name, SETTING_NAMES)),
  );
  const settings: Settings = { ...scenario.settings };
  if (typeof settings.body === 'object') settings.body = bodyText(fieldTexts(text).get('body') ?? '');
  for (const name of PATHS) {
    const file = settings[name];
    if (file !== undefined && file !== '' && !isAbsolute(file)) settings[name] = join(dirname(path), file);
  }
  return { ...scenario, settings };
}

/** A body as it is written, but for the scenario's indentation. Escapes within a placeholder's name are the scenario's, too. */
function bodyText(json: string): string {
  return compactJson(json, (written) => {
    const text = JSON.parse(written) as string;
    return text.includes('{{') ? JSON.stringify(text) : written;
  });
}

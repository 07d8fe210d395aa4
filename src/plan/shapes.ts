/**
 * The shapes that settings are written in, checked by hand: every start reads flags and the environment, and a library of
 * schemas takes longer to load than all the rest of it. `./schema` says the same of scenario files; a test holds the two together.
 */
import type { Setting, WrittenTarget } from '../settings/setting.ts';
import { SETTING_NAMES, SETTINGS, type SettingName } from '../settings/table.ts';
import type { JsonPath } from './json.ts';

export const NO_TEXT = 'must be text';
export const NO_YES_OR_NO = 'must be true or false';
export const NO_NUMBER = 'must be a number';
export const NO_HEADERS = 'must be a list of "Name: value" texts, or an object of texts by name';

/** What is said of a value of another shape. */
export function wantedShape({ shape, example }: Pick<Setting, 'shape' | 'example'>): string {
  switch (shape) {
    case 'text':
      return NO_TEXT;
    case 'quantity':
      return 'must be text or a number';
    case 'yes-or-no':
      return NO_YES_OR_NO;
    case 'texts':
      return example === undefined
        ? 'must be text, or a list of texts'
        : `must be text like "${example}", or a list of such texts`;
    case 'headers':
      return NO_HEADERS;
    case 'body':
      return 'must be text, or an object or list to send as JSON';
    case 'targets':
      return 'must be a list of targets, like {"name": "canary", "url": "http://host:8080", "weight": 10}';
    case 'port':
      return 'must be a port, or true or false';
  }
}

/** What is wrong with the settings of one source: a name that none has, or a value of another shape. */
export type ShapeFault =
  | { readonly unknown: string }
  | { readonly name: SettingName; readonly inside: JsonPath; readonly message: string };

/** The first of them; null: there is none. */
export function shapeFault(raw: Readonly<Record<string, unknown>>): ShapeFault | null {
  for (const name of SETTING_NAMES) {
    const value = raw[name];
    if (value === undefined || fits(value, SETTINGS[name].shape)) continue;
    const inside = placeWithoutText(value, SETTINGS[name].shape);
    return inside === null
      ? { name, inside: [], message: wantedShape(SETTINGS[name]) }
      : { name, inside: [inside], message: NO_TEXT };
  }
  const unknown = Object.keys(raw).find((name) => !Object.hasOwn(SETTINGS, name));
  return unknown === undefined ? null : { unknown };
}

function fits(value: unknown, shape: Setting['shape']): boolean {
  switch (shape) {
    case 'text':
      return isText(value);
    case 'quantity':
      return isText(value) || isNumber(value);
    case 'yes-or-no':
      return isYesOrNo(value);
    case 'texts':
      return isText(value) || (Array.isArray(value) && value.every(isText));
    case 'headers':
      return isHeaders(value);
    case 'body':
      return isText(value) || Array.isArray(value) || isPlain(value);
    case 'targets':
      return isText(value) || (Array.isArray(value) && value.every((one) => isText(one) || isTarget(one)));
    case 'port':
      return isText(value) || isNumber(value) || isYesOrNo(value);
  }
}

/** Of a list of texts, or of texts by name: the first that is none. Null: it is neither. */
function placeWithoutText(value: unknown, shape: Setting['shape']): string | number | null {
  const mayBeNamed = shape === 'headers';
  if (shape !== 'texts' && !mayBeNamed) return null;
  if (Array.isArray(value)) return value.findIndex((one) => !isText(one));
  return mayBeNamed && isPlain(value) ? (Object.keys(value).find((name) => !isText(value[name])) ?? null) : null;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isYesOrNo = (value: unknown): value is boolean => typeof value === 'boolean';
/** JSON has no others. */
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isHeaders = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isText) : isPlain(value) && Object.values(value).every(isText);

/** As `{}` is one: no date, and nothing else of a class, which a program may give. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a target may say, and what that must be. */
const OF_TARGET: Readonly<Record<keyof WrittenTarget, (value: unknown) => boolean>> = {
  name: isText,
  url: isText,
  weight: isNumber,
  headers: isHeaders,
  insecure: isYesOrNo,
  cacert: isText,
  cert: isText,
  key: isText,
};

function isTarget(value: unknown): boolean {
  if (!isPlain(value) || value['name'] === undefined || value['url'] === undefined) return false;
  return Object.entries(value).every(([name, part]) => {
    if (!Object.hasOwn(OF_TARGET, name)) return false;
    return part === undefined || OF_TARGET[name as keyof WrittenTarget](part);
  });
}

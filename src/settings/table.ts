/**
 * The one table of settings. A setting is declared once, in the file of its group; flag, environment twin, scenario schema,
 * help, form, completion and reference page are made of it.
 */
import { AGENTS_SETTINGS } from './agents.ts';
import { LOAD_SETTINGS } from './load.ts';
import { OUTPUT_SETTINGS } from './output.ts';
import { PROMPT_SETTINGS } from './prompts.ts';
import { REPLAY_SETTINGS } from './replay.ts';
import { REQUEST_SETTINGS } from './request.ts';
import { SEARCH_SETTINGS } from './search.ts';
import type { Setting, SettingCommand, Value, WrittenTarget } from './setting.ts';
import { TARGET_SETTINGS } from './target.ts';

export const GROUPS = {
  request: REQUEST_SETTINGS,
  prompts: PROMPT_SETTINGS,
  load: LOAD_SETTINGS,
  replay: REPLAY_SETTINGS,
  search: SEARCH_SETTINGS,
  target: TARGET_SETTINGS,
  agents: AGENTS_SETTINGS,
  output: OUTPUT_SETTINGS,
} as const;

export type SettingGroup = keyof typeof GROUPS;

const TABLE = {
  ...REQUEST_SETTINGS,
  ...PROMPT_SETTINGS,
  ...LOAD_SETTINGS,
  ...REPLAY_SETTINGS,
  ...SEARCH_SETTINGS,
  ...TARGET_SETTINGS,
  ...AGENTS_SETTINGS,
  ...OUTPUT_SETTINGS,
};

export type SettingName = keyof typeof TABLE;

export const SETTINGS: Readonly<Record<SettingName, Setting>> = TABLE;

export const SETTING_NAMES = Object.keys(TABLE) as readonly SettingName[];

export interface Written {
  readonly text: string;
  readonly quantity: string | number;
  readonly 'yes-or-no': boolean;
  readonly texts: string | string[];
  readonly headers: string[] | Record<string, string>;
  readonly body: string | unknown[] | Record<string, unknown>;
  readonly port: boolean | string | number;
  readonly targets: string | (string | WrittenTarget)[];
}

/** Settings as a person writes them, in a scenario file, in the environment or as flags. What they mean is read by `plan/`. */
export type Settings = {
  -readonly [Name in SettingName]?: Written[(typeof TABLE)[Name]['shape']] | undefined;
};

/** The settings that a command has flags for. */
export type SettingOf<Command extends SettingCommand> = {
  [Name in SettingName]: Command extends keyof (typeof TABLE)[Name]['help'] ? Name : never;
}[SettingName];

/** Settings whose text is read by a kind of value, and the names of those with a default that always holds. */
export type ValuedName = {
  [Name in SettingName]: (typeof TABLE)[Name] extends { readonly value: Value } ? Name : never;
}[SettingName];
export type ValueOf<Name extends ValuedName> = (typeof TABLE)[Name]['value'];
export type DefaultedName = {
  [Name in ValuedName]: (typeof TABLE)[Name] extends { readonly default: string } ? Name : never;
}[ValuedName];

export const namesWhere = (holds: (setting: Setting, name: SettingName) => boolean): readonly SettingName[] =>
  SETTING_NAMES.filter((name) => holds(SETTINGS[name], name));

/** The name of a flag as a command line parser has it: `bodyFile` of `--body-file <path>`. */
export function attributeOf(name: SettingName): string {
  const long = /--(?:no-)?([\w-]+)/.exec(SETTINGS[name].flag ?? '')?.[1];
  return long === undefined ? name : long.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The long flag of a setting: `bodyFile` is `--body-file`; what may be given several times is named in the singular. */
export function flagOf(name: SettingName): string {
  return /--[\w-]+/.exec(SETTINGS[name].flag ?? '')?.[0] ?? `--${name}`;
}

/** The long flag whose value a command line parser has under that name. */
export function flagOfAttribute(attribute: string): string {
  const setting = SETTING_NAMES.find((name) => name === attribute || attributeOf(name) === attribute);
  return setting === undefined ? `--${attribute}` : flagOf(setting);
}

/** The environment variable of a setting: `bodyFile` is RAMPART_BODY_FILE. */
export function variableOf(name: SettingName): string {
  return `RAMPART_${attributeOf(name)
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
}

/** In which order a command's help has the groups. */
const HELP_ORDER: Readonly<Record<SettingCommand, readonly SettingGroup[]>> = {
  run: ['request', 'prompts', 'load', 'replay', 'target', 'agents', 'output'],
  find: ['request', 'prompts', 'search', 'load', 'target', 'agents', 'output'],
  probe: ['load', 'request', 'prompts', 'target', 'output'],
  ui: ['output'],
};

/** The settings that a command has flags for, in the order of its help. */
export function settingsOf(
  command: SettingCommand,
  groups: readonly SettingGroup[] = HELP_ORDER[command],
): readonly SettingName[] {
  return groups.flatMap((group) =>
    (Object.keys(GROUPS[group]) as SettingName[]).filter((name) => SETTINGS[name].help[command] !== undefined),
  );
}

/** What a program asks for: the settings of a scenario file, but for those of the command line alone. */
import type { SettingName, SettingOf, Settings } from '../settings/table.ts';

/** What is shown, starting the target, which a program does itself, and agents, which it has none of. */
export const TERMINAL_SETTINGS = [
  'json',
  'dryRun',
  'quiet',
  'ui',
  'uiHost',
  'open',
  'start',
  'waitFor',
  'waitTimeout',
  'nats',
  'agents',
  'minAgents',
  'agentsWithin',
  'tolerateLoss',
  'orphanTimeout',
  'natsCreds',
  'natsCa',
  'natsCert',
  'natsKey',
] as const satisfies readonly SettingName[];

export type TerminalSetting = (typeof TERMINAL_SETTINGS)[number];

export interface FromFile {
  /** The path of a scenario file, whose settings stand where none are given here. */
  readonly scenario?: string | undefined;
}

/** The settings that a program may give: all of a command, but for those of a terminal. */
export type Asked<Name extends SettingName> = FromFile & Pick<Settings, 'url' | Exclude<Name, TerminalSetting>>;

// Interfaces, so that an editor and the API page list what is in them.
export interface RunSettings extends Asked<SettingOf<'run'>> {}
export interface FindSettings extends Asked<SettingOf<'find'>> {}
export interface ProbeSettings extends Asked<SettingOf<'probe'>> {}

/** Of any of them. */
export type ProgramSettings = Asked<SettingName>;

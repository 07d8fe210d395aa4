/** What a program asks for: the settings of a scenario file, but for those of the command line alone. */
import type { SettingName, SettingOf, Settings } from '../settings/table.ts';

/** What is shown, and starting the target, which a program does itself. */
export const TERMINAL_SETTINGS = [
  'json',
  'quiet',
  'ui',
  'uiHost',
  'open',
  'start',
  'waitFor',
  'waitTimeout',
] as const satisfies readonly SettingName[];

type TerminalSetting = (typeof TERMINAL_SETTINGS)[number];

interface FromFile {
  /** The path of a scenario file, whose settings stand where none are given here. */
  readonly scenario?: string | undefined;
}

type Asked<Name extends SettingName> = FromFile & Pick<Settings, 'url' | Exclude<Name, TerminalSetting>>;

export type RunSettings = Asked<SettingOf<'run'>>;
export type FindSettings = Asked<SettingOf<'find'>>;
export type ProbeSettings = Asked<SettingOf<'probe'>>;

/** Of any of them. */
export type ProgramSettings = Asked<SettingName>;

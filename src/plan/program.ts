/** What a program asks for: the settings of a scenario file, but for those of the terminal and the page. */
import type { SettingName, SettingOf, Settings } from '../settings/table.ts';

export const TERMINAL_SETTINGS = ['json', 'quiet', 'ui', 'uiHost', 'open'] as const satisfies readonly SettingName[];

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

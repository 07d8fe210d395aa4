/** Where settings come from, and the order in which one source wins over another. */
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import {
  attributeOf,
  flagOf,
  namesWhere,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  variableOf,
} from '../settings/table.ts';
import { environmentIn } from './chosen-environment.ts';
import { readEnvironment } from './environment.ts';
import { given, laid, originIn } from './layers.ts';
import { type ProgramSettings, TERMINAL_SETTINGS } from './program.ts';
import type { RawSettings } from './raw-settings.ts';
import { isScenario } from './scenario-name.ts';
import type { ScenarioEnvironment } from './scenario-source.ts';
import { refusal } from './steps.ts';
import { didYouMean, settingMeant } from './suggest.ts';
import { quote } from './syntax.ts';

/** Where settings come from. Precedence: defaults < discovery < scenario file < environment < flags. */
export interface Sources {
  readonly kind: Plan['kind'];
  /** A URL, or the path of a scenario file: what ends in `.yaml` or `.json` and has neither scheme nor port. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What stands for a variable that a scenario file takes from the environment, where it is only read; absent: its value. */
  readonly standIn?: (name: string) => string;
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

/**
 * All settings given, each from the highest layer that names it. What is written down is read first: only with all of it can
 * the target be asked for the rest, which stays below it.
 *
 * @throws RampartError
 */
export async function readSources(sources: Sources, files: Pick<Files, 'readBytes'>): Promise<RawSettings> {
  const { target, program } = sources;
  const scenario = program === undefined ? (isScenario(target) ? target : undefined) : program.scenario;
  const layers = writtenLayers(sources, scenario === undefined ? UNREAD : await readerOf(scenario, files));
  const written = laid(layers);
  const found = (await sources.discover?.(written)) ?? null;
  return found === null ? written : laid([fromTarget(found), ...layers]);
}

/** What is written down, without asking the target, by a reader that is there already. @throws RampartError */
export const readBy = (read: ScenarioReader, sources: Sources): RawSettings => laid(writtenLayers(sources, read));

/** Reads a scenario file. */
type ScenarioReader = (path: string, environment: ScenarioEnvironment) => RawSettings;

/** Where there is no scenario file: what reads one is large, and is loaded for one only. */
const UNREAD: ScenarioReader = (path) => {
  throw new Error(`the scenario ${path} has no reader`);
};

async function readerOf(scenario: string, files: Pick<Files, 'readBytes'>): Promise<ScenarioReader> {
  const { documentReader, fromScenario } = await import('./scenario-source.ts');
  const read = await documentReader(scenario, files);
  return (path, environment) => fromScenario(path, files, read, environment);
}

/** From the lowest to the highest. */
function writtenLayers({ target, env, flags, program, standIn }: Sources, read: ScenarioReader): RawSettings[] {
  if (program !== undefined) return programLayers(program, read, { env, standIn });
  const onLine = fromFlags(flags);
  const environment = given(readEnvironment(env), (name) => originIn('environment', variableOf(name)));
  const chosen = environmentIn(onLine) ?? environmentIn(environment);
  if (isScenario(target)) return [read(target, { env, standIn, chosen }), environment, onLine];
  // A RAMPART_ENV without them is likely somebody's own.
  if (chosen?.origin.layer === 'flags') throw refusal(chosen.origin, 'is for a scenario file, which has environments');
  // With several targets there is no URL.
  const named = [environment, onLine].some(({ settings }) => settings.targets !== undefined);
  const address = target === '' && named ? {} : { url: target };
  return [environment, onLine, given(address, () => originIn('flags', 'URL'))];
}

function programLayers(
  program: ProgramSettings,
  read: ScenarioReader,
  environment: ScenarioEnvironment,
): RawSettings[] {
  const { scenario, ...settings } = program;
  const own = fromProgram(settings);
  const chosen = environmentIn(own);
  if (scenario === undefined) {
    if (chosen?.origin.layer === 'flags')
      throw refusal(chosen.origin, 'is for a scenario file, which has environments');
    return [own];
  }
  const file = read(scenario, { ...environment, chosen });
  // What is shown on a terminal may stand there. This says that no load is wanted, which a program would send.
  if (file.settings.dryRun === true)
    throw new RampartError(
      'bad-scenario',
      `${scenario}: dryRun is a setting of the command line, not of a program`,
      'Leave it out of the file, and give it as a flag: --dry-run.',
    );
  return [file, own];
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

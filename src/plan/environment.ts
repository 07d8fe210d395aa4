/** Settings given by variables of the environment: `RAMPART_RATE` is `--rate`. */
import { RampartError } from '../core/errors.ts';
import { SETTING_NAMES, SETTINGS, type SettingName, variableOf } from '../settings/table.ts';
import { settingMeant, suggest } from './suggest.ts';
import { parseBoolean } from './syntax.ts';

/** Every setting has a twin in the environment: RAMPART_RATE. */
const PREFIX = 'RAMPART_';
const NAMES: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [variableOf(name), name]));

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings that the environment gives, by their names. What is set to nothing is not given.
 *
 * @throws RampartError 'bad-flag' for a variable that is likely meant to be one of ours.
 */
export function readEnvironment(env: Environment): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  for (const [variable, value] of given(env)) {
    const name = settingOf(variable, value);
    if (name === undefined) {
      const meant = isServiceLink(variable, value) ? null : meantBy(variable);
      if (meant === null) continue;
      throw new RampartError('bad-flag', `${variable}: there is no such setting`, `Did you mean ${meant}?`);
    }
    const { shape } = SETTINGS[name];
    if (shape === 'yes-or-no') raw[name] = parseBoolean(value, variable);
    else if (shape === 'headers') raw[name] = value.split(/\r?\n/).filter((line) => line.trim() !== '');
    else raw[name] = value;
  }
  return raw;
}

/** Variables that look like settings and are none, to be told once; not those that Kubernetes sets for its services. */
export function foreignVariables(env: Environment): string[] {
  return given(env).flatMap(([variable, value]) =>
    settingOf(variable, value) !== undefined || isServiceLink(variable, value) ? [] : [variable],
  );
}

function given(env: Environment): (readonly [variable: string, value: string])[] {
  return Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && value !== undefined && value !== '' ? [[variable, value] as const] : [],
  );
}

/** A RAMPART_USER without a password is likely somebody's account, and none of ours. */
function settingOf(variable: string, value: string): SettingName | undefined {
  const name = NAMES.get(variable);
  return name === 'user' && !value.includes(':') ? undefined : name;
}

/**
 * What Kubernetes (and Docker's links before it) puts into every container beside a service whose name begins with
 * `rampart`: RAMPART_SERVICE_HOST, RAMPART_PORT=tcp://10.0.0.7:8089, RAMPART_PORT_8089_TCP_ADDR and the like.
 */
function isServiceLink(variable: string, value: string): boolean {
  return (
    /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(variable) ||
    (variable.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value))
  );
}

/** The variable that a mistyped one was likely meant to be. In a short word every slip makes another word. */
function meantBy(variable: string): string | null {
  if (NAMES.has(variable)) return null;
  const word = variable.slice(PREFIX.length);
  const names = [...NAMES.keys()].map((name) => name.slice(PREFIX.length));
  const near = suggest(word, names, word.length < 6 ? 1 : 2);
  if (near === null) return null;
  const other = settingMeant(word);
  return other === null ? `${PREFIX}${near}` : variableOf(other);
}

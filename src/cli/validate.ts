/** The command `rampart validate`: reads scenario files as a run would and sends nothing. */
import { EXIT, RampartError } from '../core/errors.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { describePlan } from '../plan/describe.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { preparedBy } from '../plan/resolve.ts';
import { isScenario } from '../plan/scenario-name.ts';
import { readSources } from '../plan/sources.ts';
import { discardRows } from '../session/execution.ts';
import { procedureOf } from '../session/procedures.ts';
import { namesWhere } from '../settings/table.ts';
import { discreet } from './discreet.ts';
import { errorText } from './error-text.ts';

const OF_SEARCHES = namesWhere(({ onlyFor }) => onlyFor === 'find');

/**
 * `rampart validate`: reads scenario files as a run would, files that they name included, and sends nothing. Returns the exit
 * code.
 *
 * @throws RampartError for the first that is wrong, where there is one file; else all that are wrong are told.
 */
export async function validateCommand(world: World, paths: readonly string[]): Promise<number> {
  let code: number = EXIT.passed;
  for (const path of paths) {
    try {
      await validate(world, path);
    } catch (error) {
      if (!(error instanceof RampartError) || paths.length === 1) throw error;
      world.stderr.write(errorText(error));
      code = EXIT.usage;
    }
  }
  return code;
}

async function validate(outside: World, path: string): Promise<void> {
  if (!isScenario(path))
    throw new RampartError(
      'usage',
      `${JSON.stringify(path)} is no scenario file`,
      'It is named .yaml, .json, .ts or .mjs.',
    );
  const environments = await validateOne(outside, path, null);
  for (const name of environments) await validateOne(outside, path, name);
}

/**
 * Where only environments say where to send, the file alone is no test.
 *
 * @param chosen one of the file's environments. @returns those that it has.
 */
async function validateOne(outside: World, path: string, chosen: string | null): Promise<readonly string[]> {
  // What is in the environment of this machine is not what the file says.
  const variables = new Set<string>();
  const standIn = (name: string): string => {
    variables.add(name);
    // It may be a host, or a part of one.
    return name.toLowerCase().replaceAll('_', '-');
  };
  const flags = chosen === null ? {} : { env: chosen };
  const given = await readSources({ kind: 'run', target: path, env: {}, standIn, flags }, outside.files);
  const { environments = [], settings } = given;
  if (chosen === null && environments.length > 0 && settings.url === undefined && settings.targets === undefined)
    return environments;
  const kind = isOfSearch(given) ? 'find' : 'run';
  const { plan, rows } = preparedBy(given, kind, outside);
  discardRows(outside.files, rows);
  await procedureOf(plan);
  const { stdout } = discreet(outside, Secrets.of(plan));
  stdout.write(`${path} is right, for rampart ${kind}${chosen === null ? '' : ` --env ${chosen}`}:\n`);
  for (const line of describePlan(plan)) stdout.write(`  ${line}\n`);
  if (variables.size > 0) stdout.write(`  needs of the environment: ${[...variables].join(', ')}\n`);
  return environments;
}

const isOfSearch = ({ settings }: RawSettings): boolean => OF_SEARCHES.some((name) => settings[name] !== undefined);

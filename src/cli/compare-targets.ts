/** What is to be measured for a comparison, and what cannot be. */
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { readEnvironment } from '../plan/environment.ts';
import { secretsIn } from '../plan/publish.ts';
import { startOf } from '../plan/start.ts';
import { parseDuration } from '../plan/syntax.ts';
import { parseTemplatedAddress } from '../plan/template.ts';
import { attributeOf, flagOf, settingsOf, variableOf } from '../settings/table.ts';
import type { LiveSide } from './turns.ts';

export interface CompareFlags {
  readonly head?: readonly string[];
  readonly baseUrl?: string;
  readonly headUrl?: string;
  readonly baseCmd?: string;
  readonly headCmd?: string;
  readonly find?: boolean;
  readonly deployment?: readonly string[];
  readonly cost?: readonly string[];
  readonly waitFor?: string;
  readonly waitTimeout?: string;
  readonly pairs?: string;
  readonly margin?: string;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly overwrite?: boolean;
  readonly out?: string;
  readonly seed?: string;
}

const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);

export type Targets = readonly [base: string, head: string];

/** Where targets are to be measured: two addresses, or one whose server two commands start. Null: runs are compared. */
export function targetsOf(runs: readonly string[], flags: CompareFlags): Targets | null {
  const { head = [], baseUrl, headUrl, baseCmd, headCmd } = flags;
  const given = [...runs, ...head].filter(isUrl);
  const named = [baseUrl, headUrl, baseCmd, headCmd].some((each) => each !== undefined);
  if (given.length === 0 && !named) return null;
  if (given.length < runs.length + head.length)
    throw new RampartError('usage', 'finished runs and targets cannot be mixed', 'Name runs on both sides, or URLs.');
  if ((baseCmd === undefined) !== (headCmd === undefined))
    throw new RampartError('usage', '--base-cmd and --head-cmd go together: each side is started, or neither');
  const base = baseUrl ?? given[0];
  const other = headUrl ?? given[baseUrl === undefined ? 1 : 0] ?? (baseCmd === undefined ? undefined : base);
  const count = given.length + [baseUrl, headUrl].filter((each) => each !== undefined).length;
  if (base === undefined || other === undefined || count > 2)
    throw new RampartError(
      'usage',
      'two targets are compared: the base and the head',
      'rampart compare http://base/predict http://head/predict, or one URL with --base-cmd and --head-cmd.',
    );
  for (const url of [base, other]) parseTemplatedAddress(url, 'URL');
  if (base === other && baseCmd === undefined)
    throw new RampartError(
      'usage',
      'base and head are the same address',
      'Give two URLs, or --base-cmd and --head-cmd that start what answers there.',
    );
  return [base, other];
}

export function refuseDryRun({ env }: World): void {
  if (readEnvironment(env)['dryRun'] === true)
    throw new RampartError(
      'usage',
      `${variableOf('dryRun')} sends no load, and targets are compared by one`,
      'Unset it; rampart run URL --dry-run tries one of them.',
    );
}

/** What says how to search says nothing of runs. */
export function refuseSearch({ cost }: CompareFlags, runFlags: Readonly<Record<string, unknown>>): void {
  const search = settingsOf('find', ['search']).find((name) => runFlags[attributeOf(name)] !== undefined);
  const flag = cost !== undefined ? '--cost' : search === undefined ? null : flagOf(search);
  if (flag !== null)
    throw new RampartError(
      'usage',
      `${flag} belongs to a comparison of breaking points`,
      'Add --find, or leave it out.',
    );
}

/** What is to be measured, by the name, the address and the command, if it is started, of each. */
export function sidesFor(
  world: World,
  wanted: readonly {
    readonly label: string;
    readonly url: string;
    readonly command?: string;
    /** What a person calls the command. */
    readonly flag?: string;
  }[],
  { waitFor, waitTimeout = '60s' }: CompareFlags,
): readonly LiveSide[] {
  const patience = parseDuration(waitTimeout, '--wait-timeout');
  const secrets = secretsIn(world.argv, world.env);
  return wanted.map(({ label, url, command, flag = '' }) => ({
    ...{ label, url, shown: secrets.maskAddresses(url) },
    program:
      command === undefined
        ? null
        : startOf(
            { line: command, waitFor, address: parseTemplatedAddress(url, 'URL').target.url, patience },
            { line: flag, waitFor: '--wait-for' },
          ),
  }));
}

/** The command `rampart baseline`: keeps what runs came to, and holds others against it. */
import { join } from 'node:path';
import { compareRuns, FEWEST } from '../analyze/compare/comparison.ts';
import { figureUnit } from '../analyze/compare/figures.ts';
import { counted } from '../analyze/wording.ts';
import type { RunFigures } from '../core/comparison.ts';
import { EXIT, type ExitCode, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { type Baseline, parseBaseline, toBaselineJson } from '../report/baseline.ts';
import { figureText } from '../report/comparison-phrases.ts';
import { printable } from '../report/terminal.ts';
import { makeFolder } from '../session/run-folder.ts';
import { marginOf, refuseUnlike, sideOf, toldComparison } from './compare.ts';

export interface BaselineFlags {
  readonly dir?: string;
  readonly overwrite?: boolean;
  readonly margin?: string;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Where baselines lie, seen from the working directory. */
const FOLDER = 'baselines';
const ENDING = '.baseline.json';

/** `rampart baseline`: runs kept by a name, small enough for a repository, and others held against them. */
export async function baselineCommand(
  world: World,
  action: string,
  name: string | undefined,
  runs: readonly string[],
  flags: BaselineFlags,
): Promise<ExitCode> {
  const { dir: folder = FOLDER } = flags;
  if (action === 'list') return listed(world, folder);
  if (name === undefined || !/^[\w.-]{1,60}$/.test(name))
    throw new RampartError(
      'usage',
      name === undefined
        ? `rampart baseline ${action}: no name is given`
        : `"${name}" is no name: letters, digits, dots and dashes are`,
      'rampart baseline save|check NAME RUN…, rampart baseline show NAME, rampart baseline list',
    );
  const path = join(folder, `${name}${ENDING}`);
  if (action === 'show') return shown(world, readBaseline(world, path));
  if (runs.length === 0)
    throw new RampartError('usage', `rampart baseline ${action} ${name}: no run is named`, 'Name the folders of runs.');
  if (action === 'save') return saved(world, path, name, runs, flags);
  return checked(world, readBaseline(world, path), path, runs, flags);
}

function readBaseline({ files }: World, path: string): Baseline {
  if (!files.exists(path))
    throw new RampartError(
      'bad-file',
      `${path}: there is no such baseline`,
      'rampart baseline list shows those there are.',
    );
  return baselineIn(files, path);
}

function baselineIn(files: World['files'], path: string): Baseline {
  let text: string;
  try {
    text = files.readText(path);
  } catch (error) {
    throw new RampartError('bad-file', `${path} cannot be read: ${(error as Error).message}`);
  }
  return parseBaseline(text, path);
}

async function saved(
  world: World,
  path: string,
  name: string,
  paths: readonly string[],
  { overwrite = false, dir: folder = FOLDER }: BaselineFlags,
): Promise<ExitCode> {
  const side = sideOf(world, name, paths);
  refuseUnlike([side]);
  // Small enough for a repository: what a verdict is called by.
  const kept = side.runs.map(({ figures: { curve: _, unsteady: __, ...figures } }) => figures);
  const runs = kept.filter(({ leftOut }) => leftOut === undefined);
  const left = side.runs.length - runs.length;
  if (runs.length === 0) throw new RampartError('invalid', 'no run can be used: each is invalid or was interrupted');
  if (world.files.exists(path) && !overwrite)
    throw new RampartError('bad-folder', `${path} is there already`, 'Another name, or --overwrite to replace it.');
  const baseline: Baseline = {
    format: 1,
    tool: { name: 'rampart', version: world.version },
    name,
    savedAt: world.wallTime().toISOString(),
    runs,
  };
  await makeFolder(world.files, { path: folder, label: '--dir' });
  await world.files.writeText(path, toBaselineJson(baseline));
  world.stdout.write(`${path}\n`);
  const without = left === 0 ? '' : `, ${left} left out as invalid or interrupted`;
  const few = runs.length < FEWEST ? `; fewer than ${FEWEST} decide nothing` : '';
  world.stderr.write(`${counted(runs.length, 'run')} saved${without}${few}\n`);
  return EXIT.passed;
}

/** One that cannot be read hides none of the others. */
function listed({ files, stdout, stderr }: World, folder: string): ExitCode {
  const names = files.isFolder(folder) ? files.namesIn(folder).filter((name) => name.endsWith(ENDING)) : [];
  let unread = 0;
  for (const file of names) {
    const path = join(folder, file);
    const name = printable(file.slice(0, -ENDING.length));
    try {
      const { runs, savedAt } = baselineIn(files, path);
      stdout.write(`${name}  ${counted(runs.length, 'run')}  ${savedAt}\n`);
    } catch (error) {
      if (!(error instanceof RampartError)) throw error;
      unread++;
      stdout.write(`${name}  cannot be read\n`);
      stderr.write(`rampart: ${printable(error.message)}\n${error.hint === '' ? '' : `  ${error.hint}\n`}`);
    }
  }
  if (names.length === 0) stdout.write(`no baseline in ${folder}\n`);
  return unread === 0 ? EXIT.passed : EXIT.usage;
}

function shown({ stdout }: World, { name, savedAt, runs }: Baseline): ExitCode {
  stdout.write(`${name}, saved ${savedAt}\n`);
  const text = (value: number | null, unit: 'ms' | '1/s' | 'share'): string =>
    value === null ? '–' : figureText(value, unit);
  for (const { id, host, values, kind, unit } of runs) {
    const figures =
      kind === 'find'
        ? `breaking point ${values['breaking point'] === null ? '–' : figureText(values['breaking point'], figureUnit(unit ?? 'req/s'))}`
        : `p50 ${text(values.p50, 'ms')}, p95 ${text(values.p95, 'ms')}, ${text(values.throughput, '1/s')}, errors ${text(values.errors, 'share')}`;
    stdout.write(`  ${printable(id)}  ${figures}  (${printable(host.cpu)}, ${host.cores} cores)\n`);
  }
  return EXIT.passed;
}

async function checked(
  world: World,
  baseline: Baseline,
  path: string,
  paths: readonly string[],
  flags: BaselineFlags,
): Promise<ExitCode> {
  const base = { label: `base (${path})`, runs: baseline.runs.map((figures) => ({ from: path, figures })) };
  const head = sideOf(world, 'head', paths);
  if (flags.force !== true) {
    refuseUnlike([base, head]);
    refuseOtherMachine(
      baseline,
      head.runs.map(({ figures }) => figures),
    );
  }
  const comparison = compareRuns(base, head, { margin: marginOf(flags.margin), version: world.version });
  return toldComparison(world, comparison, { folder: null, ...flags });
}

/** What one machine takes says nothing of what another one does. */
function refuseOtherMachine({ runs }: Baseline, head: readonly RunFigures[]): void {
  const machine = ({ host }: RunFigures): string => `${host.cpu}, ${host.cores} cores`;
  const [base] = runs.map(machine);
  const other = head.map(machine).find((each) => each !== base);
  if (other !== undefined)
    throw new RampartError(
      'usage',
      `the baseline was measured on another machine: ${base}; these runs on ${other}`,
      'Save a baseline on this machine, or add --force to compare them all the same.',
    );
}

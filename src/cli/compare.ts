/** The command `rampart compare`: two sets of finished runs, or two targets that are measured now. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareRuns, FEWEST, type SideInput } from '../analyze/compare/comparison.ts';
import { figuresOf } from '../analyze/compare/figures.ts';
import { differencesOf } from '../analyze/compare/plans.ts';
import { formatClock } from '../analyze/wording.ts';
import type { Comparison } from '../core/comparison.ts';
import { EXIT, type ExitCode, RampartError } from '../core/errors.ts';
import { JOURNAL } from '../core/run-files.ts';
import { type Micros, micros, toSeconds } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { parseCount, parseDuration, parseSeed, parseShare } from '../plan/syntax.ts';
import { comparisonMarkdown, renderComparison, toComparisonJson } from '../report/comparison.ts';
import { renderComparisonPage } from '../report/comparison-page.ts';
import { newRunId } from '../session/execution.ts';
import { makeFolder } from '../session/run-folder.ts';
import { flagOfAttribute } from '../settings/table.ts';
import { colourOf } from './colour.ts';
import { type Compared, compareLive, type PairSide } from './compare-live.ts';
import { type CompareFlags, refuseDryRun, refuseSearch, sidesFor, type Targets, targetsOf } from './compare-targets.ts';
import { resultOf } from './finished-result.ts';
import { tellGitHubOfComparison } from './github-comparison.ts';
import { usualLength } from './turns.ts';

const USUAL_PAIRS = 10;
/** Where a budget bounds them: what 100 pairs cannot tell, more of them cannot either. */
const MOST_PAIRS = 100;

/**
 * `rampart compare`: two sets of finished runs, or two targets that are measured in turns. Exit code 3 where the head is worse,
 * or with --strict where that is not known.
 *
 * @param given the flags of `run`, for targets, and how long their comparison may take.
 */
export async function compareCommand(
  world: World,
  runs: readonly string[],
  flags: CompareFlags,
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { budget, ...runFlags } = given;
  refuseSearch(flags, runFlags);
  const margin = marginOf(flags.margin);
  const targets = targetsOf(runs, flags);
  const folder = flags.out ?? (targets === null ? null : join('reports', `compare-${newRunId(world)}`));
  const { comparison, sides, interrupted } =
    targets === null
      ? { ...compareFinished(world, runs, flags, { margin, runFlags: given }), interrupted: false }
      : await compareTargets(world, targets, flags, { margin, runFlags, budget, folder: folder ?? '.' });
  const code = await toldComparison(world, comparison, { ...flags, folder, sides });
  if (targets !== null && flags.quiet !== true) world.stderr.write(`\nComparison and runs: ${folder}\n`);
  return interrupted ? EXIT.interrupted : code;
}

/** A change within ± this share does not count. */
export function marginOf(text = '5%'): number {
  const margin = parseShare(text, '--margin');
  if (margin === 0)
    throw new RampartError('bad-flag', '--margin: 0 % is more exact than any run', 'Write --margin 5%.');
  return margin;
}

interface Telling {
  /** Null: no files. */
  readonly folder: string | null;
  readonly sides?: Compared['sides'];
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Prints it, writes it, and tells what the process ends with. */
export async function toldComparison(
  world: World,
  comparison: Comparison,
  { folder, sides = [[], []], strict = false, json = false }: Telling,
): Promise<ExitCode> {
  const { stdout } = world;
  await written(world, { comparison, sides }, folder);
  if (json) stdout.write(toComparisonJson(comparison));
  else stdout.write(renderComparison(comparison, stdout.columns, colourOf(stdout, world.env)));
  return exitCodeFor(comparison, strict);
}

interface CompareSettings {
  readonly margin: number;
  readonly runFlags: Readonly<Record<string, unknown>>;
}

function compareFinished(
  world: World,
  runs: readonly string[],
  { head: headRuns = [], force = false }: CompareFlags,
  { margin, runFlags }: CompareSettings,
): Compared {
  // A flag that begins with --no- has a value before it is given.
  const unused = Object.entries(runFlags)
    .map(([name, value]) => ({ flag: flagOfAttribute(name), value }))
    .find(({ flag, value }) => !(flag.startsWith('--no-') && value === true));
  if (unused !== undefined)
    throw new RampartError(
      'usage',
      `${unused.flag} says how targets are measured, and finished runs are compared`,
      'Give two URLs to measure, or leave the flag out.',
    );
  const [base, head] = sidesOf(runs, headRuns);
  const sides = [sideOf(world, 'base', base), sideOf(world, 'head', head)] as const;
  refuseTwice(sides);
  if (!force) refuseUnlike(sides);
  return {
    comparison: compareRuns(...sides, { margin, version: world.version }),
    sides: [sides[0].runs, sides[1].runs],
  };
}

async function compareTargets(
  world: World,
  [base, head]: Targets,
  flags: CompareFlags,
  { margin, runFlags, budget: text, folder }: CompareSettings & { readonly budget: unknown; readonly folder: string },
) {
  const { baseCmd, headCmd, pairs: many, quiet = false, overwrite = false } = flags;
  refuseDryRun(world);
  const runs: Readonly<Record<string, unknown>> = { ...usualLength(runFlags), ...runFlags };
  const budget = budgetOf(text, runs);
  const usual = budget === null ? USUAL_PAIRS : MOST_PAIRS;
  const pairs = many === undefined ? usual : parseCount(many, '--pairs', { min: `${FEWEST}`, max: `${MOST_PAIRS}` });
  const seed = flags.seed === undefined ? world.randomSeed() : parseSeed(flags.seed, '--seed');
  const sides = sidesFor(
    world,
    [
      { label: 'base', url: base, ...(baseCmd === undefined ? {} : { command: baseCmd, flag: '--base-cmd' }) },
      { label: 'head', url: head, ...(headCmd === undefined ? {} : { command: headCmd, flag: '--head-cmd' }) },
    ],
    flags,
  ) as [PairSide, PairSide];
  await makeFolder(world.files, { path: folder, label: flags.out === undefined ? '' : '--out' });
  return compareLive(world, sides, {
    ...{ pairs, budget, margin, folder, seed, overwrite, flags: runs },
    note: (line) => quiet || world.stderr.write(`${line}\n`),
  });
}

/** How long all pairs may take together; null: as long as they do. @throws {RampartError} where the fewest do not fit. */
function budgetOf(text: unknown, { duration }: Readonly<Record<string, unknown>>): Micros | null {
  if (typeof text !== 'string') return null;
  const budget = parseDuration(text, '--budget', { min: '5s', max: '24h' });
  if (typeof duration !== 'string') return budget;
  const least = 2 * FEWEST * parseDuration(duration, '--duration');
  if (least > budget)
    throw new RampartError(
      'usage',
      `--budget: ${text} is too short: ${FEWEST} pairs of two runs of ${duration} take ${formatClock(toSeconds(micros(least)))} at least`,
      'Give it more time, or the runs a shorter --duration.',
    );
  return budget;
}

function pageOf({ files, assets }: World, { comparison, sides }: Compared): string {
  const [base, head] = sides.map((runs) =>
    runs
      .map(({ figures }) => figures)
      .filter(({ leftOut }) => leftOut === undefined)
      .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)),
  );
  const style = files.readText(fileURLToPath(new URL('report-style.css', assets)));
  return renderComparisonPage(comparison, { base: base ?? [], head: head ?? [] }, style);
}

function exitCodeFor({ verdict, metrics }: Comparison, strict: boolean): ExitCode {
  // Nothing was compared: that is no pass.
  if (metrics.length === 0) return EXIT.invalid;
  return verdict === 'regression' || (strict && verdict === 'undecided') ? EXIT.failed : EXIT.passed;
}

/** Which runs stand on which side: parted by `--`; of two there is only one way. */
function sidesOf(runs: readonly string[], head: readonly string[]): [base: readonly string[], head: readonly string[]] {
  if (head.length > 0 && runs.length > 0) return [runs, head];
  const [base, other, ...more] = runs;
  if (head.length === 0 && base !== undefined && other !== undefined && more.length === 0) return [[base], [other]];
  throw new RampartError(
    'usage',
    'it is not said which runs are the base and which the head',
    'Part them by two dashes: rampart compare reports/main-* -- reports/change-*',
  );
}

/** Its runs; a folder that is no run's own stands for those in it. */
export function sideOf(world: World, label: string, paths: readonly string[]): SideInput {
  const runs = paths
    .flatMap((path) => runsIn(world, path))
    .map((from) => ({ from, figures: figuresOf(resultOf(world, from)) }));
  return { label: `${label} (${paths.join(', ')})`, runs };
}

function runsIn({ files }: World, path: string): readonly string[] {
  if (!files.isFolder(path) || files.exists(join(path, JOURNAL))) return [path];
  const inside = files
    .namesIn(path)
    .map((name) => join(path, name))
    .filter((folder) => files.isFolder(folder) && files.exists(join(folder, JOURNAL)));
  if (inside.length > 0) return inside;
  throw new RampartError('bad-folder', `${path}: no run is in this folder`, `A run’s folder holds a ${JOURNAL}.`);
}

/** A run on both sides, or twice on one, would count twice. */
function refuseTwice([base, head]: readonly [SideInput, SideInput]): void {
  const known = new Map<string, string>();
  for (const { from, figures } of [...base.runs, ...head.runs]) {
    const before = known.get(figures.id);
    if (before !== undefined)
      throw new RampartError('usage', `${before} and ${from} are the same run (${figures.id})`, 'Name each run once.');
    known.set(figures.id, from);
  }
}

export function refuseUnlike(sides: readonly SideInput[]): void {
  const [first, ...others] = sides.flatMap(({ runs }) => runs);
  if (first === undefined) return;
  for (const other of others) {
    const differences = differencesOf(first.figures.plan, other.figures.plan);
    if (differences.length > 0)
      throw new RampartError(
        'usage',
        `${first.from} and ${other.from} are runs of different plans: ${differences.join(', ')} ${differences.length === 1 ? 'differs' : 'differ'}`,
        'Compare runs of one plan, or add --force to compare them all the same.',
      );
  }
}

async function written(world: World, { comparison, sides }: Compared, folder: string | null): Promise<void> {
  await tellGitHubOfComparison(world, comparison);
  if (folder === null) return;
  await makeFolder(world.files, { path: folder, label: '--out' });
  await writeComparison(world, folder, {
    'comparison.json': toComparisonJson(comparison),
    'comparison.md': comparisonMarkdown(comparison),
    'comparison.html': pageOf(world, { comparison, sides }),
  });
}

/** @param texts of the files, by their names. @throws {RampartError} */
export async function writeComparison(
  { files }: World,
  folder: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(texts))
    await files.writeText(join(folder, name), text).catch((error: Error) => {
      throw new RampartError('bad-folder', `${join(folder, name)}: ${error.message}`, 'Name another folder with -o.');
    });
}

import { join } from 'node:path';
import { compareRuns, type SideInput } from '../analyze/compare/comparison.ts';
import { differencesOf } from '../analyze/compare/plans.ts';
import { RunFold } from '../analyze/fold.ts';
import type { Comparison } from '../core/comparison.ts';
import { EXIT, type ExitCode, RampartError } from '../core/errors.ts';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { parseShare } from '../plan/syntax.ts';
import { comparisonMarkdown, renderComparison, toComparisonJson } from '../report/comparison.ts';
import { readFinishedRun } from '../session/finished-run.ts';
import { JOURNAL, makeFolder } from '../session/run-folder.ts';
import { colourOf } from './colour.ts';
import { appendSummary } from './step-summary.ts';

export interface CompareFlags {
  readonly head?: readonly string[];
  readonly margin?: string;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

/** `rampart compare`: two sets of finished runs. Exit code 3 where the head is worse, or with --strict where that is not known. */
export async function compareCommand(world: World, runs: readonly string[], flags: CompareFlags): Promise<ExitCode> {
  const { margin: wish = '5%', strict = false, force = false, json = false, out } = flags;
  const margin = parseShare(wish, '--margin');
  if (margin === 0)
    throw new RampartError('bad-flag', '--margin: 0 % is more exact than any run', 'Write --margin 5%.');
  const [base, head] = sidesOf(runs, flags.head ?? []);
  const sides = [sideOf(world, 'base', base), sideOf(world, 'head', head)] as const;
  refuseTwice(sides);
  if (!force) refuseUnlike(sides);
  const comparison = compareRuns(...sides, { margin, version: world.version });
  await written(world, comparison, out);
  const { stdout } = world;
  if (json) stdout.write(toComparisonJson(comparison));
  else stdout.write(renderComparison(comparison, stdout.columns, colourOf(stdout, world.env)));
  return exitCodeFor(comparison, strict);
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
function sideOf(world: World, label: string, paths: readonly string[]): SideInput {
  const runs = paths.flatMap((path) => runsIn(world, path)).map((from) => ({ from, result: resultOf(world, from) }));
  return { label: `${label} (${paths.join(', ')})`, runs };
}

function runsIn({ files }: World, path: string): readonly string[] {
  if (!files.isFolder(path) || files.exists(join(path, JOURNAL))) return [path];
  const inside = files
    .namesIn(path)
    .map((name) => join(path, name))
    .filter((folder) => files.exists(join(folder, JOURNAL)));
  if (inside.length > 0) return inside;
  throw new RampartError('bad-folder', `${path}: no run is in this folder`, `A run’s folder holds a ${JOURNAL}.`);
}

function resultOf(world: World, run: string): RunResult {
  const fold = new RunFold();
  for (const event of readFinishedRun(world, run).events) fold.accept(event);
  return fold.result();
}

/** A run on both sides, or twice on one, would count twice. */
function refuseTwice([base, head]: readonly [SideInput, SideInput]): void {
  const known = new Map<string, string>();
  for (const { from, result } of [...base.runs, ...head.runs]) {
    const before = known.get(result.run.id);
    if (before !== undefined)
      throw new RampartError(
        'usage',
        `${before} and ${from} are the same run (${result.run.id})`,
        'Name each run once.',
      );
    known.set(result.run.id, from);
  }
}

function refuseUnlike([base, head]: readonly [SideInput, SideInput]): void {
  const [first, ...others] = [...base.runs, ...head.runs];
  if (first === undefined) return;
  for (const other of others) {
    const differences = differencesOf(first.result.plan, other.result.plan);
    if (differences.length > 0)
      throw new RampartError(
        'usage',
        `${first.from} and ${other.from} are runs of different plans: ${differences.join(', ')} differ`,
        'Compare runs of one plan, or add --force to compare them all the same.',
      );
  }
}

async function written(world: World, comparison: Comparison, out: string | undefined): Promise<void> {
  const markdown = comparisonMarkdown(comparison);
  await appendSummary(world, markdown);
  if (out === undefined) return;
  await makeFolder(world.files, { path: out, label: '--out' });
  for (const [name, text] of [
    ['comparison.json', toComparisonJson(comparison)],
    ['comparison.md', markdown],
  ] as const)
    await world.files.writeText(join(out, name), text).catch((error: Error) => {
      throw new RampartError('bad-folder', `${join(out, name)}: ${error.message}`, 'Name another folder with -o.');
    });
}

/** The command `rampart compare` with `--find` or `--deployment`: several deployments beside each other. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadUnit } from '../core/breaking-point.ts';
import type { CommonLoad, DeploymentComparison } from '../core/deployments.ts';
import { EXIT, type ExitCode, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { parseChoice, parseCount, parseRate, parseSeed } from '../plan/syntax.ts';
import { parseTemplatedAddress } from '../plan/template.ts';
import { deploymentsMarkdown, renderDeployments, toDeploymentsJson } from '../report/deployments.ts';
import { renderDeploymentsPage } from '../report/deployments-page.ts';
import { newRunId } from '../session/execution.ts';
import { makeFolder } from '../session/run-folder.ts';
import { colourOf } from './colour.ts';
import { marginOf, writeComparison } from './compare.ts';
import { compareByFind } from './compare-find.ts';
import { type CompareFlags, refuseDryRun, refuseSearch, sidesFor, targetsOf } from './compare-targets.ts';
import { tellGitHubOfDeployments } from './github-comparison.ts';
import { parseDeployments, type WantedDeployment, withCosts } from './wanted-deployments.ts';

/** The fewest that decide anything. */
const USUAL_ROUNDS = 5;

/**
 * `rampart compare --find`: what each of several deployments sustains, what it does at a common load, and what that costs; with
 * `--deployment` alone, what each does at that load.
 * Exit code 3 only where base and head are compared and the head is worse; between named deployments a person chooses.
 */
export async function compareDeploymentsCommand(
  world: World,
  runs: readonly string[],
  flags: CompareFlags,
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const margin = marginOf(flags.margin);
  const searched = flags.find === true;
  if (!searched) refuseSearch(flags, given);
  const wanted = withCosts(deploymentsOf(runs, flags), flags.cost ?? []);
  refuseDryRun(world);
  const commonLoad = commonLoadGiven(given);
  if (!searched && commonLoad === null)
    throw new RampartError(
      'usage',
      '--deployment: it is not said at which load they are measured',
      'Give --rate or --vus; or add --find, which searches for what each of them sustains.',
    );
  const unit = searched ? unitOf(given) : (commonLoad?.unit ?? 'req/s');
  const { pairs, seed, quiet = false, overwrite = false, json = false, strict = false } = flags;
  const rounds = pairs === undefined ? USUAL_ROUNDS : parseCount(pairs, '--pairs', { min: '1', max: '100' });
  const sides = sidesFor(
    world,
    wanted.map(({ name, url, command }) => ({
      label: name,
      url,
      ...(command === undefined ? {} : { command, flag: flags.deployment ? '--deployment' : `--${name}-cmd` }),
    })),
    flags,
  ).map((side, i) => {
    const costPerHour = wanted[i]?.costPerHour;
    return costPerHour === undefined ? side : { ...side, costPerHour };
  });
  const folder = flags.out ?? join('reports', `compare-${newRunId(world)}`);
  await makeFolder(world.files, { path: folder, label: flags.out === undefined ? '' : '--out' });
  const { comparison, interrupted } = await compareByFind(world, sides, {
    ...{ rounds, margin, folder, overwrite, unit, commonLoad, searched, flags: given },
    seed: seed === undefined ? world.randomSeed() : parseSeed(seed, '--seed'),
    note: (line) => quiet || world.stderr.write(`${line}\n`),
  });
  await written(world, comparison, folder);
  const { stdout, env, stderr } = world;
  stdout.write(
    json ? toDeploymentsJson(comparison) : renderDeployments(comparison, stdout.columns, colourOf(stdout, env)),
  );
  if (!quiet) stderr.write(`\nComparison and runs: ${folder}\n`);
  return interrupted ? EXIT.interrupted : exitCodeFor(comparison, flags.deployment === undefined, strict);
}

function exitCodeFor({ changes }: DeploymentComparison, gate: boolean, strict: boolean): ExitCode {
  if (changes.every(({ metrics }) => metrics.length === 0)) return EXIT.invalid;
  const has = (verdict: 'regression' | 'undecided'): boolean => changes.some((change) => change.verdict === verdict);
  return (gate && has('regression')) || (strict && has('undecided')) ? EXIT.failed : EXIT.passed;
}

function deploymentsOf(runs: readonly string[], flags: CompareFlags): readonly WantedDeployment[] {
  const { deployment, head = [], baseUrl, headUrl, baseCmd, headCmd } = flags;
  if (deployment === undefined) {
    const targets = targetsOf(runs, flags);
    if (targets === null)
      throw new RampartError(
        'usage',
        '--find measures targets, and none is named',
        'Give two URLs, or --deployment NAME=URL for each of several. Finished searches are compared without --find.',
      );
    const [base, other] = targets;
    return [
      { name: 'base', url: base, ...(baseCmd === undefined ? {} : { command: baseCmd }) },
      { name: 'head', url: other, ...(headCmd === undefined ? {} : { command: headCmd }) },
    ];
  }
  if (head.length > 0 || [baseUrl, headUrl, baseCmd, headCmd].some((each) => each !== undefined) || runs.length > 1)
    throw new RampartError(
      'usage',
      '--deployment names all that are compared; base and head have no place beside it',
      'Name each with --deployment; the first is what the others are held against.',
    );
  const wanted = parseDeployments(deployment, runs[0]);
  for (const { url } of wanted) parseTemplatedAddress(url, 'URL');
  return wanted;
}

function unitOf({ unit }: Readonly<Record<string, unknown>>): LoadUnit {
  return typeof unit === 'string' ? parseChoice(unit, '--unit', ['req/s', 'vus']) : 'req/s';
}

/** Where the user says at what load all are to be measured beside their searches. */
function commonLoadGiven({ rate, vus, stages }: Readonly<Record<string, unknown>>): CommonLoad | null {
  if (stages !== undefined)
    throw new RampartError(
      'usage',
      '--stages: deployments are measured at one common load',
      'Give it with --rate or --vus; without either it is half of the lowest breaking point.',
    );
  if (typeof rate === 'string') return { load: parseRate(rate, '--rate'), unit: 'req/s', chosen: false };
  if (typeof vus === 'string') return { load: parseCount(vus, '--vus'), unit: 'vus', chosen: false };
  return null;
}

async function written(world: World, comparison: DeploymentComparison, folder: string): Promise<void> {
  await tellGitHubOfDeployments(world, comparison);
  const style = world.files.readText(fileURLToPath(new URL('report-style.css', world.assets)));
  await writeComparison(world, folder, {
    'comparison.json': toDeploymentsJson(comparison),
    'comparison.md': deploymentsMarkdown(comparison),
    'comparison.html': renderDeploymentsPage(comparison, style),
  });
}

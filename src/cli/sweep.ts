/** `rampart sweep`: a run at each of several numbers of users, and what each user and all of them have of it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SweptLevel, sweepOf, type Tier, usersText } from '../analyze/sweep.ts';
import { formatRate } from '../analyze/wording.ts';
import { EXIT, type ExitCode, RampartError } from '../core/errors.ts';
import type { Sweep } from '../core/sweep.ts';
import type { World } from '../core/world.ts';
import { secretsIn } from '../plan/publish.ts';
import { parseCount, parseSeed, quote } from '../plan/syntax.ts';
import { parseThreshold } from '../plan/threshold.ts';
import { parseTiers } from '../plan/tiers.ts';
import { renderSweep, sweepCsv, sweepMarkdown, toSweepJson } from '../report/sweep.ts';
import { renderSweepPage } from '../report/sweep-page.ts';
import { newRunId } from '../session/execution.ts';
import { makeFolder } from '../session/run-folder.ts';
import { flagOfAttribute } from '../settings/table.ts';
import { colourOf } from './colour.ts';
import { writeComparison } from './compare.ts';
import { refuseDryRun } from './compare-targets.ts';
import { measureTurn } from './turns.ts';

export interface SweepFlags {
  readonly levels?: string;
  readonly slo?: readonly string[];
  readonly tier?: readonly string[];
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly seed?: string;
}

const USUAL_LEVELS = '1-64';
const USUAL_DURATION = '10s';
const USUAL_WARMUP = '2s';
const MOST_LEVELS = 50;

/**
 * @param given flags of its runs.
 * @param measure what measures a level: another one in tests.
 */
export async function sweepCommand(
  world: World,
  target: string,
  flags: SweepFlags,
  given: Readonly<Record<string, unknown>>,
  measure: typeof measureTurn = measureTurn,
): Promise<ExitCode> {
  const levels = parseLevels(flags.levels ?? USUAL_LEVELS);
  const tiers = tiersOf(flags);
  refuseOtherLoads(given);
  refuseDryRun(world);
  const { quiet = false, json = false, overwrite = false, out } = flags;
  const seed = flags.seed === undefined ? world.randomSeed() : parseSeed(flags.seed, '--seed');
  const folder = out ?? join('reports', `sweep-${newRunId(world)}`);
  await makeFolder(world.files, { path: folder, label: out === undefined ? '' : '--out' });
  const shown = secretsIn(world.argv, world.env).maskAddresses(target);
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const runs: SweptLevel[] = [];
  try {
    for (const vus of levels) {
      const turn = {
        ...{ kind: 'run' as const, folder, number: vus, name: 'level', seed, overwrite },
        flags: { ...levelFlags(given, tiers), vus: String(vus) },
      };
      const measured = await measure(world, [{ label: 'users', url: target, shown, program: null }], turn, stop.signal);
      const [one] = measured ?? [];
      if (one === undefined) break;
      runs.push({ vus, from: one.from, result: one.result });
      if (!quiet)
        world.stderr.write(`${levelLine(sweepOf(runs, tiers, { target: shown, version: world.version }), vus)}\n`);
    }
  } finally {
    forget();
  }
  const sweep = sweepOf(runs, tiers, { target: shown, version: world.version });
  await written(world, sweep, folder);
  const { stdout, stderr, env } = world;
  stdout.write(json ? toSweepJson(sweep) : renderSweep(sweep, stdout.columns, colourOf(stdout, env)));
  if (!quiet) stderr.write(`\nSweep and runs: ${folder}\n`);
  return stop.signal.aborted ? EXIT.interrupted : exitCodeFor(sweep);
}

/** Fails where a tier holds at no level; where no run says anything, nobody knows. */
function exitCodeFor({ levels, tiers }: Sweep): ExitCode {
  if (levels.every(({ leftOut }) => leftOut !== undefined)) return EXIT.invalid;
  if (tiers.some(({ upTo, brokenAt }) => upTo === null && brokenAt !== null)) return EXIT.failed;
  return tiers.some(({ upTo }) => upTo === null) ? EXIT.invalid : EXIT.passed;
}

/** Each level is a number of users for a while. */
function refuseOtherLoads(given: Readonly<Record<string, unknown>>): void {
  const load = ['vus', 'rate', 'stages', 'profile', 'spawnRate', 'arrivals', 'replay'].find(
    (name) => given[name] !== undefined,
  );
  if (load !== undefined)
    throw new RampartError(
      'usage',
      `${flagOfAttribute(load)}: a sweep has its own load, at each level so many users`,
      'Say at how many with --levels 1,2,4,8.',
    );
  if (given['threshold'] !== undefined)
    throw new RampartError('usage', '--threshold: what must hold of a level is said with --slo or --tier', '');
}

function levelFlags(given: Readonly<Record<string, unknown>>, tiers: readonly Tier[]): Record<string, unknown> {
  const ends = ['duration', 'requests', 'until'].some((name) => given[name] !== undefined);
  return {
    ...given,
    ...(ends ? {} : { duration: USUAL_DURATION }),
    ...(ends || given['warmup'] !== undefined ? {} : { warmup: USUAL_WARMUP }),
    threshold: [...new Set(tiers.flatMap(({ slos }) => slos))],
  };
}

function levelLine({ levels }: Sweep, vus: number): string {
  const level = levels.find((one) => one.vus === vus);
  if (level === undefined || level.leftOut !== undefined) return `${usersText(vus)}: ${level?.leftOut ?? '–'}`;
  const tokens = level.tokensPerSec === undefined ? '' : `, ${formatRate(level.tokensPerSec)} tokens`;
  return `${usersText(vus)}: ${formatRate(level.achievedPerSec)} achieved${tokens}`;
}

/** `1,2,8,32`, or `1-64`: doubled from the first to the last. @throws RampartError */
export function parseLevels(text: string): readonly number[] {
  const count = (part: string): number => parseCount(part, '--levels', { min: '1', max: '100k' });
  const [, from, to] = /^\s*([^,-]+)-([^,-]+)$/.exec(text) ?? [];
  const levels: number[] = [];
  if (from !== undefined && to !== undefined) {
    const [low, high] = [count(from), count(to)];
    for (let vus = low; vus < high; vus *= 2) levels.push(vus);
    levels.push(high);
    if (low > high)
      throw new RampartError('bad-flag', `--levels: ${quote(text)} goes from the larger to the smaller number`);
  } else levels.push(...text.split(',').map(count));
  const sorted = [...new Set(levels)].sort((a, b) => a - b);
  if (sorted.length > MOST_LEVELS)
    throw new RampartError('bad-flag', `--levels: ${quote(text)} are ${sorted.length}; at most ${MOST_LEVELS}`);
  return sorted;
}

/** `gold=ttft_p95<200ms,tpot_p95<30ms`; those of `--slo` are one without a name. @throws RampartError */
function tiersOf({ slo = [], tier = [] }: SweepFlags): readonly Tier[] {
  const named = parseTiers(tier, '--tier');
  const all = [...(slo.length === 0 ? [] : [{ name: '', slos: slo }]), ...named];
  const parsed = all.flatMap(({ name, slos }) =>
    slos.map((each) => ({ name, metric: parseThreshold(each, name === '' ? '--slo' : '--tier').metric })),
  );
  if (all.length > 1 && parsed.some(({ metric }) => metric.kind === 'goodput'))
    throw new RampartError(
      'bad-flag',
      '--tier: goodput counts the requests within all limits at once, and tiers have different ones',
      'Sweep with --slo for it: one set of limits.',
    );
  return all;
}

async function written(world: World, sweep: Sweep, folder: string): Promise<void> {
  const style = world.files.readText(fileURLToPath(new URL('report-style.css', world.assets)));
  await writeComparison(world, folder, {
    'sweep.json': toSweepJson(sweep),
    'sweep.csv': sweepCsv(sweep),
    'sweep.md': sweepMarkdown(sweep),
    'sweep.html': renderSweepPage(sweep, style),
  });
}

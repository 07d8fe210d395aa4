/** The command `rampart report A B …`: several runs drawn over each other in one page. */
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunFold } from '../analyze/fold.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { heldSecrets } from '../plan/publish.ts';
import { IntervalArchive } from '../report/archive.ts';
import { MOST_RUNS } from '../report/client/overlay/look.ts';
import { type OverlayRun, renderOverlay } from '../report/overlay.ts';
import { newRunId } from '../session/execution.ts';
import { readFinishedRun } from '../session/finished-run.ts';
import { makeFolder, makeRoom } from '../session/run-folder.ts';

/** Characters of base64 for the intervals of all runs together, and for each of few. */
const BUDGET = 1_200_000;
const MOST_OF_ONE = 445_000;

export interface OverlayFlags {
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly label?: readonly string[];
}

/** `rampart report A B …`: runs drawn over each other in one page. The exit code says that it was drawn, not how they were. */
export async function overlayCommand(world: World, runs: readonly string[], flags: OverlayFlags): Promise<number> {
  const { out, overwrite = false, json = false, label: labels = [] } = flags;
  if (json) throw new RampartError('bad-flag', '--json is of one run', 'Ask for each run’s result by itself.');
  if (runs.length > MOST_RUNS)
    throw new RampartError('usage', `${runs.length} runs: more than ${MOST_RUNS} cannot be told apart in one picture`);
  if (labels.length > 0 && labels.length !== runs.length)
    throw new RampartError(
      'bad-flag',
      `${labels.length} labels for ${runs.length} runs`,
      'Give --label once for each run, in their order, or not at all.',
    );

  const budget = Math.min(MOST_OF_ONE, Math.floor(BUDGET / runs.length));
  const names = labels.length > 0 ? labels : namesOf(runs);
  const known = new Map<string, string>();
  const drawn = runs.map((run, place): OverlayRun => {
    const overlaid = readRun(world, run, names[place] ?? run, budget);
    const { id } = overlaid.result.run;
    const before = known.get(id);
    if (before !== undefined)
      throw new RampartError('usage', `${before} and ${run} are the same run (${id})`, 'Name each run once.');
    known.set(id, run);
    return overlaid;
  });

  const given = out ?? join('reports', `overlay-${newRunId(world)}`);
  const path = /\.html?$/i.test(given) ? given : join(given, 'report.html');
  const asset = (name: string): string => world.files.readText(fileURLToPath(new URL(name, world.assets)));
  const page = renderOverlay(drawn, world.version, { script: asset('overlay.js'), style: asset('report-style.css') });
  const secret = drawn.some(({ result: { run, plan } }) => heldSecrets({ command: run.command, plan }));
  const readers = secret ? 'owner' : 'usual';
  const folder = { path: dirname(path), label: out === undefined ? '' : '--out' };
  if (path === given) await makeFolder(world.files, folder);
  else await makeRoom(world.files, { ...folder, overwrite });
  await world.files.writeText(path, page, readers).catch((error: Error) => {
    throw new RampartError('bad-folder', `${path}: ${error.message}`, 'Name another place with -o.');
  });
  world.stdout.write(`${path}\n`);
  return EXIT.passed;
}

function readRun(world: World, run: string, label: string, budget: number): OverlayRun {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  for (const event of readFinishedRun(world, run).events) {
    fold.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  const result = fold.result();
  return { label, result, intervals: archive.pack(result.timeline, result.failures, budget) };
}

/** By the folder, or as written where folders of one name lie in different places. */
function namesOf(runs: readonly string[]): string[] {
  const short = runs.map((run) => {
    const path = normalize(run).replace(/[\\/]+$/, '');
    return /\.ndjson$/.test(path) ? basename(dirname(path)) : basename(path);
  });
  return runs.map((run, i) => {
    const name = short[i] ?? run;
    return name === '.' || name === '' || short.indexOf(name) !== short.lastIndexOf(name) ? run : name;
  });
}

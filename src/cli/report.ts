import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { RampartError } from '../core/errors.ts';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { heldSecrets } from '../plan/publish.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { Artifacts } from '../session/artifacts.ts';
import { readFinishedRun } from '../session/finished-run.ts';
import { makeFolder, makeRoom } from '../session/run-folder.ts';
import { colourOf } from './colour.ts';
import { type OverlayFlags, overlayCommand } from './overlay.ts';
import { savedCode } from './run.ts';

export type ReportFlags = OverlayFlags;

/** `rampart report`: a finished run drawn again, or several drawn over each other. */
export async function reportCommand(world: World, runs: readonly string[], flags: ReportFlags): Promise<number> {
  const [run = '', ...others] = runs;
  if (others.length > 0) return overlayCommand(world, runs, flags);
  if (flags.label !== undefined && flags.label.length > 0)
    throw new RampartError('bad-flag', '--label names runs that are drawn over each other; this is one run');
  return drawnAgain(world, run, flags);
}

/** Everything a run left, from its journal alone. The exit code is the run's own, unless something could not be written. */
async function drawnAgain(
  world: World,
  run: string,
  { out, json = false, overwrite = false }: ReportFlags,
): Promise<number> {
  const finished = readFinishedRun(world, run);
  const artifacts = new Artifacts();
  for (const event of finished.events) artifacts.accept(event);
  artifacts.close();
  const result = artifacts.fold.result();
  const folder = out ?? finished.folder;
  if (out === undefined || holds(world, out, result)) await makeFolder(world.files, { path: folder, label: '--out' });
  else await makeRoom(world.files, { path: folder, label: '--out', overwrite });
  const readers = heldSecrets({ command: result.run.command, plan: result.plan }) ? 'owner' : 'usual';
  const losses: string[] = [];
  await artifacts.write(world, result, (name, text) =>
    world.files.writeText(join(folder, name), text, readers).catch((error: Error) => {
      losses.push(`${name} (${error.message})`);
    }),
  );
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return savedCode(exitCodeOf(result), losses);
}

/** Whether a folder holds what was drawn of the same run before. */
function holds({ files }: World, folder: string, { run }: RunResult): boolean {
  try {
    const known = JSON.parse(files.readText(join(folder, 'result.json'))) as Partial<RunResult> | null;
    return known?.run?.id === run.id;
  } catch {
    return false;
  }
}

import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { Artifacts } from './artifacts.ts';
import { colourOf } from './colour.ts';
import { readFinishedRun } from './finished-run.ts';
import { type OverlayFlags, overlayCommand } from './overlay.ts';

export type ReportFlags = OverlayFlags;

/** `rampart report`: a finished run drawn again, or several drawn over each other. */
export async function reportCommand(world: World, runs: readonly string[], flags: ReportFlags): Promise<number> {
  const [run = '', ...others] = runs;
  if (others.length > 0) return overlayCommand(world, runs, flags);
  if (flags.label !== undefined && flags.label.length > 0)
    throw new RampartError('bad-flag', '--label names runs that are drawn over each other; this is one run');
  return drawnAgain(world, run, flags);
}

/** Everything a run left, from its journal alone. The exit code is the run's own. */
async function drawnAgain(world: World, run: string, { out, json = false }: ReportFlags): Promise<number> {
  const finished = readFinishedRun(world, run);
  const folder = out ?? finished.folder;
  const artifacts = new Artifacts();
  for (const event of finished.events) await artifacts.accept(event);
  await artifacts.close();
  const result = artifacts.fold.result();
  world.files.makeFolder(folder);
  const losses = await artifacts.write(world, folder, result);
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return exitCodeOf(result);
}

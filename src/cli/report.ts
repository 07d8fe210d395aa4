/** The command `rampart report`: draws finished runs again, one by itself or several over each other. */
import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { drawAgain } from '../session/report.ts';
import { colourOf } from './colour.ts';
import { type OverlayFlags, overlayCommand } from './overlay.ts';
import { savedCode } from './printing.ts';

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
  const { result, folder, losses } = await drawAgain(world, run, {
    ...(out === undefined ? {} : { out }),
    overwrite,
    beside: true,
  });
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return savedCode(exitCodeOf(result), losses);
}

import { dirname, join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { readJournal } from '../run/journal.ts';
import { Artifacts, JOURNAL } from './artifacts.ts';
import { colourOf } from './colour.ts';

/** `rampart report`: everything a run left, drawn again from its journal alone. The exit code is the run's own. */
export async function reportCommand(
  world: World,
  run: string,
  options: { readonly out?: string; readonly json?: boolean },
): Promise<number> {
  const path = world.files.isFolder(run) ? join(run, JOURNAL) : run;
  const folder = options.out ?? dirname(path);
  const artifacts = new Artifacts();
  for (const event of readJournal(textOf(world, path), path)) await artifacts.accept(event);
  await artifacts.close();
  const result = artifacts.fold.result();
  world.files.makeFolder(folder);
  const losses = await artifacts.write(world, folder, result);
  const { stdout } = world;
  if (options.json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return exitCodeOf(result);
}

function textOf(world: World, path: string): string {
  try {
    return world.files.readText(path);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new RampartError('bad-journal', `${path}: ${reason}`, `Name a run’s folder, or its ${JOURNAL}.`);
  }
}

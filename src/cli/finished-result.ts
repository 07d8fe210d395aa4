/** The result of a run that has been, by its folder or journal. */
import { RunFold } from '../analyze/fold.ts';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { readFinishedRun } from '../session/finished-run.ts';

/** What a finished run's journal says. @param run its folder, or its journal. @throws {RampartError} bad-journal */
export function resultOf(world: Pick<World, 'files'>, run: string): RunResult {
  const fold = new RunFold();
  for (const event of readFinishedRun(world, run).events) fold.accept(event);
  return fold.result();
}

import { dirname, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { World } from '../core/world.ts';
import { endingOf, readJournal } from '../run/journal.ts';
import { JOURNAL } from './run-folder.ts';

/** A run that has been, as its journal keeps it. */
export interface FinishedRun {
  /** Where its journal lies. */
  readonly folder: string;
  readonly events: readonly RunEvent[];
}

/**
 * @param run its folder, or its journal.
 * @throws {RampartError} bad-journal, naming the file and what is wrong with it.
 */
export function readFinishedRun(world: World, run: string): FinishedRun {
  const path = world.files.isFolder(run) ? join(run, JOURNAL) : run;
  const events = readJournal(textOf(world, path), path);
  return { folder: dirname(path), events: [...events, ...endingOf(events)] };
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

import { dirname, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { World } from '../core/world.ts';
import { partProblem } from '../report/part-schemas.ts';
import { eventsOf } from '../run/journal.ts';
import { JOURNAL } from './run-folder.ts';

/** A run that has been, as its journal keeps it. */
export interface FinishedRun {
  /** Where its journal lies. */
  readonly folder: string;
  /** Read as they are asked for, once. */
  readonly events: Iterable<RunEvent>;
}

/**
 * @param run its folder, or its journal.
 * @throws {RampartError} bad-journal, naming the file and what is wrong with it: also as the events are read.
 */
export function readFinishedRun(world: World, run: string): FinishedRun {
  const path = world.files.isFolder(run) ? join(run, JOURNAL) : run;
  return { folder: dirname(path), events: eventsOf(piecesOf(world, path), path, partProblem) };
}

function* piecesOf(world: World, path: string): Generator<Uint8Array> {
  try {
    yield* world.files.pieces(path);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new RampartError('bad-journal', `${path}: ${reason}`, `Name a run’s folder, or its ${JOURNAL}.`);
  }
}

/** A run that has been, read from its folder or its journal. */
import { dirname, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import { JOURNAL } from '../core/run-files.ts';
import type { Machine } from '../core/world.ts';
import { partProblem } from '../report/part-schemas.ts';
import { eventsOf } from '../run/journal.ts';

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
export function readFinishedRun(machine: Pick<Machine, 'files'>, run: string): FinishedRun {
  const path = machine.files.isFolder(run) ? join(run, JOURNAL) : run;
  return { folder: dirname(path), events: eventsOf(piecesOf(machine, path), path, partProblem) };
}

function* piecesOf(machine: Pick<Machine, 'files'>, path: string): Generator<Uint8Array> {
  try {
    // The journal of a run that goes on is read as far as it has come.
    yield* machine.files.pieces(path, 'may-grow');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new RampartError('bad-journal', `${path}: ${reason}`, `Name a run’s folder, or its ${JOURNAL}.`, {
      cause: error,
    });
  }
}

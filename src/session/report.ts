/** A finished run drawn again from its journal, and nothing else. */
import { join } from 'node:path';
import type { RunResult } from '../core/result.ts';
import type { FileName } from '../core/run-files.ts';
import type { Machine } from '../core/world.ts';
import { heldSecrets } from '../plan/publish.ts';
import { Artifacts } from './artifacts.ts';
import { readFinishedRun } from './finished-run.ts';
import { makeFolder, makeRoom } from './run-folder.ts';

/** A finished run. */
export interface Report {
  readonly result: RunResult;
  /** The text of one of its files: the page, the tables. */
  file(name: FileName): Promise<string>;
  /** Files that could not be written, each with the reason. */
  readonly losses: readonly string[];
}

export interface ReportOptions {
  /** Folder to write all files to; absent: none is written. */
  readonly out?: string;
  /** Replace what was drawn of another run, where the folder holds it. */
  readonly overwrite?: boolean;
}

/**
 * @param run its folder, or its journal.
 * @param options.beside write the files beside the journal, where no other folder is named.
 * @throws RampartError `bad-journal`, `bad-folder`
 */
export async function drawAgain(
  machine: Pick<Machine, 'files' | 'assets'>,
  run: string,
  { out, overwrite = false, beside = false }: ReportOptions & { readonly beside?: boolean } = {},
): Promise<Report & { readonly folder: string }> {
  const finished = readFinishedRun(machine, run);
  const artifacts = new Artifacts();
  for (const event of finished.events) artifacts.accept(event);
  artifacts.close();
  const result = artifacts.fold.result();
  const folder = out ?? finished.folder;
  const losses: string[] = [];
  if (out !== undefined || beside) {
    const place = { path: folder, label: '--out' };
    if (out === undefined || holds(machine, out, result)) await makeFolder(machine.files, place);
    else await makeRoom(machine.files, { ...place, overwrite });
    const readers = heldSecrets({ command: result.run.command, plan: result.plan }) ? 'owner' : 'usual';
    await artifacts.write(machine, result, (name, text) =>
      machine.files.writeText(join(folder, name), text, readers).catch((error: Error) => {
        losses.push(`${name} (${error.message})`);
      }),
    );
  }
  return { result, folder, losses, file: async (name) => (await artifacts.contents(machine, result))[name]() };
}

/** Whether a folder holds what was drawn of the same run before. */
function holds({ files }: Pick<Machine, 'files'>, folder: string, { run }: RunResult): boolean {
  try {
    const known = JSON.parse(files.readText(join(folder, 'result.json'))) as Partial<RunResult> | null;
    return known?.run?.id === run.id;
  } catch {
    return false;
  }
}

/**
 * The folder of a run: made, cleared of an earlier run, and given up for a temporary one where it cannot be written.
 */
import { join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { RunSink } from '../core/event.ts';
import { FILES, type FileName, JOURNAL } from '../core/run-files.ts';
import type { Files, GrowingFile, Readers } from '../core/world.ts';
import { Journal } from '../run/journal.ts';

interface Place {
  readonly path: string;
  /** What the person called it: `--out`; empty: it is the usual one. */
  readonly label: string;
}

export interface WantedFolder extends Place {
  /** Whether an earlier run may make room for this one. */
  readonly overwrite: boolean;
}

/** A file, or some of one cause, that did not get to where it was to go. */
interface Loss {
  readonly names: string[];
  readonly reason: string;
  /** Where it is instead; null: nowhere. */
  readonly instead: string | null;
}

/**
 * Where the files of a run go. What cannot be written there goes to a folder for temporary files: nothing that was measured
 * is lost, and what went wrong is told.
 */
export class RunFolder {
  readonly path: string;
  readonly #files: Files;
  readonly #readers: Readers;
  readonly #losses: Loss[] = [];
  readonly #onLoss: (loss: string) => void;
  /** Names of files that are in the other folder. */
  readonly #moved = new Set<string>();
  #other: Promise<string> | null = null;
  #journal: GrowingFile | null;
  /** The line that a journal begins with. */
  #first = '';

  private constructor(
    path: string,
    journal: GrowingFile,
    files: Files,
    readers: Readers,
    onLoss: (loss: string) => void,
  ) {
    this.path = path;
    this.#journal = journal;
    this.#files = files;
    this.#readers = readers;
    this.#onLoss = onLoss;
  }

  /**
   * Makes the folder, and begins the journal in it.
   *
   * @param onLoss called as soon as something cannot be written.
   * @throws RampartError `bad-folder` where it cannot be written to, or is taken.
   */
  static async open(
    files: Files,
    wanted: WantedFolder,
    readers: Readers = 'usual',
    onLoss: (loss: string) => void = () => {},
  ): Promise<RunFolder> {
    const { path } = wanted;
    await makeRoom(files, wanted);
    const journal = await files.createFile(join(path, JOURNAL), readers).catch((error: Error) => {
      throw refused(wanted, error);
    });
    return new RunFolder(path, journal, files, readers, onLoss);
  }

  /** Keeps the stream, as the journal. */
  get journal(): RunSink {
    return new Journal(
      (line) => this.#append(line),
      async () => {
        await this.#journal?.close().catch((error: Error) => this.#lose(JOURNAL, error, null));
      },
    );
  }

  /** Where a file is, or will be. */
  async pathOf(name: string): Promise<string> {
    return join(this.#moved.has(name) && this.#other !== null ? await this.#other : this.path, name);
  }

  /** Writes a file whole; where that fails, to the other folder. */
  async write(name: FileName, text: string): Promise<void> {
    try {
      await this.#files.writeText(join(this.path, name), text, this.#readers);
    } catch (error) {
      const other = await this.#otherFolder();
      const moved =
        other !== null && (await this.#tries(() => this.#files.writeText(join(other, name), text, 'owner')));
      if (moved) this.#moved.add(name);
      this.#lose(name, error as Error, moved ? other : null);
    }
  }

  /** What could not be written, and where it is instead: a sentence for each reason. */
  get losses(): readonly string[] {
    return this.#losses.map(sentenceOf);
  }

  /** The journal could not keep up with the run. */
  loseEvents(events: number): void {
    const what = events === 1 ? 'an event' : `${events} events`;
    this.#lose(JOURNAL, new Error(`the disk was too slow for ${what}`), null);
  }

  async #append(line: string): Promise<void> {
    if (this.#first === '') this.#first = line;
    const journal = this.#journal;
    if (journal === null) return;
    try {
      await journal.append(line);
    } catch (error) {
      await this.#moveJournal(journal, line, error as Error);
    }
  }

  /** Takes the journal to the other folder, with all that is in it, and goes on there. */
  async #moveJournal(journal: GrowingFile, line: string, error: Error): Promise<void> {
    this.#journal = null;
    const again = this.#moved.has(JOURNAL);
    const other = again ? null : await this.#otherFolder();
    const moved = other === null ? null : await this.#copied(journal, other);
    void journal.close().catch(() => {});
    if (other !== null && moved !== null && (await this.#tries(() => moved.append(line)))) {
      this.#journal = moved;
      this.#moved.add(JOURNAL);
      this.#lose(JOURNAL, error, other);
    } else this.#lose(JOURNAL, error, null);
  }

  /** What cannot be read back is missing in it, but for its first line, without which it would be no journal. */
  async #copied(journal: GrowingFile, folder: string): Promise<GrowingFile | null> {
    const path = join(folder, JOURNAL);
    const copy = await this.#files.createFile(path, 'owner').catch(() => null);
    if (copy === null || (await this.#tries(() => journal.copyTo(copy)))) return copy;
    await copy.close().catch(() => {});
    await this.#files.remove(path).catch(() => {});
    const short = await this.#files.createFile(path, 'owner').catch(() => null);
    return short !== null && (await this.#tries(() => short.append(this.#first))) ? short : null;
  }

  async #otherFolder(): Promise<string | null> {
    this.#other ??= this.#files.makeTemporaryFolder('rampart');
    return this.#other.catch(() => null);
  }

  #tries(work: () => Promise<void>): Promise<boolean> {
    return work().then(
      () => true,
      () => false,
    );
  }

  #lose(name: string, { message }: Error, instead: string | null): void {
    const reason = reasonOf(message);
    const same = this.#losses.find((loss) => loss.reason === reason && loss.instead === instead);
    if (same === undefined) this.#losses.push({ names: [name], reason, instead });
    else same.names.push(name);
    this.#onLoss(sentenceOf({ names: [name], reason, instead }));
  }
}

function sentenceOf({ names, reason, instead }: Loss): string {
  const one = names.length === 1;
  const journal = names.includes(JOURNAL) ? 'the run cannot be drawn again from its journal' : '';
  const where = instead === null ? journal : `${one ? 'it is' : 'they are'} in ${instead}`;
  return `${names.join(', ')} (${reason})${where === '' ? '' : `: ${where}`}`;
}

/** Without the call and the path, which the sentence has. */
function reasonOf(message: string): string {
  return message.replace(/, \w+( '[^']*')?( -> '[^']*')?$/, '');
}

/** Makes the folder of a run, empty of any other. @throws RampartError `bad-folder` */
export async function makeRoom(files: Files, wanted: WantedFolder): Promise<void> {
  // All of them at once: the files of two runs in one folder would be taken for one.
  for (const name of await takenNames(files, wanted))
    await files.remove(join(wanted.path, name)).catch((error: Error) => {
      throw refused(wanted, error);
    });
}

/** Makes the folder, and says which files of an earlier run make room later. @throws RampartError `bad-folder` */
export async function takenNames(files: Files, wanted: WantedFolder): Promise<readonly string[]> {
  const { path, overwrite } = wanted;
  await makeFolder(files, wanted);
  const taken = [JOURNAL, ...FILES].filter((name) => files.exists(join(path, name)));
  if (taken.length > 0 && !overwrite)
    throw new RampartError(
      'bad-folder',
      `${nameOf(wanted)} holds an earlier run (${taken.slice(0, 2).join(', ')}${taken.length > 2 ? ', …' : ''})`,
      'Name another folder with --out, or replace that run with --overwrite.',
    );
  return taken;
}

/** @throws RampartError `bad-folder` */
export async function makeFolder(files: Files, wanted: Place): Promise<void> {
  await files.makeFolder(wanted.path).catch((error: Error) => {
    throw refused(wanted, error);
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'something that is no folder has that name, or a link that leads nowhere',
  ENOTDIR: 'a part of its path is no folder',
  ENOENT: 'no folder can be made there',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ETIMEDOUT: 'the system does not answer: is it a network drive that is gone?',
};

function refused(wanted: Place, error: NodeJS.ErrnoException): RampartError {
  const { code = '', message } = error;
  const reason = REASONS[code] ?? message;
  return new RampartError(
    'bad-folder',
    `${nameOf(wanted)} cannot be written to: ${reason}${REASONS[code] === undefined ? '' : ` (${code})`}`,
    'Name another folder with --out.',
    { cause: error },
  );
}

const nameOf = ({ path, label }: Place): string => (label === '' ? `the folder ${path}` : `${label}: ${path}`);

/**
 * All that the program needs of the outside, as interfaces: files, terminal, programs, clock. Tests put others in their
 * place.
 */
import type { Host } from './event.ts';
import type { Clock } from './ports.ts';

export interface Terminal {
  /** Never throws: what cannot be written is lost, and `failure` says why. */
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  /** Why what was written has not all arrived, once that is known; null: it has, or its reader went away. Absent: never. */
  failure?(): Promise<Error | null>;
}

/** The keys of a terminal, as they are pressed. */
export interface Keyboard {
  /**
   * Calls back with each key, until the returned function is called; meanwhile the terminal does not show what is typed.
   * Ctrl-C stays an interrupt (see `onInterrupt`).
   */
  onKey(callback: (key: string) => void): () => void;
}

/** Who may read a new file: whoever the system lets by default, or its owner alone. */
export type Readers = 'usual' | 'owner';

/** Paths are as given by the user, relative ones to the working directory. Errors are Node's, with a `code`. */
export interface Files {
  readText(path: string): string;
  /** The content of one state of the file: where it changes meanwhile, the error's code is ECHANGED, which is none of Node's. */
  readBytes(path: string): Uint8Array;
  /**
   * Reads a file in pieces, so that memory need not hold all of it. A piece is valid until the next one. Behind the last one
   * comes the error ECHANGED, where the file has changed since the first: except for a file that may grow.
   */
  pieces(path: string, changing?: 'may-grow'): Iterable<Uint8Array>;
  /** A new file without a name, which is gone with the process. */
  scratch(): ScratchFile;
  /** Closes it; its room is free again. */
  discard(descriptor: number): void;
  isFolder(path: string): boolean;
  /** Names of what a folder holds, in the order of the alphabet. */
  namesIn(path: string): readonly string[];
  /** Is there anything of that name, be it a link to nothing? */
  exists(path: string): boolean;

  /*
   * Writing. Nothing of this holds up the process: what the system does not answer to in time has failed (ETIMEDOUT).
   */

  /**
   * Makes a folder, and those above it, and writes a file in it for a moment: so that a full disk, a folder that may not be
   * written to, or one that answers to nothing, is known before it matters.
   */
  makeFolder(path: string): Promise<void>;
  /** A new folder for files that belong nowhere else, its owner's alone. @param name what its name begins with. */
  makeTemporaryFolder(name: string): Promise<string>;
  /** The whole file, or none of it: what was there before stays until then. */
  writeText(path: string, text: string, readers?: Readers): Promise<void>;
  /** Puts a text at the end of a file, which is made where there is none. */
  appendText(path: string, text: string): Promise<void>;
  /** A new file to append to. There must be none of that name (EEXIST). */
  createFile(path: string, readers?: Readers): Promise<GrowingFile>;
  /** Nothing is done where there is none. */
  remove(path: string): Promise<void>;
  /** Removes a folder that is empty; any other stays, and nothing is said. */
  removeFolder(path: string): Promise<void>;
  /** Removes a folder with all that it holds. */
  removeTree(path: string): Promise<void>;
}

export interface GrowingFile {
  /** Has the system take it; where that fails, the file ends as it did before. */
  append(text: string | Uint8Array): Promise<void>;
  /** All that was appended, to the end of another one. */
  copyTo(other: GrowingFile): Promise<void>;
  close(): Promise<void>;
}

export interface ScratchFile {
  /** For reading at any place, in all threads of the process. */
  readonly descriptor: number;
  append(bytes: Uint8Array): void;
}

export type Interrupt = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A program that was started, with all that it has started itself. */
export interface Program {
  /** How it ended: `exit code 1`, or the signal. */
  readonly ended: Promise<string>;
  /** The same, if it has; else null. */
  hasEnded(): string | null;
  /** Processor time that it has used, with all that it has started, s; null: the system does not tell. */
  cpuSeconds(): number | null;
  /** The last of what it printed. */
  lastLines(): readonly string[];
  /** Asks it to end, and after a few seconds kills it, with all that it has started. Tells whether it had to be killed. */
  stop(): Promise<'ended' | 'killed'>;
}

/** What measuring needs of the machine that it is done on. Real in `machine/`, made up in tests. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  readonly clock: Clock;
  readonly host: Host;
  readonly version: string;
  /** Entry of the generator threads. */
  readonly workerEntry: URL;
  /** Where the report's script and style lie. */
  readonly assets: URL;
  /** A module by its path, from the working directory, or the name of a package installed there. Errors are Node's. */
  loadModule(name: string): Promise<unknown>;
  wallTime(): Date;
  randomSeed(): number;
}

/** Everything outside that a command may touch. Real in `bin/`, made up in tests: commands are tested in-process. */
export interface World extends Machine {
  readonly argv: readonly string[];
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Null where the input is no terminal. */
  readonly keyboard: Keyboard | null;
  /** Folder of the entries of the reference server's threads and processes. */
  readonly serverEntries: URL;
  /** Starts a program by a line for the shell. */
  startProgram(line: string): Program;
  /** Starts this very command once more, with other arguments. */
  startSelf(argv: readonly string[]): Program;
  /** Shows an address in the user's browser; where there is none, nothing happens. */
  openBrowser(url: string): void;
  /**
   * Calls back at Ctrl-C, SIGTERM, or SIGHUP (the terminal is gone), until the returned function is called. What comes
   * within a moment of the last one says the same thing twice: npm passes a Ctrl-C on that the terminal has sent already.
   */
  onInterrupt(callback: (signal: Interrupt) => void): () => void;
  /** Ends the process now, whatever is under way. */
  exit(code: number): void;
}

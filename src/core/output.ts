/** Outputs: where a run is told besides its folder. The interface that outputs from outside the project are written against. */
import type { RunSink } from './event.ts';
import type { Plan } from './plan.ts';
import type { Clock } from './ports.ts';
import type { RunResult } from './result.ts';
import type { FileName } from './run-files.ts';
import type { GrowingFile } from './world.ts';

/** What an output is given when a run is about to begin. */
export interface OutputContext {
  /** Names the run. */
  readonly id: string;
  /** Fit to be published: secrets masked, large bodies cut. */
  readonly plan: Plan;
  /** As they were given, by name: `--output NAME,file=x.txt`. */
  readonly options: Readonly<Record<string, string>>;
  /** What the events so far came to; the result of the whole run once `finished` has come. Not before `started`. */
  result(): RunResult;
  /** The text of a file of the run, of the events so far. */
  file(name: FileName): Promise<string>;
  /** Writes a file whole, or not at all. The path is relative to the working directory. */
  write(path: string, text: string): Promise<void>;
  /** Makes a file to append to. There must be none of that name. */
  create(path: string): Promise<GrowingFile>;
  /** Puts a text on standard output; nowhere in a program that uses the library. */
  print(text: string): void;
  /** Tells whoever looks on that something is wrong, in a sentence; what comes after the first is not told. */
  warn(problem: string): void;
  readonly clock: Clock;
}

/** A kind of output: what `--output` names, and what the default export of a module must be. */
export interface Output {
  readonly name: string;
  /** What it takes, by name, each in a few words; `NAME=value` gives the first. Any other is refused. Absent: it takes none. */
  readonly options?: Readonly<Record<string, string>>;
  /** Called once for each run, before its load. What is thrown here ends the run before it begins. */
  open(context: OutputContext): RunSink | Promise<RunSink>;
}

/** An output with what it is to be opened with. */
export interface WantedOutput {
  readonly output: Output;
  /** Absent: none are given. */
  readonly options?: Readonly<Record<string, string>>;
}

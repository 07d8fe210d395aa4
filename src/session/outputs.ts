/** Opens the outputs of a run: each with its own options, and its own line to wait in. */
import { RampartError } from '../core/errors.ts';
import type { RunSink } from '../core/event.ts';
import type { Output, OutputContext, WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { seconds, toSeconds } from '../core/units.ts';
import type { GrowingFile, Machine } from '../core/world.ts';
import { checkOptions } from '../outputs/wanted.ts';
import type { Artifacts } from './artifacts.ts';
import { OutputQueue } from './output-queue.ts';

/** How long an output may take to open. */
const PATIENCE = seconds(30);

/** A sink that is there already, as an output. */
export const followedBy = (name: string, sink: RunSink): WantedOutput => ({ output: { name, open: () => sink } });

/** Where outputs are heard. Absent: nowhere, as in a program that uses the library. */
export interface Voice {
  /** Writes to standard output. */
  print(text: string): void;
  /** A sentence for a person. */
  warn(sentence: string): void;
}

const SILENT: Voice = { print: () => {}, warn: () => {} };

interface Followed {
  readonly id: string;
  /** Fit to be published. */
  readonly plan: Plan;
  readonly record: Artifacts;
  /** As far as it is known. Absent: what the record says. */
  readonly result?: () => RunResult;
  readonly voice?: Voice;
}

/** @throws RampartError `bad-output`; those that are open by then are closed. */
export async function openOutputs(
  machine: Machine,
  wanted: readonly WantedOutput[],
  { id, plan, record, result = () => record.fold.result(), voice = SILENT }: Followed,
): Promise<OutputQueue[]> {
  const open: OutputQueue[] = [];
  try {
    for (const { output, options = {} } of wanted) {
      checkOptions(output, options);
      const context: OutputContext = {
        id,
        plan,
        options,
        result,
        file: async (name) => (await record.contents(machine))[name](),
        write: (path, text) => machine.files.writeText(path, text),
        create: (path) => newFile(machine, `the output ${output.name}`, path),
        print: voice.print,
        warn: once((problem) => voice.warn(`the output ${output.name}: ${problem}`)),
        clock: machine.clock,
      };
      open.push(new OutputQueue(output.name, await opened(output, context, machine), machine.clock));
    }
  } catch (error) {
    await Promise.all(open.map((queue) => queue.close()));
    throw error;
  }
  return open;
}

function once(tell: (text: string) => void): (text: string) => void {
  let told = false;
  return (text) => {
    if (!told) tell(text);
    told = true;
  };
}

/** @param wanted what asks for it, for an error. @throws RampartError `bad-output` */
export async function newFile({ files }: Pick<Machine, 'files'>, wanted: string, path: string): Promise<GrowingFile> {
  try {
    return await files.createFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === 'EEXIST' ? 'is there already' : `cannot be made: ${message}`;
    throw new RampartError('bad-output', `${wanted}: ${path} ${problem}`, 'Name another file.');
  }
}

async function opened(output: Output, context: OutputContext, { clock }: Pick<Machine, 'clock'>): Promise<RunSink> {
  const bad = (problem: string, cause?: unknown): RampartError =>
    new RampartError('bad-output', `the output ${output.name} ${problem}`, '', { cause });
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(PATIENCE, () => reject(bad(`was not open after ${toSeconds(PATIENCE)} s`)));
  });
  const opening: Promise<unknown> = (async () => output.open(context))();
  try {
    const sink = await Promise.race([opening, late]);
    if (!isSink(sink)) throw bad('gave no sink: `open` must return an object with `accept` and `close`');
    return sink;
  } catch (error) {
    closeLate(opening);
    throw error instanceof RampartError ? error : bad(`cannot be opened: ${messageOf(error)}`, error);
  } finally {
    clock.cancel(timer);
  }
}

/** One that opens when the run has been refused already: what it has open by then would keep the program from ending. */
function closeLate(opening: Promise<unknown>): void {
  opening.then((sink) => (isSink(sink) ? sink.close() : undefined)).catch(() => {});
}

/** Outputs come from outside, where no compiler may have looked. */
function isSink(value: unknown): value is RunSink {
  const { accept, close } = (value ?? {}) as Partial<RunSink>;
  return typeof accept === 'function' && typeof close === 'function';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

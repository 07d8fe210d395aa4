import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunSink } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { Machine } from '../core/world.ts';
import { InstanceProbe } from '../drivers/instances.ts';
import { payloadsOf } from '../load/payload.ts';
import { heldSecrets, publishPlan } from '../plan/publish.ts';
import { publishEvent } from '../plan/publish-event.ts';
import type { Steering } from '../run/steering.ts';
import { ThreadPool } from '../run/threads.ts';
import { Artifacts } from './artifacts.ts';
import { createSearch, searchEvents } from './find.ts';
import { runEvents } from './run.ts';
import { type FolderWish, RunFolder } from './run-folder.ts';
import { runSession } from './stream.ts';
import { untilKnown } from './until.ts';

/** What may be told of a run, and what not. */
export interface Publication {
  /** The command line that asked for it, fit to be published. */
  readonly command: readonly string[];
  /** All that is secret: in the plan, and in how it was asked for. */
  readonly secrets: Secrets;
}

/** A test to be run once. */
export interface Execution {
  readonly id: string;
  readonly plan: Plan;
  readonly rows: RowTable | null;
  readonly publication: Publication;
  /** Where its files go; null: nowhere. */
  readonly folder: RunFolder | null;
  readonly signal: AbortSignal;
  /** Where a person's commands come in. */
  readonly steering: Steering;
  /**
   * Who else follows it, after the files' own sink.
   *
   * @param answer of a search: the answer so far.
   */
  readonly followers: (artifacts: Artifacts, answer: () => BreakingPoint | null) => readonly RunSink[];
}

/** Runs it, and writes its files. A file that cannot be written is told by its folder, and ends nothing. */
export async function execute(machine: Machine, execution: Execution): Promise<RunResult> {
  const { id, plan, rows, publication, folder, signal, steering } = execution;
  const artifacts = new Artifacts();
  const { command, secrets } = publication;
  const controller = plan.search === null ? null : createSearch(plan.search);
  const sinks: RunSink[] = folder === null ? [] : [folder.journal];
  sinks.push(artifacts, ...execution.followers(artifacts, () => controller?.answer() ?? null));
  const probe =
    plan.search === null || plan.search.settle === 0
      ? null
      : InstanceProbe.of(plan, machine.clock, payloadsOf(plan, rows), plan.search.instanceHeader);
  const pool = new ThreadPool(machine.workerEntry, machine.clock, plan.threads, rows);
  await runSession({
    events: (stop) =>
      controller === null
        ? plan.until === undefined
          ? runEvents(plan, pool.source, stop, steering)
          : untilKnown((ended) => runEvents(plan, pool.source, ended, steering), artifacts.fold, stop)
        : searchEvents(plan, controller, pool.source, stop, machine.clock, probe === null ? null : () => probe.ask()),
    sinks,
    publish: (event) => publishEvent(event, secrets),
    onSinkFailure: (_, error) => {
      throw error;
    },
    signal,
    clock: machine.clock,
    wallTime: () => machine.wallTime().toISOString(),
    started: {
      format: 1,
      tool: { name: 'rampart', version: machine.version },
      run: { id, command, host: machine.host },
      plan: publishPlan(plan, secrets),
    },
  }).finally(async () => {
    probe?.close();
    await pool.close();
    if (rows?.kind === 'file') machine.files.discard(rows.descriptor);
  });
  const result = artifacts.fold.result();
  if (folder !== null) await artifacts.write(machine, result, (name, text) => folder.write(name, text));
  return result;
}

/** Sortable by time, and two runs of one second still differ. */
export function newRunId(machine: Pick<Machine, 'wallTime' | 'randomSeed'>): string {
  const time = machine.wallTime().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${(machine.randomSeed() % 0x10000).toString(16).padStart(4, '0')}`;
}

/** The folder of a run that is about to begin. @throws RampartError as `RunFolder.open` */
export function openFolder(
  { files }: Pick<Machine, 'files'>,
  plan: Plan,
  { command, secrets }: Publication,
  wish: FolderWish,
  onLoss?: (loss: string) => void,
): Promise<RunFolder> {
  const published = { command, plan: publishPlan(plan, secrets) };
  return RunFolder.open(files, wish, heldSecrets(published) ? 'owner' : 'usual', onLoss);
}

import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunSink } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { RowTable } from '../core/rows.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { InstanceProbe } from '../drivers/instances.ts';
import { payloadsOf } from '../load/payload.ts';
import { heldSecrets, publishCommand, publishPlan, secretsIn } from '../plan/publish.ts';
import { publishEvent } from '../plan/publish-event.ts';
import { runEvents, runSession } from '../run/session.ts';
import type { Steering } from '../run/steering.ts';
import { ThreadPool } from '../run/threads.ts';
import { Artifacts } from './artifacts.ts';
import { type FolderWish, RunFolder } from './run-folder.ts';
import { createSearch, searchEvents } from './search.ts';
import { untilKnown } from './until.ts';

/** A test to be run once. */
export interface Execution {
  readonly id: string;
  readonly plan: Plan;
  readonly rows: RowTable | null;
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
export async function execute(world: World, execution: Execution): Promise<RunResult> {
  const { id, plan, rows, folder, signal, steering } = execution;
  const artifacts = new Artifacts();
  const { secrets, ...published } = publish(world, plan);
  const controller = plan.search === null ? null : createSearch(plan.search);
  const sinks: RunSink[] = folder === null ? [] : [folder.journal];
  sinks.push(artifacts, ...execution.followers(artifacts, () => controller?.answer() ?? null));
  const probe =
    plan.search === null || plan.search.settle === 0
      ? null
      : InstanceProbe.of(plan, world.clock, payloadsOf(plan, rows), plan.search.instanceHeader);
  const pool = new ThreadPool(world.workerEntry, world.clock, plan.threads, rows);
  await runSession({
    events: (stop) =>
      controller === null
        ? plan.until === undefined
          ? runEvents(plan, pool.source, stop, steering)
          : untilKnown((ended) => runEvents(plan, pool.source, ended, steering), artifacts.fold, stop)
        : searchEvents(plan, controller, pool.source, stop, world.clock, probe === null ? null : () => probe.ask()),
    sinks,
    publish: (event) => publishEvent(event, secrets),
    onSinkFailure: (_, error) => {
      throw error;
    },
    signal,
    clock: world.clock,
    wallTime: () => world.wallTime().toISOString(),
    started: {
      format: 1,
      tool: { name: 'rampart', version: world.version },
      run: { id, command: published.command, host: world.host },
      plan: published.plan,
    },
  }).finally(async () => {
    probe?.close();
    await pool.close();
    if (rows?.kind === 'file') world.files.discard(rows.descriptor);
  });
  const result = artifacts.fold.result();
  if (folder !== null) await artifacts.write(world, result, (name, text) => folder.write(name, text));
  return result;
}

/** Sortable by time, and two runs of one second still differ. */
export function newRunId(world: World): string {
  const time = world.wallTime().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${(world.randomSeed() % 0x10000).toString(16).padStart(4, '0')}`;
}

/** What may be known of a run: its plan and command without their secrets. */
function publish(world: World, plan: Plan) {
  const secrets = Secrets.of(plan).with(secretsIn(world.argv, world.env));
  const command = ['rampart', ...publishCommand(world.argv, secrets)];
  return { secrets, plan: publishPlan(plan, secrets), command };
}

/** The folder of a run that is about to begin. @throws RampartError as `RunFolder.open` */
export function openFolder(
  world: World,
  plan: Plan,
  wish: FolderWish,
  onLoss?: (loss: string) => void,
): Promise<RunFolder> {
  return RunFolder.open(world.files, wish, heldSecrets(publish(world, plan)) ? 'owner' : 'usual', onLoss);
}

import { join } from 'node:path';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunSink } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { RowTable } from '../core/rows.ts';
import { Secrets } from '../core/secret.ts';
import type { Readers, World } from '../core/world.ts';
import { InstanceProbe } from '../drivers/instances.ts';
import { payloadsOf } from '../load/payload.ts';
import { heldSecrets, publishCommand, publishPlan, secretsIn } from '../plan/publish.ts';
import { publishEvent } from '../plan/publish-event.ts';
import { Journal } from '../run/journal.ts';
import { runEvents, runSession } from '../run/session.ts';
import type { Steering } from '../run/steering.ts';
import { ThreadPool } from '../run/threads.ts';
import { Artifacts, JOURNAL } from './artifacts.ts';
import { createSearch, searchEvents } from './search.ts';

/** A test to be run once. */
export interface Execution {
  readonly id: string;
  readonly plan: Plan;
  readonly rows: RowTable | null;
  /** Where its files go; null: nowhere. */
  readonly folder: string | null;
  readonly signal: AbortSignal;
  /** Where a person's commands come in. */
  readonly steering: Steering;
  /**
   * Who else follows it, after the files' own sink.
   *
   * @param answer of a search: the answer so far.
   */
  readonly followers: (artifacts: Artifacts, answer: () => BreakingPoint | null) => readonly RunSink[];
  /** The journal, or a file of the run, could not be written: what is lost, and why. */
  readonly onLoss: (loss: string) => void;
}

/** Runs it, and writes its files. A file that cannot be written is told, and ends nothing. */
export async function execute(world: World, execution: Execution): Promise<RunResult> {
  const { id, plan, rows, folder, signal, steering, onLoss } = execution;
  const artifacts = new Artifacts();
  const secrets = Secrets.of(plan).with(secretsIn(world.argv, world.env));
  const published = { plan: publishPlan(plan, secrets), command: ['rampart', ...publishCommand(world.argv, secrets)] };
  const journal =
    folder === null ? null : openJournal(world, folder, heldSecrets(published) ? 'owner' : 'usual', onLoss);
  const controller = plan.search === null ? null : createSearch(plan.search);
  const sinks: RunSink[] = journal === null ? [] : [journal];
  sinks.push(artifacts, ...execution.followers(artifacts, () => controller?.answer() ?? null));
  const probe =
    plan.search === null || plan.search.settle === 0
      ? null
      : InstanceProbe.of(plan, world.clock, payloadsOf(plan, rows), plan.search.instanceHeader);
  const pool = new ThreadPool(world.workerEntry, world.clock, plan.threads, rows);
  await runSession({
    events: (stop) =>
      controller === null
        ? runEvents(plan, pool.source, stop, steering)
        : searchEvents(plan, controller, pool.source, stop, probe === null ? null : () => probe.ask()),
    sinks,
    publish: (event) => publishEvent(event, secrets),
    onSinkFailure: (sink, error) => {
      if (sink !== journal) throw error;
      onLoss(`${JOURNAL} ends early (${error.message}): the run cannot be drawn again from it`);
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
  if (folder !== null) for (const loss of await artifacts.write(world, folder, result)) onLoss(loss);
  return result;
}

/** Sortable by time, and two runs of one second still differ. */
export function newRunId(world: World): string {
  const time = world.wallTime().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${(world.randomSeed() % 0x10000).toString(16).padStart(4, '0')}`;
}

function openJournal(world: World, folder: string, readers: Readers, onLoss: (loss: string) => void): Journal | null {
  try {
    world.files.makeFolder(folder);
    const file = world.files.appendTo(join(folder, JOURNAL), readers);
    return new Journal(
      (line) => file.append(line),
      () => file.close(),
    );
  } catch (error) {
    onLoss(`${JOURNAL}: ${(error as Error).message}`);
    return null;
  }
}

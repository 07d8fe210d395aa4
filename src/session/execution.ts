/** One run, search or probe, from its plan to its result and its files. */

import type { Fleet } from '../agent/fleet.ts';
import type { WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import type { SampleBatch } from '../core/request-samples.ts';
import type { OutputResult, RunResult } from '../core/result.ts';
import type { RowTable } from '../core/rows.ts';
import { JOURNAL } from '../core/run-files.ts';
import type { Secrets } from '../core/secret.ts';
import { type Micros, seconds } from '../core/units.ts';
import type { Files, Machine } from '../core/world.ts';
import { heldSecrets, publishPlan } from '../plan/publish.ts';
import { publishEvent } from '../plan/publish-event.ts';
import type { Steering } from '../run/steering.ts';
import { ThreadPool } from '../run/threads.ts';
import type { Artifacts } from './artifacts.ts';
import { unlessFailing } from './failing.ts';
import { type Frame, withoutFrame } from './frame.ts';
import { type OutputOutcome, OutputQueue } from './output-queue.ts';
import { openOutputs, type Voice } from './outputs.ts';
import type { Procedure } from './procedure.ts';
import { RunFolder, type WantedFolder } from './run-folder.ts';
import { EACH, SampleFile, type SampleFileSettings, sampleSettingsFor } from './sample-file.ts';
import { runSession } from './stream.ts';
import type { SpanSettings, TraceSpans } from './traces.ts';

/** A disk that does not answer is waited for, and then the journal goes elsewhere: see `RunFolder`. */
const JOURNAL_PATIENCE = seconds(120);

/** What may be told of a run, and what not. */
export interface Publication {
  /** The command line that asked for it, fit to be published. */
  readonly command: readonly string[];
  /** All that is secret: in the plan, and in how it was asked for. */
  readonly secrets: Secrets;
}

/** A plan to be carried out once. */
export interface Execution {
  readonly id: string;
  readonly plan: Plan;
  readonly rows: RowTable | null;
  readonly procedure: Procedure;
  readonly publication: Publication;
  /** Where its files go; null: nowhere. */
  readonly folder: RunFolder | null;
  readonly signal: AbortSignal;
  /** Where a person's commands come in. */
  readonly steering: Steering;
  /** What its events come to: shared by all who follow it, and ahead of each. */
  readonly record: Artifacts;
  /** Agents that make its load; absent or null: this machine's threads do. */
  readonly fleet?: Fleet | null;
  /** Who else follows it. */
  readonly outputs: readonly WantedOutput[];
  /** Where they are heard; absent: nowhere. */
  readonly voice?: Voice;
  /** What is to be done behind its load. Absent: nothing. */
  readonly frame?: Frame;
  /** Single requests go to a file. Absent: they do not. */
  readonly samples?: SampleFileSettings;
  /** They are spans of traces; the plan has a key for those. Absent: they are not. */
  readonly traces?: SpanSettings;
}

/**
 * Carries it out, and writes its files. A file that cannot be written is told by its folder, an output that fails by the
 * result; neither ends anything.
 *
 * @throws RampartError `bad-output`, before any load, where an output cannot be opened.
 */
export async function execute(machine: Machine, execution: Execution): Promise<RunResult> {
  const { id, plan, rows, procedure, publication, folder, signal, steering, record, voice, frame } = execution;
  const { command } = publication;
  const secrets = frame?.secrets(publication.secrets) ?? publication.secrets;
  const { clock } = machine;
  const published = publishPlan(frame?.written ?? plan, secrets);
  const discard = (): void => discardRows(machine.files, rows);
  const journal = folder === null ? [] : [new OutputQueue(JOURNAL, folder.journal, clock, JOURNAL_PATIENCE)];
  const traces = await tracesOf(machine, execution, published);
  const resultNow = (): RunResult => withTraces(record.fold.result(), traces);
  const outputs = await openOutputs(machine, execution.outputs, {
    ...{ id, plan: published, record, result: resultNow },
    ...(voice === undefined ? {} : { voice }),
  }).catch(async (error: unknown) => {
    discard();
    await journal[0]?.close();
    throw error;
  });
  const samples =
    execution.samples === undefined
      ? null
      : await SampleFile.open(machine, execution.samples, published).catch(async (error: unknown) => {
          discard();
          await Promise.all([...journal, ...outputs].map((output) => output.close()));
          throw error;
        });
  const reader =
    samples === null && traces === null
      ? null
      : {
          settings: sampleSettingsFor(execution.samples ?? EACH, plan),
          accept: (batch: SampleBatch) => {
            samples?.accept(batch);
            traces?.accept(batch);
          },
        };
  const fleet = execution.fleet ?? null;
  const pool = fleet === null ? new ThreadPool(machine.workerEntry, clock, plan.threads, rows, reader) : null;
  // Set-up and tear-down are sent from here: agents need nothing of them, least of all their passwords.
  const sent = fleet === null ? plan : withoutFrame(plan);
  const search = sent.search === null ? undefined : sent;
  const source = pool?.source ?? (fleet as Fleet).sourceFor(rows, frame?.captured, search);
  const begunAt = (): Micros | null => fleet?.begunAt ?? null;
  const outcomes = await runSession({
    events: (ended) => {
      const events = unlessFailing(
        plan,
        (stop) =>
          procedure.events({ plan: sent, rows, source, clock, begunAt, signal: stop, steering, fold: record.fold }),
        ended,
      );
      return frame?.around(events) ?? events;
    },
    news: () => fleet?.takeNews() ?? [],
    record,
    outputs: [...journal, ...outputs],
    publish: (event) => publishEvent(event, secrets),
    signal,
    clock,
    wallTime: () => machine.wallTime().toISOString(),
    started: {
      format: 2,
      tool: { name: 'rampart', version: machine.version },
      run: { id, command, host: machine.host },
      plan: published,
    },
  }).finally(async () => {
    await frame?.tearDown();
    await pool?.close();
    discard();
  });
  const [written, ...others] = folder === null ? [null, ...outcomes] : outcomes;
  if (written?.error != null || (written?.dropped ?? 0) > 0) folder?.loseEvents(written?.dropped ?? 0);
  const single = await Promise.all([samples?.close() ?? null, traces?.close() ?? null]);
  const result = withOutputs(resultNow(), [...others, ...single]);
  if (folder !== null) await record.write(machine, result, (name, text) => folder.write(name, text));
  return result;
}

async function tracesOf(
  machine: Machine,
  { id, plan, traces, voice }: Execution,
  published: Plan,
): Promise<TraceSpans | null> {
  if (traces === undefined || plan.trace === undefined) return null;
  const { TraceSpans } = await import('./traces.ts');
  const warn = (problem: string): void => voice?.warn(`--trace: ${problem}`);
  return new TraceSpans(machine, traces, { plan: published, key: plan.trace, id, warn });
}

function withTraces(result: RunResult, traces: TraceSpans | null): RunResult {
  const slowest = traces?.slowest() ?? [];
  return slowest.length === 0 ? result : { ...result, traces: slowest };
}

/** A result with what went wrong at outputs. */
function withOutputs(result: RunResult, outcomes: readonly (OutputOutcome | null)[]): RunResult {
  const told = outcomes.flatMap((outcome): OutputResult[] => {
    if (outcome === null || (outcome.error === null && outcome.dropped === 0)) return [];
    const { name, delivered, dropped, error } = outcome;
    return [{ name, delivered, dropped, error: error?.message ?? null }];
  });
  return told.length === 0 ? result : { ...result, outputs: told };
}

/** Gives the room of rows back that are in a file without a name. */
export function discardRows(files: Pick<Files, 'discard'>, rows: RowTable | null): void {
  if (rows?.kind === 'file') files.discard(rows.descriptor);
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
  wanted: WantedFolder,
  onLoss?: (loss: string) => void,
): Promise<RunFolder> {
  const published = { command, plan: publishPlan(plan, secrets) };
  return RunFolder.open(files, wanted, heldSecrets(published) ? 'owner' : 'usual', onLoss);
}

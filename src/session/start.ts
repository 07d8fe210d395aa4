/** A run, a search or a probe for a program: from settings to a result, with everything in between. */
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { LoadChange } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import { type RunEvent, STOPPED } from '../core/event.ts';
import type { Output, WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import type { OutputResult, RunResult } from '../core/result.ts';
import { Secrets } from '../core/secret.ts';
import type { Machine } from '../core/world.ts';
import { wantedOutput, wantedOutputs } from '../outputs/wanted.ts';
import { readEdit } from '../plan/edit.ts';
import type { ProgramSettings } from '../plan/program.ts';
import { preparedBy } from '../plan/resolve.ts';
import { readSources, type Sources } from '../plan/sources.ts';
import { Steering } from '../run/steering.ts';
import { Artifacts } from './artifacts.ts';
import { plannedAgain } from './discovery.ts';
import { EventReader } from './event-reader.ts';
import { discardRows, execute, newRunId, openFolder, type Publication } from './execution.ts';
import type { Frame } from './frame.ts';
import { followedBy } from './outputs.ts';
import { preflight } from './preflight.ts';
import type { Procedure } from './procedure.ts';
import { procedureOf } from './procedures.ts';
import type { RunFolder } from './run-folder.ts';
import { type SampleFileSettings, sampleSettingsOf } from './sample-file.ts';

export interface SessionOptions {
  /**
   * Ends it early, when it is aborted; what ran until then is the result. It counts as interrupted, unless the reason is
   * `'stopped'`: then it is a normal end. Before the load there is no result, and it fails with the code `interrupted`.
   */
  readonly signal?: AbortSignal;
  /** Who else gets its events: outputs, or what `--output` takes: `'junit,file=out.xml'`, `'./my-output.mjs'`. */
  readonly outputs?: readonly (Output | string)[];
  /** Called with each event. */
  readonly onEvent?: (event: RunEvent) => void | Promise<void>;
}

/** The result of a search. */
export type FindResult = RunResult & { readonly breakingPoint: BreakingPoint };

/** What the load of a running test is to be. */
export type WantedLoad =
  /** `spawnRate`: how many users come, or go, per second until then; without it all at once. */
  | { readonly vus: number | string; readonly spawnRate?: number | string }
  /** `ramp`: how long the rate takes to get there, in a straight line; without it at once. */
  | { readonly rate: number | string; readonly ramp?: number | string };

/**
 * A run, a search or a probe under way. Its events are there for everybody who iterates over it, from that moment on; who
 * stops to iterate does not stop it.
 */
export class Session<Result extends RunResult = RunResult> implements AsyncIterable<RunEvent> {
  /** Names the run, and its folder too unless another one is named. */
  readonly id: string;
  readonly #machine: Machine;
  readonly #steering: Steering;
  readonly #stop = new AbortController();
  readonly #readers = new Set<EventReader>();
  readonly #result: Promise<Result>;
  #ended: { readonly error: unknown } | 'over' | null = null;

  constructor(machine: Machine, kind: Plan['kind'], settings: ProgramSettings, options: SessionOptions = {}) {
    this.id = newRunId(machine);
    this.#machine = machine;
    this.#steering = new Steering(kind);
    // A search has a breaking point in its result, whatever came of it.
    this.#result = this.#run(kind, settings, options) as Promise<Result>;
    // Whoever only iterates is told of a failure there.
    this.#result.then(
      () => this.#end('over'),
      (error: unknown) => this.#end({ error }),
    );
  }

  /** The result of the whole session. Rejects with a `RampartError` where it could not begin. */
  get result(): Promise<Result> {
    return this.#result;
  }

  /**
   * Nothing more is sent, the responses under way are waited for, and what there is so far is the result: a normal end.
   * Before the load there is no result, and it fails with the code `interrupted`.
   */
  stop(): void {
    this.#stop.abort(STOPPED);
  }

  /**
   * Changes the load under way: of a run that has begun, until its planned end.
   *
   * @throws RampartError `refused`, with the reason.
   */
  edit(load: WantedLoad): LoadChange {
    const { present, idle } = this.#steering;
    if (present === null) throw new RampartError('refused', idle);
    const reading = readEdit(present.load, { ...load });
    if (!reading.ok) throw new RampartError('refused', reading.errors.map(({ message }) => message).join('; '));
    return this.#push({ type: 'edit', edit: reading.edit });
  }

  /**
   * Starts the statistics anew: a request due before counts in none. @throws RampartError `refused`, with the reason.
   */
  reset(): LoadChange {
    return this.#push({ type: 'reset' });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<RunEvent, undefined> {
    const reader: EventReader = new EventReader(() => this.#readers.delete(reader));
    if (this.#ended === null) this.#readers.add(reader);
    else reader.end(this.#ended === 'over' ? undefined : this.#ended);
    return reader;
  }

  #push(command: Parameters<Steering['push']>[0]): LoadChange {
    const reply = this.#steering.push(command);
    if (!reply.ok) throw new RampartError('refused', reply.reason);
    return reply.change;
  }

  #end(ended: { readonly error: unknown } | 'over'): void {
    this.#ended = ended;
    for (const reader of this.#readers) reader.end(ended === 'over' ? undefined : ended);
    this.#readers.clear();
  }

  async #run(kind: Plan['kind'], settings: ProgramSettings, options: SessionOptions): Promise<RunResult> {
    const { signal } = options;
    const stop = this.#stop;
    const pass = (): void => stop.abort(signal?.reason);
    if (signal?.aborted === true) pass();
    signal?.addEventListener('abort', pass);
    try {
      return await this.#carryOut(kind, settings, options);
    } finally {
      signal?.removeEventListener('abort', pass);
    }
  }

  async #carryOut(
    kind: Plan['kind'],
    settings: ProgramSettings,
    { outputs = [], onEvent }: SessionOptions,
  ): Promise<RunResult> {
    const machine = this.#machine;
    // Nothing is asked of the machine before whoever starts it can iterate.
    await Promise.resolve();
    const sources: Sources = { kind, target: '', env: machine.env, flags: {}, program: settings };
    const given = await readSources(sources, machine.files);
    let { plan, rows } = preparedBy(given, kind, machine);
    let procedure: Procedure;
    let publication: Publication;
    let folder: RunFolder | null = null;
    let wanted: readonly WantedOutput[];
    let samples: SampleFileSettings | null;
    let frame: Frame | null = null;
    try {
      // Before anything is sent: a search refuses SLOs that no load can break.
      procedure = await procedureOf(plan);
      wanted = [
        ...(await wantedOutputs(settings, machine)),
        ...(await Promise.all(outputs.map((one) => this.#wanted(one)))),
      ];
      samples = sampleSettingsOf(given);
      const { out, overwrite = false } = settings;
      const folderWanted = out === undefined ? null : { path: out, label: 'out', overwrite };
      const ready = await preflight(machine, {
        ...{ prepared: { plan, rows, given }, folder: folderWanted, secretsOf: (one: Plan) => Secrets.of(one) },
        again: plannedAgain(sources, { plan, given }, machine),
        looksForCache: settings.discover !== false,
        signal: this.#stop.signal,
      });
      ({ frame } = ready);
      ({ plan, rows } = ready.prepared);
      publication = { command: [], secrets: frame.secrets(Secrets.of(plan)) };
      if (folderWanted !== null) folder = await openFolder(machine, plan, publication, folderWanted);
    } catch (error) {
      await frame?.tearDown();
      discardRows(machine.files, rows);
      throw error;
    }
    const result = await execute(machine, {
      ...{ id: this.id, plan, rows, folder, publication },
      ...(samples === null ? {} : { samples }),
      frame,
      procedure,
      record: new Artifacts(),
      signal: this.#stop.signal,
      steering: this.#steering,
      outputs: [
        followedBy('events', { accept: (event) => this.#tell(event), close: () => {} }),
        ...(onEvent === undefined ? [] : [followedBy('onEvent', { accept: onEvent, close: () => {} })]),
        ...wanted,
      ],
    }).finally(() => frame?.tearDown());
    const dropped = [...this.#readers].reduce((sum, reader) => sum + reader.dropped, 0);
    const delivered = [...this.#readers].reduce((sum, reader) => sum + reader.delivered, 0);
    const told: OutputResult[] = [
      ...(dropped === 0 ? [] : [{ name: 'events', delivered, dropped, error: null }]),
      ...(folder?.losses ?? []).map((loss) => ({ name: 'out', delivered: 0, dropped: 0, error: `not saved: ${loss}` })),
    ];
    return told.length === 0 ? result : { ...result, outputs: [...(result.outputs ?? []), ...told] };
  }

  #wanted(output: Output | string): WantedOutput | Promise<WantedOutput> {
    return typeof output === 'string' ? wantedOutput(output, this.#machine) : { output };
  }

  #tell(event: RunEvent): void {
    for (const reader of this.#readers) reader.push(event);
  }
}

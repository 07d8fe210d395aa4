/**
 * Runs tests one at a time, whoever asks for them: the command line or the live page; and keeps what the page shows.
 */
import { resolve } from 'node:path';
import type { Fleet } from '../agent/fleet.ts';
import type { LoadCommand } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import { STOPPED } from '../core/event.ts';
import type { WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { FILES, JOURNAL } from '../core/run-files.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { describePlan } from '../plan/describe.ts';
import { readEdit } from '../plan/edit.ts';
import { formError, type PlannedForm, readForm, sentenceOf } from '../plan/form.ts';
import type { FormMemory } from '../plan/form-memory.ts';
import { secretsIn } from '../plan/publish.ts';
import type { ControlAnswer, EarlierRun, FieldError } from '../report/client/live/frame.ts';
import type { ConsoleView } from '../report/console.ts';
import { Steering } from '../run/steering.ts';
import { Artifacts } from '../session/artifacts.ts';
import { execute, newRunId, openFolder } from '../session/execution.ts';
import type { Frame } from '../session/frame.ts';
import { followedBy, type Voice } from '../session/outputs.ts';
import type { RunFolder, WantedFolder } from '../session/run-folder.ts';
import type { Download, Settings, Tester } from '../web/control.ts';
import { LiveRun } from '../web/live-run.ts';
import { EarlierTests } from './earlier-tests.ts';
import { discoveryFor, trialFor } from './form-questions.ts';
import { type Test, testOf } from './form-test.ts';
import { publicationOf } from './publication.ts';

const BUSY = 'A test is running. Stop it, or wait for its end, before you start another one.';

/** How a test under way is followed and changed. */
export interface TestControl {
  readonly view: ConsoleView | null;
  readonly stop: AbortController;
  readonly steering: Steering;
}

interface Kept {
  readonly test: Test;
  readonly live: LiveRun;
  readonly artifacts: Artifacts;
  readonly control: TestControl;
  result: RunResult | null;
  /** It has ended, with or without a result. */
  over: boolean;
}

export interface RunManagerOptions {
  /** Remembers what the start form was filled in with; null: it was empty. */
  readonly memory: FormMemory | null;
  /** Agents that make the load of every test; absent or null: this machine does. */
  readonly fleet?: Fleet | null;
  /** What every test is told to, besides its folder. */
  readonly outputs: readonly WantedOutput[];
  /** Where they are heard. */
  readonly voice: (view: ConsoleView | null) => Voice;
  /** The page is to be told that something is new. */
  readonly changed: () => void;
  /** How the terminal follows a test that the page started, and what gives its keys back. */
  readonly follow: (
    test: Test,
    steering: Steering,
    stop: () => void,
  ) => { readonly view: ConsoleView; readonly leave: () => void };
  /** What is done when it has ended. */
  readonly ended: (test: Test, result: RunResult) => Promise<void>;
}

/** Runs tests one after the other, for the command line and for the page, and keeps what the page shows of them. */
export class RunManager implements Tester {
  readonly #world: World;
  readonly #options: RunManagerOptions;
  readonly #earlier = new EarlierTests();
  #kept: Kept | null = null;
  /** A test is being prepared. */
  #preparing = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(world: World, options: RunManagerOptions) {
    this.#world = world;
    this.#options = options;
  }

  get current(): LiveRun | null {
    return this.#kept?.live ?? null;
  }

  get earlier(): readonly EarlierRun[] {
    return this.#earlier.told;
  }

  get running(): boolean {
    return this.#kept !== null && !this.#kept.over;
  }

  /** Resolves when no test is on. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Runs a test to its end, and writes its files. */
  async run(test: Test, control: TestControl): Promise<RunResult> {
    const { id, plan, rows, folder, frame, procedure } = test;
    this.#leave();
    const { changed } = this.#options;
    const { view, stop, steering } = control;
    const record = new Artifacts();
    const live = new LiveRun({
      plan,
      planLines: describePlan(frame.written),
      fold: record.fold,
      archive: record.archive,
      answer: () => procedure.answer(),
      files: () => (record.fold.timeline.length > 0 || kept.result !== null ? [...FILES, JOURNAL] : [JOURNAL]),
      wallTime: () => this.#world.wallTime().toISOString(),
      changed,
    });
    const kept: Kept = { test, live, artifacts: record, control, result: null, over: false };
    this.#kept = kept;
    const result = await execute(this.#world, {
      ...{ id, plan, rows, procedure, record, folder, steering, frame },
      publication: publicationOf(this.#world, plan),
      fleet: this.#options.fleet ?? null,
      signal: stop.signal,
      outputs: [
        followedBy('page', live),
        ...(view === null ? [] : [followedBy('console', view)]),
        ...this.#options.outputs,
      ],
      voice: this.#options.voice(view),
    }).finally(() => {
      kept.over = true;
    });
    kept.result = result;
    changed();
    return result;
  }

  /** The folder of a test, whose losses the page tells. @throws RampartError */
  openFolder(plan: Plan, wanted: WantedFolder, frame: Frame): Promise<RunFolder> {
    const tell = (loss: string): void => this.#kept?.live.exception(`not saved: ${loss}`);
    const { command, secrets } = publicationOf(this.#world, plan);
    return openFolder(this.#world, plan, { command, secrets: frame.secrets(secrets) }, wanted, tell);
  }

  async start(kind: 'run' | 'find', settings: Settings): Promise<readonly FieldError[]> {
    const id = newRunId(this.#world);
    const { made: test, errors } = await this.#prepare(kind, settings, (form) =>
      testOf(
        this.#world,
        id,
        form,
        (plan) => this.#secretsOf(plan),
        (plan, wanted, frame) => this.openFolder(plan, wanted, frame),
      ),
    );
    if (test === null) return errors;
    const { plan } = test;
    const stop = new AbortController();
    const steering = new Steering(plan.kind);
    this.#world.stderr.write(`\nTest ${id}, started from the page\n`);
    const { view, leave } = this.#options.follow(test, steering, () => this.stop());
    const run = this.run(test, { view, stop, steering }).finally(leave);
    this.#running = run.then(
      (result) => this.#options.ended(test, result),
      // What it was is said to the browsers; the next test may still be started.
      (error: Error) => this.#kept?.live.exception(`an unexpected error: ${error.message}`),
    );
    return [];
  }

  async sendOne(kind: 'run' | 'find', settings: Settings): Promise<ControlAnswer> {
    const { made: trial, errors } = await this.#prepare(kind, settings, (form) =>
      trialFor(this.#world, form, this.#secretsOf(form.plan)),
    );
    return trial === null ? { errors } : { errors: [], trial };
  }

  async discover(kind: 'run' | 'find', settings: Settings): Promise<ControlAnswer> {
    // What is in the fields of what it looks for is what it looks for.
    const { method: _, body: __, ...texts } = settings;
    const { made, errors } = await this.#prepare(kind, texts, (form) =>
      discoveryFor(this.#world, form, texts, this.#secretsOf(form.plan)),
    );
    if (made === null) return { errors };
    const { fill, ...told } = made;
    return { errors: [], fill, trial: { ...told, headers: '' } };
  }

  edit(settings: Settings): readonly FieldError[] {
    const present = this.#kept?.control.steering.present ?? null;
    if (present === null) return [{ field: '', message: 'No load is under way that could be changed.' }];
    const reading = readEdit(present.load, settings);
    if (!reading.ok) return reading.errors.map(({ field, message }) => ({ field, message: sentenceOf(message) }));
    return this.#carryOut({ type: 'edit', edit: reading.edit });
  }

  /** Somebody has seen enough: a normal end. */
  stop(): void {
    this.#end(STOPPED);
  }

  /** By a signal. */
  interrupt(): void {
    this.#end();
  }

  #end(reason?: typeof STOPPED): void {
    if (!this.running) return;
    this.#kept?.live.stopping();
    this.#kept?.control.stop.abort(reason);
  }

  reset(): readonly FieldError[] {
    return this.#carryOut({ type: 'reset' });
  }

  /**
   * Makes something of a form, while no test is on: a single request would be in its figures, and a second test beside it.
   * Nothing is made where the form is wrong, or its target not there.
   */
  async #prepare<Made>(
    kind: 'run' | 'find',
    settings: Settings,
    make: (form: PlannedForm) => Promise<Made>,
  ): Promise<{ readonly made: Made | null; readonly errors: readonly FieldError[] }> {
    if (this.running || this.#preparing) return { made: null, errors: [{ field: '', message: BUSY }] };
    this.#preparing = true;
    try {
      const form = await readForm(kind, settings, this.#world.env, this.#world, this.#options.memory);
      return form.plan === null ? { made: null, errors: form.errors } : { made: await make(form), errors: [] };
    } catch (error) {
      if (!(error instanceof RampartError)) throw error;
      const field = error.code === 'bad-folder' ? '' : 'url';
      return { made: null, errors: [{ field, message: formError(error).message }] };
    } finally {
      this.#preparing = false;
    }
  }

  #secretsOf(plan: Plan): Secrets {
    return Secrets.of(plan).with(secretsIn(this.#world.argv, this.#world.env));
  }

  #carryOut(command: LoadCommand): readonly FieldError[] {
    const { steering, view } = this.#kept?.control ?? {};
    const reply = steering?.push(command) ?? { ok: false, reason: 'No load is under way.' };
    if (!reply.ok) return [{ field: '', message: reply.reason }];
    view?.steered(reply.change);
    return [];
  }

  async file(run: string, name: string): Promise<Download | null> {
    const known = ([...FILES, JOURNAL] as const).find((each) => each === name);
    if (known === undefined) return null;
    const kept = this.#kept;
    if (kept?.test.id !== run) {
      const folder = this.#earlier.folderOf(run);
      return folder === null ? null : { path: resolve(await folder.pathOf(known)) };
    }
    if (known === JOURNAL) return { path: resolve(await kept.test.folder.pathOf(known)) };
    if (kept.artifacts.fold.started === null) return null;
    const contents = kept.artifacts.contents(this.#world);
    return { text: contents[known]() };
  }

  /** The last test makes room for the next one. */
  #leave(): void {
    const kept = this.#kept;
    if (kept === null || kept.result === null) return;
    const state = kept.live.whole()?.run;
    if (state != null) this.#earlier.add(state, kept.test.folder);
  }
}

/** The commands `run`, `find` and `probe`, which differ in their plan alone. */
import { join } from 'node:path';
import type { Fleet } from '../agent/fleet.ts';
import { exitCodeOf } from '../analyze/verdict.ts';
import { STOPPED } from '../core/event.ts';
import type { WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { describePlan } from '../plan/describe.ts';
import { foreignVariables } from '../plan/environment.ts';
import { resolveFleet } from '../plan/fleet.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { type PreparedRun, preparedBy } from '../plan/resolve.ts';
import { readSources, type Sources } from '../plan/sources.ts';
import { type TargetStart, targetStartOf } from '../plan/start.ts';
import { thresholdPlaces } from '../plan/threshold-places.ts';
import { Steering } from '../run/steering.ts';
import { Artifacts } from '../session/artifacts.ts';
import { plannedAgain } from '../session/discovery.ts';
import { execute, newRunId, openFolder } from '../session/execution.ts';
import { followedBy } from '../session/outputs.ts';
import { preflight } from '../session/preflight.ts';
import type { Procedure } from '../session/procedure.ts';
import { procedureOf } from '../session/procedures.ts';
import type { WantedFolder } from '../session/run-folder.ts';
import { discreet } from './discreet.ts';
import { tellGitHub } from './github.ts';
import { Interruption } from './interruption.ts';
import { createView, followFor, isWatched, takeKeys, voiceOf } from './live-view.ts';
import type { Page } from './page.ts';
import type { PageSettings } from './page-settings.ts';
import { outputLosses, printResult, savedCode } from './printing.ts';
import { publicationOf } from './publication.ts';
import { type Wanted, wantedOf } from './wanted.ts';

/** `rampart run`, `find` and `probe`: plan, measure, judge, show. Returns the exit code. */
export async function runCommand(
  outside: World,
  kind: Plan['kind'],
  target: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const sources = { kind, target, env: outside.env, flags };
  const written = await readSources(sources, outside.files);
  const { settings } = written;
  const { dryRun = false } = settings;
  const quiet = settings.quiet === true || dryRun;
  const note = (line: string): void => outside.stderr.write(`${line}\n`);
  warnOfForeignVariables(outside);
  const intended = preparedBy(written, kind, quiet ? outside : { ...outside, note });
  // Before anything is sent: a search refuses SLOs that no load can break.
  const procedure = await procedureOf(intended.plan);
  const world = discreet(outside, Secrets.of(intended.plan));
  const start = targetStartOf(written, intended.plan);
  const prepared = { ...intended, given: written };
  if (dryRun) {
    const { tried } = await import('./dry-run.ts');
    return onceReady(world, start, ({ signal }) => tried(world, sources, prepared, signal));
  }
  const wanted = await wantedOf(world, written, kind, flags);
  if (!quiet) for (const line of describePlan(intended.plan)) world.stderr.write(`${line}\n`);
  return onceReady(world, start, (interruption) =>
    measured(world, sources, prepared, { ...wanted, procedure, interruption }),
  );
}

/** Does something that can be interrupted, once its target is there. */
async function onceReady(
  world: World,
  start: TargetStart | null,
  use: (interruption: Interruption) => Promise<number>,
): Promise<number> {
  const interruption = new Interruption(world);
  try {
    if (start === null) return await use(interruption);
    // Few runs start their target or wait for it.
    const { whenReady } = await import('./started-target.ts');
    return await whenReady(world, start, interruption.signal, () => use(interruption));
  } finally {
    interruption.forget();
  }
}

/** Measures, judges and shows. Returns the exit code. */
async function measured(
  world: World,
  sources: Sources,
  intended: PreparedRun & { readonly given: RawSettings },
  wanted: Wanted & Pick<Measuring, 'procedure' | 'interruption'>,
): Promise<number> {
  const written = intended.given;
  const id = newRunId(world);
  let fleet: Fleet | null = null;
  try {
    fleet = await openFleet(world, written, id, wanted.interruption.signal);
    if (fleet !== null && canBeResumed(intended.plan) && written.settings.quiet !== true)
      world.stderr.write(`Run ${id}: should this controller die, rampart run --resume ${id} takes it over\n`);
    return await measuredBy(world, sources, intended, { ...wanted, id, fleet });
  } finally {
    await fleet?.close();
  }
}

/** What a search has of its controller alone is lost with it. */
const canBeResumed = ({ search, data }: Plan): boolean => search === null || (!(search.settle > 0) && data === null);

/** Agents, where they are asked for: before anything is sent. */
async function openFleet(world: World, given: RawSettings, id: string, signal: AbortSignal): Promise<Fleet | null> {
  const settings = resolveFleet(given, world.files);
  if (settings === null) return null;
  // Few runs need what it is made of.
  const { Fleet } = await import('../agent/fleet.ts');
  return Fleet.open(settings, id, world, signal);
}

interface Measuring extends Wanted {
  readonly procedure: Procedure;
  readonly id: string;
  /** Null: this machine makes the load. */
  readonly fleet: Fleet | null;
  readonly interruption: Interruption;
}

async function measuredBy(
  world: World,
  sources: Sources,
  asked: PreparedRun & { readonly given: RawSettings },
  { page: pageSettings, outputs, isPiped, procedure, samples, traces, template, id, fleet, interruption }: Measuring,
): Promise<number> {
  const { kind } = sources;
  const written = asked.given;
  const { json = false, quiet = false } = written.settings;
  const intended = { ...asked, plan: fleet === null ? asked.plan : planFor(fleet, asked.plan, written) };
  const wanted = wantedFolderOf(written, kind, id);
  const { prepared, told, frame } = await preflight(world, {
    prepared: intended,
    folder: wanted,
    secretsOf: (plan) => Secrets.of(plan),
    again: plannedAgain(sources, intended, world),
    looksForCache: written.settings.discover !== false,
    signal: interruption.signal,
  });
  const { plan, rows, given } = prepared;
  if (!quiet) for (const line of told) world.stderr.write(`${line}\n`);
  const view = quiet ? null : createView(world, plan);
  const page =
    pageSettings === null
      ? null
      : await openPage(world, pageSettings, { plan, given, target: sources.target }, outputs, fleet).catch(
          async (error: unknown) => {
            await frame.tearDown();
            throw error;
          },
        );
  interruption.view = view;
  const { command, secrets } = publicationOf(world, plan);
  const publication = { command, secrets: frame.secrets(secrets) };
  const steering = new Steering(plan.kind);
  const leaveKeys = view === null ? null : takeKeys(world, steering, () => interruption.leave('Ctrl-C', STOPPED), view);
  try {
    const folder =
      wanted === null
        ? null
        : await (page === null
            ? openFolder(world, plan, publication, wanted)
            : page.runs.openFolder(plan, wanted, frame));
    const result = await (page !== null && folder !== null
      ? page.runs.run(
          { id, plan, rows, folder, frame, procedure: await procedureOf(plan) },
          { view, stop: interruption.stop, steering },
        )
      : execute(world, {
          ...{ id, plan, rows, publication, folder, frame, steering, fleet, signal: interruption.signal },
          procedure,
          record: new Artifacts(),
          outputs: [...(view === null ? [] : [followedBy('console', view)]), ...outputs],
          voice: voiceOf(world, view),
          ...(samples === null ? {} : { samples }),
          ...(traces === null ? {} : { traces }),
        })
    ).finally(() => {
      leaveKeys?.();
      interruption.view = null;
    });
    // Whoever reads lines there wants nothing between them.
    const where = isPiped ? { ...world, stdout: world.stderr } : world;
    await printResult(where, result, { folder, json, quiet, template });
    await tellGitHub(world, result, () =>
      thresholdPlaces(
        given,
        plan.requests.map(({ name }) => name),
      ),
    );
    if (page !== null && isWatched(world) && !interruption.isLeaving) {
      world.stderr.write(`The page stays open: ${page.url}  (Ctrl-C ends it)\n`);
      await page.untilInterrupted(interruption);
    }
    return savedCode(exitCodeOf(result), [...(folder?.losses ?? []), ...outputLosses(result)]);
  } finally {
    await frame.tearDown();
    await page?.close();
  }
}

/** Agents have the same number of threads each: that of the smallest machine among them, unless one was asked for. */
function planFor(fleet: Fleet, plan: Plan, given: RawSettings): Plan {
  return given.settings.threads === undefined ? { ...plan, threads: fleet.threads } : plan;
}

/**
 * Variables that are none of ours are nobody's mistake, as a rule: a typo that is none of the likely ones should show
 * all the same.
 */
export function warnOfForeignVariables({ env, stderr }: Pick<World, 'env' | 'stderr'>): void {
  const foreign = foreignVariables(env);
  if (foreign.length > 0)
    stderr.write(
      `rampart: ignored, since there ${foreign.length === 1 ? 'is no such setting' : 'are no such settings'}: ${foreign.join(', ')}\n`,
    );
}

/** A probe leaves nothing, unless it is told to. */
function wantedFolderOf(given: RawSettings, kind: Plan['kind'], id: string): WantedFolder | null {
  const { out, overwrite = false } = given.settings;
  if (out !== undefined) return { path: out, label: given.originOf('out').label, overwrite };
  return kind === 'probe' ? null : { path: join('reports', id), label: '', overwrite };
}

/** A page whose later tests are printed as the first one is. */
async function openPage(
  world: World,
  settings: PageSettings,
  { plan, given, target }: { readonly plan: Plan; readonly given: RawSettings; readonly target: string },
  outputs: readonly WantedOutput[],
  fleet: Fleet | null,
): Promise<Page> {
  const { Page } = await import('./page.ts');
  const { formTexts } = await import('../plan/form.ts');
  const { FormMemory } = await import('../plan/form-memory.ts');
  // What its form is filled in with.
  const memory = new FormMemory(formTexts(given, plan, target), Secrets.of(plan), plan.secretNames);
  const defaults = { kind: plan.kind === 'find' ? 'find' : 'run', settings: memory.shown } as const;
  return Page.open(world, settings, defaults, {
    memory,
    outputs,
    fleet,
    voice: (view) => voiceOf(world, view),
    follow: followFor(world),
    ended: ({ folder }, result) => printResult(world, result, { folder, json: false, quiet: false }),
  });
}

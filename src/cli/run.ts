import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { EXIT } from '../core/errors.ts';
import type { RunSink } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { World } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import { describePlan } from '../plan/describe.ts';
import { publishCommand, publishPlan } from '../plan/publish.ts';
import { prepareRun } from '../plan/resolve.ts';
import { readSources } from '../plan/sources.ts';
import { ConsoleView } from '../report/console.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { Journal } from '../run/journal.ts';
import { runEvents, runSession } from '../run/session.ts';
import { ThreadPool } from '../run/threads.ts';
import { Artifacts, JOURNAL } from './artifacts.ts';
import { colourOf } from './colour.ts';
import { searchEvents } from './search.ts';

/** `rampart run` and `rampart probe`: plan, measure, judge, show. Returns the exit code. */
export async function runCommand(
  world: World,
  kind: Plan['kind'],
  target: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const sources = { kind, target, env: world.env, flags };
  const { plan, rows } = prepareRun(sources, world);
  const { out, json = false, quiet = false } = readSources(sources, world.files).settings;
  if (!quiet) for (const line of describePlan(plan)) world.stderr.write(`${line}\n`);
  await reach(plan);

  const id = runId(world);
  const folder = out ?? (kind !== 'probe' ? join('reports', id) : null);
  const losses: string[] = [];
  const artifacts = new Artifacts();
  const sinks: RunSink[] = [artifacts];
  const journal = folder === null ? null : openJournal(world, folder, losses);
  if (journal !== null) sinks.unshift(journal);
  const view = quiet ? null : createView(world, plan);
  if (view !== null) sinks.push(view);

  const pool = new ThreadPool(world.workerEntry, world.clock, plan.threads, rows);
  await runSession({
    events: (signal) =>
      plan.search === null
        ? runEvents(plan, pool.source, signal)
        : searchEvents(plan, plan.search, pool.source, signal),
    sinks,
    onSinkFailure: (sink, error) => {
      if (sink !== journal) throw error;
      losses.push(`${JOURNAL} ends early (${error.message}): the run cannot be drawn again from it`);
    },
    signal: interruptible(world, (line) => view?.note(line)),
    clock: world.clock,
    wallTime: () => world.wallTime().toISOString(),
    started: {
      format: 1,
      tool: { name: 'rampart', version: world.version },
      run: { id, command: ['rampart', ...publishCommand(world.argv)], host: world.host },
      plan: publishPlan(plan),
    },
  }).finally(() => pool.close());

  const result = artifacts.fold.result();
  if (folder !== null) losses.push(...(await artifacts.write(world, folder, result)));
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  if (folder !== null && !quiet) world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return exitCodeOf(result);
}

/** Sortable by time, and two runs of one second still differ. */
function runId(world: World): string {
  const time = world.wallTime().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${(world.randomSeed() % 0x10000).toString(16).padStart(4, '0')}`;
}

function openJournal(world: World, folder: string, losses: string[]): Journal | null {
  try {
    world.files.makeFolder(folder);
    const file = world.files.appendTo(join(folder, JOURNAL));
    return new Journal(
      (line) => file.append(line),
      () => file.close(),
    );
  } catch (error) {
    losses.push(`${JOURNAL}: ${(error as Error).message}`);
    return null;
  }
}

function createView({ stderr, env }: World, plan: Plan): ConsoleView {
  return new ConsoleView({
    plan,
    write: (text) => stderr.write(text),
    get columns() {
      return stderr.columns;
    },
    isTTY: stderr.isTTY && !env['CI'],
    colour: colourOf(stderr, env),
  });
}

/** Ctrl-C once: stop sending, finish, report. Twice: end now. */
function interruptible(world: World, note: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  world.onInterrupt(() => {
    if (controller.signal.aborted) return world.exit(EXIT.interrupted);
    note('Stopping: waiting for the answers under way (Ctrl-C again ends at once)');
    controller.abort();
  });
  return controller.signal;
}

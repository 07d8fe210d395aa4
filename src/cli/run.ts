import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { EXIT } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { World } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import { describePlan } from '../plan/describe.ts';
import { prepareRun } from '../plan/resolve.ts';
import { readSources } from '../plan/sources.ts';
import { ConsoleView } from '../report/console.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { colourOf } from './colour.ts';
import { execute, newRunId } from './execution.ts';

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

  const id = newRunId(world);
  const folder = out ?? (kind !== 'probe' ? join('reports', id) : null);
  const losses: string[] = [];
  const view = quiet ? null : createView(world, plan);
  const result = await execute(world, {
    id,
    plan,
    rows,
    folder,
    signal: interruptible(world, (line) => view?.note(line)),
    followers: () => (view === null ? [] : [view]),
    onLoss: (loss) => losses.push(loss),
  });
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  if (folder !== null && !quiet) world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return exitCodeOf(result);
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

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
import { Steering } from '../run/steering.ts';
import { colourOf } from './colour.ts';
import { execute, newRunId } from './execution.ts';
import { steerByKeys } from './keys.ts';

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
  const steering = new Steering(plan.kind);
  const interrupt = interruptible(world, (line) => view?.note(line));
  const leaveKeys = view === null ? null : takeKeys(world, plan, steering, interrupt.stop, view);
  const result = await execute(world, {
    id,
    plan,
    rows,
    folder,
    signal: interrupt.signal,
    steering,
    followers: () => (view === null ? [] : [view]),
    onLoss: (loss) => losses.push(loss),
  }).finally(() => leaveKeys?.());
  const { stdout } = world;
  if (json) stdout.write(toResultJson(result));
  else stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, world.env) }));
  if (folder !== null && !quiet) world.stderr.write(`\nReport: ${join(folder, 'report.html')}\n`);
  for (const loss of losses) world.stderr.write(`rampart: not saved: ${loss}\n`);
  return exitCodeOf(result);
}

/** Whether a person looks at the live view, in a terminal. */
const isWatched = ({ stderr, env }: World): boolean => stderr.isTTY && !env['CI'];

/** Keys are for those who see what they do, and for loads that can be changed. */
function keyboardFor(world: World, { kind, engine }: Plan): World['keyboard'] {
  return isWatched(world) && kind === 'run' && engine === 'rampart' ? world.keyboard : null;
}

/** Returns what gives the keys back; null where there are none. */
function takeKeys(
  world: World,
  plan: Plan,
  steering: Steering,
  stop: () => void,
  view: ConsoleView,
): (() => void) | null {
  const keyboard = keyboardFor(world, plan);
  if (keyboard === null) return null;
  return steerByKeys({
    keyboard,
    steering,
    stop,
    onChange: (change) => view.steered(change),
    onRefusal: (reason) => view.note(reason),
  });
}

function createView(world: World, plan: Plan): ConsoleView {
  const { stderr, env } = world;
  return new ConsoleView({
    plan,
    write: (text) => stderr.write(text),
    get columns() {
      return stderr.columns;
    },
    isTTY: isWatched(world),
    keys: keyboardFor(world, plan) !== null,
    colour: colourOf(stderr, env),
  });
}

/** Ctrl-C once: stop sending, finish, report. Twice: end now. */
function interruptible(world: World, note: (line: string) => void): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    note('Stopping: waiting for the answers under way (Ctrl-C again ends at once)');
    controller.abort();
  };
  world.onInterrupt(() => (controller.signal.aborted ? world.exit(EXIT.interrupted) : stop()));
  return { signal: controller.signal, stop };
}

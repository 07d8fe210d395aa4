/** The command `rampart doctor --calibrate`: searches of queues whose breaking point is known. */
import type { LawThread } from '../../reference-server/law/law-thread.ts';
import {
  type Calibrated,
  calibratedBy,
  calibratedLine,
  calibrationVerdict,
  KNOWN_QUEUES,
  type KnownQueue,
  queueName,
  truthOf,
  worstError,
} from '../analyze/calibration.ts';
import { formatRate } from '../analyze/wording.ts';
import { EXIT } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { prepareRun } from '../plan/resolve.ts';
import { paint } from '../report/terminal.ts';
import { startServerThread } from '../run/server-thread.ts';
import { Steering } from '../run/steering.ts';
import { Artifacts } from '../session/artifacts.ts';
import { execute, newRunId } from '../session/execution.ts';
import { followedBy } from '../session/outputs.ts';
import { procedureOf } from '../session/procedures.ts';
import { colourOf } from './colour.ts';
import { createView } from './live-view.ts';
import { publicationOf } from './publication.ts';

export interface CalibrateOptions {
  /** Budget of each search, as the flag has it. */
  readonly budget: string;
  readonly json: boolean;
  /** Ends it, and is thrown. */
  readonly signal: AbortSignal;
}

/**
 * `rampart doctor --calibrate`: how far searches on this machine are from what theory says of a queue that is known. Returns
 * 0, or the code of an invalid measurement where one of them gave no estimate.
 */
export async function calibrateCommand(world: World, { budget, json, signal }: CalibrateOptions): Promise<number> {
  const note = (line: string): void => {
    if (!json) world.stderr.write(`${line}\n`);
  };
  const all: Calibrated[] = [];
  for (const [i, queue] of KNOWN_QUEUES.entries()) {
    note(
      `Search ${i + 1} of ${KNOWN_QUEUES.length}, ${budget}: ${queueName(queue)}, which sustains ${formatRate(truthOf(queue))} …`,
    );
    const found = await searchOn(world, queue, i + 1, { budget, json, signal });
    signal.throwIfAborted();
    if (found !== null) all.push(found);
    if (found !== null) note(`  ${calibratedLine(found)}`);
  }
  const worst = worstError(all);
  const { stdout } = world;
  if (json) stdout.write(`${JSON.stringify({ format: 1, budget, within: worst, searches: all }, null, 2)}\n`);
  else stdout.write(render(all, colourOf(stdout, world.env)));
  return worst === null ? EXIT.invalid : EXIT.passed;
}

/** A search on a queue of its own; null: it was interrupted before it had any result. */
async function searchOn(
  world: World,
  queue: KnownQueue,
  seed: number,
  { budget, json, signal }: CalibrateOptions,
): Promise<Calibrated | null> {
  const data: LawThread = { law: `exp:${queue.serviceMs}ms`, slots: queue.slots, seed };
  const server = await startServerThread(new URL('law/law-thread.js', world.serverEntries), data);
  try {
    const target = `http://127.0.0.1:${server.port}/predict`;
    const flags = { body: '{}', slo: [`p95<${queue.limitMs}ms`], budget };
    const { plan } = await prepareRun({ kind: 'find', target, env: {}, flags }, world);
    const view = json ? null : createView(world, plan);
    const result = await execute(world, {
      ...{
        id: newRunId(world),
        plan,
        rows: null,
        publication: publicationOf(world, plan),
        folder: null,
        signal,
        steering: new Steering('find'),
      },
      procedure: await procedureOf(plan),
      record: new Artifacts(),
      outputs: view === null ? [] : [followedBy('console', view)],
    });
    return result.breakingPoint === undefined ? null : calibratedBy(queue, result.breakingPoint);
  } finally {
    await server.close();
  }
}

function render(all: readonly Calibrated[], colour: boolean): string {
  const widest = Math.max(0, ...all.map(({ queue }) => queueName(queue).length));
  const lines = all.map((one) => {
    const sign = one.covered === true ? paint('●', 'green', colour) : paint('○', 'yellow', colour);
    return `${sign} ${queueName(one.queue).padEnd(widest)}  ${calibratedLine(one)}`;
  });
  return `${lines.join('\n')}\n\n${paint(calibrationVerdict(all), 'bold', colour)}\n`;
}

import { type Operations, startAdmin } from '../../reference-server/admin.ts';
import { DEPLOYMENTS, type DeploymentName, deploy } from '../../reference-server/deployment.ts';
import { startLawServer } from '../../reference-server/law/server.ts';
import { ListenError } from '../../reference-server/listener.ts';
import { MODELS, type ModelName } from '../../reference-server/models/catalogue.ts';
import { OptionError, parseCount, parseDuration } from '../../reference-server/option-syntax.ts';
import { parseSplit } from '../../reference-server/strategies/versions.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { portOf } from './port.ts';

/** The flags of `serve`, as written. */
export interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly adminPort?: string;
  readonly seed: string;
  readonly fault: string[];
  readonly queue?: string;
  readonly law?: string;
  readonly slots?: string;
  readonly strategy: string;
  readonly sleep?: boolean;
  readonly workers?: string;
  readonly cache?: string;
  readonly replicas?: string;
  readonly maxBatch?: string;
  readonly maxWait?: string;
  readonly target?: string;
  readonly cooldown?: string;
  readonly split?: string;
  readonly affinity?: string;
}

interface Running {
  /** Said once it accepts requests. */
  readonly title: string;
  readonly operations?: Operations;
  close(): Promise<void>;
}

/** `rampart serve`: runs until it is interrupted. */
export async function serveCommand(world: World, model: string | undefined, flags: ServeFlags): Promise<number> {
  const interrupted = new Promise<void>((resolve) => {
    const off = world.onInterrupt(() => {
      off();
      resolve();
    });
  });
  const log = (line: string): void => world.stderr.write(`${line}\n`);
  try {
    const adminPort = flags.adminPort === undefined ? undefined : portOf(flags.adminPort, '--admin-port');
    const server = await start(world, model, flags, log);
    if (adminPort !== undefined) {
      const admin = await startAdmin(server.operations ?? { state: () => ({}) }, adminPort, log).catch(
        async (error) => {
          await server.close();
          throw error;
        },
      );
      world.stderr.write(`admin: ${admin.url}/\n`);
      void interrupted.then(() => admin.close());
    }
    world.stderr.write(`${server.title}   (Ctrl-C stops it)\n`);
    await interrupted;
    await server.close();
    return EXIT.passed;
  } catch (error) {
    if (error instanceof OptionError) throw new RampartError('bad-flag', error.message);
    if (error instanceof ListenError)
      throw new RampartError('port-in-use', error.message, 'Choose another one with --port, or end what uses it.');
    throw error;
  }
}

function start(
  world: World,
  model: string | undefined,
  flags: ServeFlags,
  log: (line: string) => void,
): Promise<Running> {
  if (flags.law === undefined) return startModel(world, model ?? 'loan', flags, log);
  if (model !== undefined) throw new RampartError('usage', `a law takes the place of the model "${model}"`);
  return startLaw(flags.law, flags, log);
}

async function startLaw(law: string, flags: ServeFlags, log: (line: string) => void): Promise<Running> {
  const server = await startLawServer({
    law,
    slots: flags.slots === 'unlimited' ? Number.POSITIVE_INFINITY : parseCount(flags.slots ?? '1', '--slots', 1),
    queue: flags.queue === undefined ? Number.POSITIVE_INFINITY : parseCount(flags.queue, '--queue', 0),
    faults: flags.fault,
    seed: parseCount(flags.seed, '--seed', 0),
    host: flags.host,
    port: portOf(flags.port, '--port'),
    log,
  });
  return { title: `law ${law}, slots: ${flags.slots ?? '1'}: ${server.url}/predict`, close: () => server.close() };
}

async function startModel(
  world: World,
  model: string,
  flags: ServeFlags,
  log: (line: string) => void,
): Promise<Running> {
  if (!isModel(model)) throw new RampartError('usage', `there is no model "${model}"`, `Models: ${MODELS.join(', ')}.`);
  const { strategy } = flags;
  if (!isDeployment(strategy))
    throw new RampartError('usage', `there is no strategy "${strategy}"`, `Strategies: ${DEPLOYMENTS.join(', ')}.`);
  if (model === 'tokens' && strategy !== 'global')
    throw new RampartError('usage', `tokens streams, and so runs with the strategy global only`);
  const [first, last] = replicasOf(flags.replicas, strategy);
  const server = await deploy({
    model,
    deployment: strategy,
    passing: flags.sleep === true ? 'asleep' : 'busy',
    replicas: last,
    scaling: {
      min: first,
      max: last,
      target: parseCount(flags.target ?? '2', '--target', 1),
      cooldownMs: parseDuration(flags.cooldown ?? '5s', '--cooldown'),
    },
    workers: parseCount(flags.workers ?? '4', '--workers', 1),
    cache: parseCount(flags.cache ?? '0', '--cache', 0),
    maxBatch: parseCount(flags.maxBatch ?? '8', '--max-batch', 1),
    maxWaitMs: parseDuration(flags.maxWait ?? '5ms', '--max-wait'),
    faults: flags.fault,
    seed: parseCount(flags.seed, '--seed', 0),
    host: flags.host,
    port: portOf(flags.port, '--port'),
    entries: world.serverEntries,
    log,
    ...(flags.queue === undefined ? {} : { queue: parseCount(flags.queue, '--queue', 0) }),
    ...(flags.split === undefined ? {} : { split: parseSplit(flags.split) }),
    ...(flags.affinity === undefined ? {} : { affinity: flags.affinity }),
  });
  return {
    title: `${model} model: POST ${server.url}${server.route}`,
    operations: server.operations,
    close: () => server.close(),
  };
}

/** "3", or for the strategy that scales "1-4". */
function replicasOf(text: string | undefined, strategy: DeploymentName): [number, number] {
  if (text === undefined) return strategy === 'autoscale' ? [1, 4] : [2, 2];
  const [first = '', last = first] = text.split('-');
  const range: [number, number] = [parseCount(first, '--replicas', 1), parseCount(last, '--replicas', 1)];
  if (range[1] < range[0]) throw new OptionError(`--replicas: "${text}" ends before it begins`);
  return range;
}

function isModel(name: string): name is ModelName {
  return (MODELS as readonly string[]).includes(name);
}

function isDeployment(name: string): name is DeploymentName {
  return (DEPLOYMENTS as readonly string[]).includes(name);
}

/** The command `rampart serve`: the reference server, with a model, a strategy, or a law of response times. */
import { type Operations, startAdmin } from '../../reference-server/admin.ts';
import { DEPLOYMENTS, type DeploymentName, deploy } from '../../reference-server/deployment.ts';
import { startLawServer } from '../../reference-server/law/server.ts';
import { ListenError } from '../../reference-server/listener.ts';
import { MODELS, type ModelName } from '../../reference-server/models/catalogue.ts';
import type { BatchRules } from '../../reference-server/models/tokens/continuous-batch.ts';
import { OptionError, parseCount, parseDuration } from '../../reference-server/option-syntax.ts';
import { SCALED_BY, type ScaledBy } from '../../reference-server/strategies/autoscaler.ts';
import { parseSplit } from '../../reference-server/strategies/versions.ts';
import type { Totals } from '../../reference-server/totals.ts';
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
  readonly scaleBy?: string;
  readonly target?: string;
  readonly cooldown?: string;
  readonly split?: string;
  readonly affinity?: string;
  readonly prefill?: string;
  readonly prefillToken?: string;
  readonly decode?: string;
  readonly decodeEach?: string;
  readonly kvTokens?: string;
  readonly prefixCache?: string;
  readonly preempt?: boolean;
}

interface Running {
  /** Said once it accepts requests. */
  readonly title: string;
  readonly operations?: Operations;
  /** The server's own count; of several processes together, once it is closed. */
  totals(): Totals;
  close(lingerMs?: number): Promise<void>;
}

/**
 * How long SIGTERM leaves idle connections open, ms, so that the next request on each is answered and ends it: a proxy that
 * keeps connections loses nothing over a replica that is replaced. Ctrl-C does not wait.
 */
const LINGER_MS = 1000;

/** `rampart serve`: runs until it is interrupted. */
export async function serveCommand(world: World, model: string | undefined, flags: ServeFlags): Promise<number> {
  const interrupted = new Promise<number>((resolve) => {
    const off = world.onInterrupt((signal) => {
      off();
      resolve(signal === 'SIGTERM' ? LINGER_MS : 0);
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
    await server.close(await interrupted);
    const { received, answered } = server.totals();
    world.stderr.write(`answered ${answered} of ${received} requests\n`);
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
  refuseIdle(model ?? 'loan', flags);
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
  return {
    title: `law ${law}, slots: ${flags.slots ?? '1'}: ${server.url}/predict`,
    totals: () => server.totals,
    close: server.close,
  };
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
      by: scaledBy(flags.scaleBy ?? 'in-flight'),
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
    ...(model === 'tokens' ? { batch: batchOf(flags) } : {}),
    ...(flags.split === undefined ? {} : { split: parseSplit(flags.split) }),
    ...(flags.affinity === undefined ? {} : { affinity: flags.affinity }),
  });
  return {
    title: `${model} model: POST ${server.url}${server.route}`,
    operations: server.operations,
    totals: server.totals,
    close: server.close,
  };
}

/** How fast the model tokens is, and how much it holds. */
function batchOf(flags: ServeFlags): Partial<BatchRules> {
  const { prefill, prefillToken, decode, decodeEach, kvTokens, prefixCache, preempt, maxBatch } = flags;
  return {
    ...(prefill === undefined ? {} : { prefillMs: parseDuration(prefill, '--prefill') }),
    ...(prefillToken === undefined ? {} : { prefillTokenMs: parseDuration(prefillToken, '--prefill-token') }),
    ...(decode === undefined ? {} : { decodeMs: parseDuration(decode, '--decode') }),
    ...(decodeEach === undefined ? {} : { decodeEachMs: parseDuration(decodeEach, '--decode-each') }),
    ...(prefixCache === undefined ? {} : { prefixTokens: parseCount(prefixCache, '--prefix-cache', 0) }),
    ...(preempt === true ? { preempt } : {}),
    ...(kvTokens === undefined ? {} : { kvTokens: parseCount(kvTokens, '--kv-tokens', 1) }),
    ...(maxBatch === undefined ? {} : { maxBatch: parseCount(maxBatch, '--max-batch', 1) }),
  };
}

/** What only the model tokens has. */
const OF_TOKENS = [
  ['prefill', '--prefill'],
  ['prefillToken', '--prefill-token'],
  ['decode', '--decode'],
  ['decodeEach', '--decode-each'],
  ['kvTokens', '--kv-tokens'],
  ['prefixCache', '--prefix-cache'],
  ['preempt', '--preempt'],
] as const satisfies readonly (readonly [keyof ServeFlags, string])[];

/** What only some deployments have, and which. */
const BELONGS = [
  ['workers', '--workers', ['pool']],
  ['replicas', '--replicas', ['cluster', 'autoscale']],
  ['scaleBy', '--scale-by', ['autoscale']],
  ['target', '--target', ['autoscale']],
  ['cooldown', '--cooldown', ['autoscale']],
  ['split', '--split', ['autoscale']],
  ['affinity', '--affinity', ['autoscale']],
  ['maxBatch', '--max-batch', ['batch']],
  ['maxWait', '--max-wait', ['batch']],
] as const satisfies readonly (readonly [keyof ServeFlags, string, readonly DeploymentName[]])[];

/** A flag that changes nothing would be taken for one that does. @throws RampartError */
function refuseIdle(model: string, flags: ServeFlags): void {
  const refuse = (flag: string, needs: string): never => {
    throw new RampartError('bad-flag', `${flag} changes nothing here`, `It needs ${needs}.`);
  };
  const { law, strategy } = flags;
  if (law === undefined && flags.slots !== undefined) refuse('--slots', '--law');
  if (law !== undefined && flags.cache !== undefined) refuse('--cache', 'a model, not a law');
  if (flags.sleep === true && (law !== undefined || model !== 'fancy')) refuse('--sleep', 'the model fancy');
  for (const [key, flag] of OF_TOKENS)
    if (flags[key] !== undefined && (law !== undefined || model !== 'tokens')) refuse(flag, 'the model tokens');
  if (law === undefined && !isDeployment(strategy)) return;
  for (const [key, flag, strategies] of BELONGS) {
    if (flags[key] === undefined) continue;
    if (key === 'maxBatch' && model === 'tokens' && law === undefined) continue;
    if (law !== undefined || !(strategies as readonly string[]).includes(strategy))
      refuse(flag, `--strategy ${strategies.join(' or ')}`);
  }
}

/** "3", or for the strategy that scales "1-4". */
function replicasOf(text: string | undefined, strategy: DeploymentName): [number, number] {
  if (text === undefined) return strategy === 'autoscale' ? [1, 4] : [2, 2];
  const [first = '', last = first] = text.split('-');
  const range: [number, number] = [parseCount(first, '--replicas', 1), parseCount(last, '--replicas', 1)];
  if (range[1] < range[0]) throw new OptionError(`--replicas: "${text}" ends before it begins`);
  return range;
}

function scaledBy(text: string): ScaledBy {
  const found = SCALED_BY.find((one) => one === text);
  if (found === undefined) throw new OptionError(`--scale-by: "${text}" is neither ${SCALED_BY.join(' nor ')}`);
  return found;
}

function isModel(name: string): name is ModelName {
  return (MODELS as readonly string[]).includes(name);
}

function isDeployment(name: string): name is DeploymentName {
  return (DEPLOYMENTS as readonly string[]).includes(name);
}

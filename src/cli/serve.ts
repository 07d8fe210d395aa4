import { startLawServer } from '../../reference-server/law/server.ts';
import { OptionError, parseCount } from '../../reference-server/option-syntax.ts';
import { MODELS, type ModelName, startServer } from '../../reference-server/server.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';

/** The flags of `serve`, as written. */
export interface ServeFlags {
  host: string;
  port: string;
  law?: string;
  slots?: string;
  queue?: string;
  fault: string[];
  seed: string;
}

interface Running {
  /** Said once it accepts requests. */
  readonly title: string;
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
  const server = await start(model, flags, log).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof OptionError) throw new RampartError('bad-flag', error.message);
    if (error instanceof RampartError || error.code === undefined) throw error;
    throw new RampartError('port-in-use', error.message, 'Choose another one with --port, or end what uses it.');
  });
  world.stderr.write(`${server.title}   (Ctrl-C stops it)\n`);
  await interrupted;
  await server.close();
  return EXIT.passed;
}

async function start(model: string | undefined, flags: ServeFlags, log: (line: string) => void): Promise<Running> {
  const port = Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RampartError(
      'bad-flag',
      `--port: "${flags.port}" is no port`,
      'Write a whole number from 0 to 65535 (0: any free one).',
    );
  const { host } = flags;
  const seed = parseCount(flags.seed, '--seed', 0);
  if (flags.law !== undefined) {
    if (model !== undefined) throw new RampartError('usage', `a law takes the place of the model "${model}"`);
    const slots = flags.slots === undefined ? 1 : countOrUnlimited(flags.slots, '--slots', 1);
    const queue = flags.queue === undefined ? Number.POSITIVE_INFINITY : parseCount(flags.queue, '--queue', 0);
    const law = flags.law;
    const server = await startLawServer({ law, slots, queue, seed, host, port, log, faults: flags.fault });
    return { title: `law ${law}, slots: ${flags.slots ?? 1}: ${server.url}/predict`, close: server.close };
  }
  const name = model ?? 'loan';
  if (!isModel(name)) throw new RampartError('usage', `there is no model "${name}"`, `Models: ${MODELS.join(', ')}.`);
  const server = await startServer({ model: name, host, port, log });
  return { title: `${name} model: POST ${server.url}/predict`, close: server.close };
}

function countOrUnlimited(text: string, what: string, min: number): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : parseCount(text, what, min);
}

function isModel(name: string): name is ModelName {
  return (MODELS as readonly string[]).includes(name);
}

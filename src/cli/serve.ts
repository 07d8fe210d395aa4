import { MODELS, type ModelName, startServer } from '../../reference-server/server.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';

/** `rampart serve`: runs until it is interrupted. */
export async function serveCommand(
  world: World,
  model: string,
  options: { host: string; port: string },
): Promise<number> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RampartError(
      'bad-flag',
      `--port: "${options.port}" is no port`,
      'Write a whole number from 0 to 65535 (0: any free one).',
    );
  if (!isModel(model)) throw new RampartError('usage', `there is no model "${model}"`, `Models: ${MODELS.join(', ')}.`);
  const interrupted = new Promise<void>((resolve) => {
    const off = world.onInterrupt(() => {
      off();
      resolve();
    });
  });
  const server = await startServer({ model, host: options.host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    throw new RampartError('port-in-use', error.message, 'Choose another one with --port, or end what uses it.');
  });
  world.stderr.write(`${model} model: POST ${server.url}/predict   (Ctrl-C stops it)\n`);
  await interrupted;
  await server.close();
  return EXIT.passed;
}

function isModel(name: string): name is ModelName {
  return (MODELS as readonly string[]).includes(name);
}

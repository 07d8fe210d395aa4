/** The real machine as the library and the command use it: its clock, files, processors and built entries. */
import manifest from '../../package.json' with { type: 'json' };
import type { Machine } from '../core/world.ts';
import { loadModule } from '../functions/modules.ts';
import { SystemClock } from '../load/clock.ts';
import { filesWith } from './files.ts';

// As in ./files: quicker than an import statement.
const { availableParallelism, cpus, platform, release, totalmem } = process.getBuiltinModule('node:os');

/**
 * The machine that this process runs on.
 *
 * @param built folder that the package was built into, with a slash at its end: a module cannot tell where a bundler put it.
 */
export function thisMachine(built: URL): Machine {
  return {
    env: process.env,
    files: filesWith(new URL('src/machine/folder-probe.js', built)),
    clock: new SystemClock(),
    host: {
      os: `${platform()} ${release()}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
    },
    version: manifest.version,
    workerEntry: new URL('src/run/worker.js', built),
    assets: new URL('client/', built),
    loadModule: (name) => loadModule(name),
    wallTime: () => new Date(),
    randomSeed: () => Math.floor(Math.random() * 2 ** 31),
  };
}

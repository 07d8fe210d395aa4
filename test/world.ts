/** The real world with something changed, and commands that run in it within the test's process. */
import { main } from '../src/cli/program.ts';
import type { Files, World } from '../src/core/world.ts';
import { loadModule } from '../src/functions/modules.ts';
import { SystemClock } from '../src/load/clock.ts';
import { filesWith } from '../src/machine/files.ts';
import { startProgram } from '../src/machine/programs.ts';
import type { Finished } from './command.ts';

const DIST = new URL('../dist/', import.meta.url);

/** The file system, as the built command knows it. */
export const realFiles: Files = filesWith(new URL('src/machine/folder-probe.js', DIST));

/** The real world, but for what is changed, and for what it says: that goes nowhere. */
export function worldWith(changes: Partial<World> = {}): World {
  const terminal = { write: () => {}, isTTY: false, columns: 100 };
  return {
    argv: ['run'],
    env: {},
    stdout: terminal,
    stderr: terminal,
    keyboard: null,
    files: realFiles,
    clock: new SystemClock(),
    host: { os: 'test', cpu: 'test', cores: 2, memoryBytes: 1, node: process.version },
    version: '0.0.0',
    workerEntry: new URL('src/run/worker.js', DIST),
    serverEntries: new URL('reference-server/', DIST),
    assets: new URL('client/', DIST),
    startProgram,
    startSelf: () => {
      throw new Error('no test starts a second one');
    },
    loadModule,
    openBrowser: () => {},
    wallTime: () => new Date(),
    randomSeed: () => 1,
    onInterrupt: () => () => {},
    exit: () => {},
    ...changes,
  };
}

/** Runs a command in this process, in a world with something changed: for what cannot be brought about from outside. */
export async function rampartIn(changes: Partial<World>, args: readonly string[]): Promise<Finished> {
  const said = { stdout: '', stderr: '' };
  const terminal = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
    },
    isTTY: false,
    columns: 100,
  });
  const world = worldWith({ argv: args, stdout: terminal('stdout'), stderr: terminal('stderr'), ...changes });
  return { code: await main(world), ...said };
}

/** A file system that keeps nothing. */
export const noFiles: Files = {
  ...realFiles,
  isFolder: () => false,
  exists: () => false,
  makeFolder: async () => {},
  makeTemporaryFolder: async (name) => name,
  writeText: async () => {},
  createFile: async () => ({ append: async () => {}, copyTo: async () => {}, close: async () => {} }),
  remove: async () => {},
  removeFolder: async () => {},
};

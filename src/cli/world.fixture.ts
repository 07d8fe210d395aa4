/** A made-up world for unit tests of the command line, with no process, no network and files in memory. */
import type { World } from '../core/world.ts';
import { SystemClock } from '../load/clock.ts';
import { worldWith } from '../plan/plan.fixture.ts';
import { main } from './program.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly onInterrupt?: World['onInterrupt'];
  readonly exit?: World['exit'];
}

const nowhere = (): never => {
  throw new Error('no command of a unit test goes that far');
};

/** Runs a command line in this process: for all that ends before any load, which takes threads. */
export async function saidBy(
  argv: readonly string[],
  { env = {}, files = {}, onInterrupt = () => () => {}, exit = nowhere }: Surroundings = {},
): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const plain = worldWith(files);
  const world: World = {
    argv,
    env,
    stdout: {
      write: (text) => {
        stdout += text;
      },
      isTTY: false,
      columns: 100,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      isTTY: false,
      columns: 100,
    },
    keyboard: null,
    files: {
      ...(plain.files as World['files']),
      readText: (path) => new TextDecoder().decode(plain.files.readBytes(path)),
      discard: nowhere,
      writeText: nowhere,
      makeFolder: nowhere,
      isFolder: () => false,
      namesIn: nowhere,
      exists: () => false,
      makeTemporaryFolder: nowhere,
      createFile: nowhere,
      remove: nowhere,
      removeFolder: nowhere,
      removeTree: nowhere,
    },
    clock: new SystemClock(),
    host: { os: 'linux', cpu: 'made up', cores: 2, memoryBytes: 1e9, node: 'v20' },
    version: '0.0.0',
    workerEntry: new URL('file:///nowhere'),
    serverEntries: new URL('file:///nowhere/'),
    assets: new URL('file:///nowhere/'),
    startProgram: nowhere,
    startSelf: nowhere,
    loadModule: nowhere,
    openBrowser: nowhere,
    wallTime: () => new Date(0),
    randomSeed: () => 7,
    onInterrupt,
    exit,
  };
  const code = await main(world);
  return { code, stdout, stderr };
}

#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' };
import { main } from '../src/cli/program.ts';
import type { World } from '../src/core/world.ts';
import { SystemClock } from '../src/load/clock.ts';
import { filesWith } from './files.ts';
import { onInterrupt } from './interrupts.ts';
import { keyboardOf } from './keyboard.ts';
import { Output } from './output.ts';
import { isHeldUp } from './writing.ts';

// As in ./files: quicker than an import statement.
const { availableParallelism, cpus, platform, release, totalmem } = process.getBuiltinModule('node:os');

const world: World = {
  argv: process.argv.slice(2),
  env: process.env,
  stdout: new Output(process.stdout),
  stderr: new Output(process.stderr),
  keyboard: process.stdin.isTTY ? keyboardOf(process.stdin) : null,
  files: filesWith(new URL('folder-probe.js', import.meta.url)),
  clock: new SystemClock(),
  host: {
    os: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  },
  version: manifest.version,
  workerEntry: new URL('../src/run/worker.js', import.meta.url),
  serverEntries: new URL('../reference-server/', import.meta.url),
  assets: new URL('../client/', import.meta.url),
  openBrowser: (url) => {
    const commands: Partial<Record<NodeJS.Platform, string[]>> = {
      darwin: ['open', url],
      win32: ['explorer', url],
    };
    const [command = '', ...args] = commands[platform()] ?? ['xdg-open', url];
    // Loaded when it is asked for: few starts of the command start another program.
    const { spawn } = process.getBuiltinModule('node:child_process');
    spawn(command, args, { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
  },
  wallTime: () => new Date(),
  randomSeed: () => Math.floor(Math.random() * 2 ** 31),
  onInterrupt,
  exit: (code) => process.exit(code),
};

process.exitCode = await main(world);
// A call that does not return keeps the process, and even `process.exit` waits for it.
if (isHeldUp()) process.kill(process.pid, 'SIGKILL');

#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import { main } from '../src/cli/program.ts';
import type { Terminal, World } from '../src/core/world.ts';
import { SystemClock } from '../src/load/clock.ts';
import { realFiles } from './files.ts';
import { keyboardOf } from './keyboard.ts';

const terminal = (stream: NodeJS.WriteStream): Terminal => ({
  write: (text) => {
    stream.write(text);
  },
  isTTY: stream.isTTY === true,
  get columns() {
    return stream.columns ?? 100;
  },
});

const world: World = {
  argv: process.argv.slice(2),
  env: process.env,
  stdout: terminal(process.stdout),
  stderr: terminal(process.stderr),
  keyboard: process.stdin.isTTY ? keyboardOf(process.stdin) : null,
  files: realFiles,
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
    spawn(command, args, { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
  },
  wallTime: () => new Date(),
  randomSeed: () => Math.floor(Math.random() * 2 ** 31),
  onInterrupt: (callback) => {
    const interrupt = (): void => callback('SIGINT');
    const terminate = (): void => callback('SIGTERM');
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', terminate);
    return () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
    };
  },
  exit: (code) => process.exit(code),
};

// A reader that goes away (| head) ends the output, not the run.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await main(world);

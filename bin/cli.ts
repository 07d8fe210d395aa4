#!/usr/bin/env node
/** The command: gives the program the real world, and the process its exit code. Nothing else lives here. */
import { main } from '../src/cli/program.ts';
import type { World } from '../src/core/world.ts';
import { thisMachine } from '../src/machine/machine.ts';
import { startProgram } from '../src/machine/programs.ts';
import { isHeldUp } from '../src/machine/writing.ts';
import { onInterrupt } from './interrupts.ts';
import { keyboardOf } from './keyboard.ts';
import { Output } from './output.ts';

const { platform } = process;
/** As the system's shell reads it. */
const quoted = (word: string): string => (platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`);
const built = new URL('..', import.meta.url);

const world: World = {
  ...thisMachine(built),
  argv: process.argv.slice(2),
  env: process.env,
  stdout: new Output(process.stdout),
  stderr: new Output(process.stderr),
  keyboard: process.stdin.isTTY ? keyboardOf(process.stdin) : null,
  serverEntries: new URL('reference-server/', built),
  startProgram,
  startSelf: (argv) =>
    startProgram([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...argv].map(quoted).join(' ')),
  openBrowser: (url) => {
    const commands: Partial<Record<NodeJS.Platform, string[]>> = {
      darwin: ['open', url],
      win32: ['explorer', url],
    };
    const [command = '', ...args] = commands[platform] ?? ['xdg-open', url];
    // Loaded when it is asked for: few starts of the command start another program.
    const { spawn } = process.getBuiltinModule('node:child_process');
    spawn(command, args, { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
  },
  onInterrupt,
  exit: (code) => process.exit(code),
};

process.exitCode = await main(world);
// A call that does not return keeps the process, and even `process.exit` waits for it.
if (isHeldUp()) process.kill(process.pid, 'SIGKILL');

import type { Program } from '../core/world.ts';
import { groupCpuSeconds } from './group-cpu.ts';

// As in ./files: quicker than an import statement.
const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');

/** Lines of its output that are kept, and characters of a line. */
const LINES = 40;
const LINE = 400;
/** How long a program may take to end after it was asked to, ms. */
const PATIENCE = 5_000;
const WINDOWS = process.platform === 'win32';

/**
 * Starts a program by a line for the shell, in a process group of its own, so that whatever it starts ends with it: also
 * where this process ends without asking.
 */
export function startProgram(line: string): Program {
  const child = spawn(line, { shell: true, detached: !WINDOWS, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let last = '';
  const keep = (chunk: string): void => {
    const parts = `${last}${chunk}`.split(/\r?\n/);
    last = (parts.pop() ?? '').slice(0, LINE);
    lines.push(...parts.map((part) => part.slice(0, LINE)));
    if (lines.length > LINES) lines.splice(0, lines.length - LINES);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', keep);
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (WINDOWS) spawnSync('taskkill', ['/pid', `${child.pid}`, '/t', '/f']);
      else process.kill(-child.pid, signal);
    } catch {
      // Nobody is left in the group.
    }
  };
  const atExit = (): void => kill('SIGKILL');
  process.once('exit', atExit);
  let ending: string | null = null;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      ending = how;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
  });
  return {
    ended,
    hasEnded: () => ending,
    cpuSeconds: () => (child.pid === undefined ? null : groupCpuSeconds(child.pid)),
    lastLines: () => (last === '' ? [...lines] : [...lines, last]),
    async stop() {
      kill('SIGTERM');
      let killed = false;
      const timer = setTimeout(() => {
        killed = true;
        kill('SIGKILL');
      }, PATIENCE);
      await ended;
      clearTimeout(timer);
      // The shell may end before what it started: whoever is left is ended too.
      kill('SIGKILL');
      process.off('exit', atExit);
      child.stdout?.destroy();
      child.stderr?.destroy();
      return killed ? 'killed' : 'ended';
    },
  };
}

/** Programs that are started for a test, and ended with all that they started themselves. */
import type { Program } from '../core/world.ts';
import { groupCpuSeconds, groupRuns } from './process-group.ts';

// As in ./files: quicker than an import statement.
const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');

/** Lines of its output that are kept, and characters of a line. */
const LINES = 40;
const LINE = 400;
/** How long a program may take to end after it was asked to, ms; and to be gone after it was killed. */
const PATIENCE = 5_000;
const GONE = 1_000;
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
  const runs = (): boolean => ending === null || (!WINDOWS && child.pid !== undefined && groupRuns(child.pid));
  return {
    ended,
    hasEnded: () => ending,
    cpuSeconds: () => (child.pid === undefined ? null : groupCpuSeconds(child.pid)),
    lastLines: () => (last === '' ? [...lines] : [...lines, last]),
    async stop() {
      kill('SIGTERM');
      // The shell ends at once; what it has started may have something to write before.
      const killed = !(await comes(() => !runs(), PATIENCE));
      if (killed) {
        kill('SIGKILL');
        await ended;
        await comes(() => !runs(), GONE);
      }
      process.off('exit', atExit);
      child.stdout?.destroy();
      child.stderr?.destroy();
      return killed ? 'killed' : 'ended';
    },
  };
}

/** Waits for something. @returns whether it came in time. */
async function comes(there: () => boolean, patience: number): Promise<boolean> {
  const until = Date.now() + patience;
  for (let pause = 5; !there(); pause = Math.min(100, 1.5 * pause)) {
    if (Date.now() >= until) return false;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pause);
    });
  }
  return true;
}

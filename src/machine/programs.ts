/** Programs that are started for a test, and ended with all that they started themselves. */
import type { Program } from '../core/world.ts';
import { groupCpuSeconds, groupRuns, strayPids } from './process-group.ts';

// As in ./files: quicker than an import statement.
const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');
const { randomUUID } = process.getBuiltinModule('node:crypto');

/** Lines of its output that are kept, and characters of a line. */
const LINES = 40;
const LINE = 400;
/** How long a program may take to end after it was asked to, ms; and to be gone after it was killed. */
const PATIENCE = 5_000;
const GONE = 1_000;
/** By this variable who has left the process group is found again. */
const MARK = 'STARTED_FOR_LOAD_TEST';
const WINDOWS = process.platform === 'win32';

/**
 * Starts a program by a line for the shell, in a process group of its own, so that whatever it starts ends with it: also
 * where this process ends without asking, and on Linux also what has left the group.
 */
export function startProgram(line: string): Program {
  const own = randomUUID();
  const child = spawn(line, {
    shell: true,
    detached: !WINDOWS,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [MARK]: own },
  });
  const strays = (): readonly number[] => (child.pid === undefined ? [] : strayPids(child.pid, MARK, own));
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
    if (WINDOWS) spawnSync('taskkill', ['/pid', `${child.pid}`, '/t', '/f']);
    else for (const pid of [-child.pid, ...strays()]) signalled(pid, signal);
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
  const runs = (): boolean =>
    ending === null || (!WINDOWS && child.pid !== undefined && (groupRuns(child.pid) || strays().length > 0));
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

/** @param pid of a process, or of a group, with a minus. */
function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended; nobody is left in the group.
  }
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

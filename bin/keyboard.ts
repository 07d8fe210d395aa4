/** The real terminal's keys, raw while somebody listens and as they were afterwards. */
import type { Keyboard } from '../src/core/world.ts';

const { readFileSync } = process.getBuiltinModule('node:fs');
const { platform } = process.getBuiltinModule('node:os');

/** What a terminal itself makes of a key, unless it is raw. */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  '\u0003': 'SIGINT',
  '\u001A': 'SIGTSTP',
  '\u001C': 'SIGQUIT',
};
/** It would end the process before the terminal is itself again. */
const ENDING = 'SIGQUIT';

/**
 * The keys of a terminal. It is raw meanwhile, so what it does at Ctrl-C, Ctrl-Z and Ctrl-\ is done here. It is itself
 * again at the end of the process, however that comes about, and while the process is stopped (Ctrl-Z).
 */
export function keyboardOf(stdin: NodeJS.ReadStream): Keyboard {
  return {
    onKey: (callback) => {
      const read = (text: string): void => {
        for (const key of text) {
          const signal = SIGNALS[key];
          if (signal === undefined) callback(key);
          else send(signal);
        }
      };
      const take = (): void => {
        // A job in the background that touches the terminal is stopped by it.
        if (stdin.isRaw || !isInForeground()) return;
        stdin.setRawMode(true);
        stdin.setEncoding('utf8').on('data', read).resume();
      };
      const give = (): void => {
        if (!stdin.isRaw) return;
        stdin.off('data', read).pause();
        try {
          stdin.setRawMode(false);
        } catch {
          // It is gone, and needs to be nothing any more.
        }
      };
      const send = (signal: NodeJS.Signals): void => {
        if (platform() === 'win32') {
          if (signal === 'SIGINT') process.emit(signal, signal);
          return;
        }
        if (signal !== 'SIGINT') give();
        // As a terminal does: to every process of the job.
        process.kill(0, signal);
      };
      const end = (signal: NodeJS.Signals): void => {
        release();
        process.kill(process.pid, signal);
      };
      const release = (): void => {
        give();
        process.off('exit', give).off('SIGCONT', take);
        process.off(ENDING, end);
      };
      process.on('exit', give).on('SIGCONT', take);
      process.on(ENDING, end);
      // The terminal is gone: there are no more keys.
      stdin.on('error', () => {});
      take();
      return release;
    },
  };
}

/** Whether the terminal listens to this process. Where the system does not tell, it does. */
function isInForeground(): boolean {
  if (platform() === 'win32') return true;
  const [group, foreground] = groups();
  return group === undefined || group === foreground;
}

/** The process's own group, and the one that has the terminal. */
function groups(): (string | undefined)[] {
  try {
    // After the name of the command, which may hold spaces and brackets: state, parent, group, session, terminal, foreground.
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return [fields[2], fields[5]];
  } catch {
    // Loaded where it is needed: it takes longer than the rest of the file.
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
    return stdout?.trim().split(/\s+/) ?? [];
  }
}

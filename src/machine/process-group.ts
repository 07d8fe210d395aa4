/** What a group of processes uses, whether one of them runs, and who has left it. */

// As in ./files: quicker than an import statement.
const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs');

/**
 * Linux tells user space its processor times in ticks of this clock: 100 a second on every platform that Node runs on.
 */
const TICKS_PER_SECOND = 100;

/**
 * Processor time of all processes of a group, and of those of their children that have ended, s. Null where the system does
 * not tell: Linux alone does, in /proc.
 */
export function groupCpuSeconds(group: number): number | null {
  if (process.platform !== 'linux') return null;
  let ticks = 0;
  for (const fields of membersOf(group)) for (const field of TIMES) ticks += Number(fields[field]);
  return ticks / TICKS_PER_SECOND;
}

/** Whether a process of a group runs. One that has ended, and that nobody waits for, does not. */
export function groupRuns(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  for (const fields of membersOf(group)) if (!ENDED.includes(fields[STATE] ?? '')) return true;
  return false;
}

/**
 * Processes that were started from a group and have left it, as daemons do: they inherited a variable of the environment with this value.
 * Only Linux tells; one that was started with an environment of its own is not found.
 */
export function strayPids(group: number, name: string, value: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return processes().flatMap((pid) => {
    const fields = statOf(pid);
    if (fields === null || fields[PGRP] === `${group}` || ENDED.includes(fields[STATE] ?? '')) return [];
    return environmentOf(pid).includes(`${name}=${value}`) ? Number(pid) : [];
  });
}

const processes = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** As it was when its program began; of a process of somebody else nothing is told. */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

function* membersOf(group: number): Iterable<readonly string[]> {
  for (const name of processes()) {
    const fields = statOf(name);
    if (fields?.[PGRP] === `${group}`) yield fields;
  }
}

/**
 * Places after the program's name. Source: proc_pid_stat(5), state (3), pgrp (5), utime, stime, cutime, cstime (14 to
 * 17).
 */
const STATE = 0;
/** Zombie, dead. */
const ENDED = ['Z', 'X'];
const PGRP = 2;
const TIMES = [11, 12, 13, 14] as const;

function statOf(pid: string): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in brackets and may hold anything, brackets too.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended meanwhile.
    return null;
  }
}

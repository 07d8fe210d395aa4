/** Measures several targets one after the other, each started and ended for its turn where it has a command. */
import { join } from 'node:path';
import { EXIT, RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { CpuCourse } from './cpu-course.ts';
import { resultOf } from './finished-result.ts';
import { fixedWork } from './fixed-work.ts';
import { runCommand } from './run.ts';
import { type StartedTarget, withTargetProgram } from './started-target.ts';

/** One of the targets that are measured in turns. */
export interface LiveSide {
  readonly label: string;
  readonly url: string;
  /** The address without its secrets. */
  readonly shown: string;
  /** Started anew for each run; null: it runs anyway. */
  readonly program: StartedTarget | null;
}

export interface Turn {
  readonly kind: Plan['kind'];
  /** Where the run goes: a folder for each side and number. */
  readonly folder: string;
  readonly number: number;
  /** What the folder, and a message, call it: `round`, `pair`. */
  readonly name: string;
  readonly seed: number;
  readonly overwrite: boolean;
  /** Of the command, for each of the runs. */
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface Measured {
  readonly label: string;
  readonly from: string;
  readonly result: RunResult;
  /** What the started target used between two instants of the wall clock, s; null: not known. */
  readonly cpuSeconds: (start: number, end: number) => number | null;
  /** How long a fixed calculation took before it, ms. */
  readonly workMs?: number;
}

/** How long one of several runs lasts, where its flags do not say it. */
export function usualLength(flags: Readonly<Record<string, unknown>>): { readonly duration?: string } {
  const ends = ['duration', 'stages', 'requests', 'until'].some((name) => flags[name] !== undefined);
  return ends ? {} : { duration: '10s' };
}

/**
 * Measures each of the sides, in the order given, with one seed: the same arrivals and rows meet all of them.
 *
 * @returns null where it was interrupted.
 */
export async function measureTurn(
  world: World,
  order: readonly LiveSide[],
  turn: Turn,
  signal: AbortSignal,
): Promise<readonly Measured[] | null> {
  const all: Measured[] = [];
  for (const side of order) {
    const one = await measured(world, side, turn, signal);
    if (one === null) return null;
    all.push(one);
  }
  return all;
}

async function measured(world: World, side: LiveSide, turn: Turn, signal: AbortSignal): Promise<Measured | null> {
  if (signal.aborted) return null;
  const out = join(turn.folder, `${side.label}-${String(turn.number).padStart(2, '0')}`);
  const workMs = fixedWork(world);
  let said = '';
  const silent = (heard: (text: string) => void): World['stdout'] => ({ write: heard, isTTY: false, columns: 100 });
  // What is told of the runs is told of the comparison.
  const { GITHUB_STEP_SUMMARY: _, GITHUB_ACTIONS: __, ...env } = world.env;
  const inside: World = {
    ...world,
    env,
    keyboard: null,
    stdout: silent(() => {}),
    stderr: silent((text) => {
      said = `${said}${text}`.slice(-4_000);
    }),
  };
  const run = async () =>
    signal.aborted
      ? EXIT.interrupted
      : runCommand(inside, turn.kind, side.url, {
          ...turn.flags,
          ...{ out, quiet: true, overwrite: turn.overwrite },
          // A seed has 32 bits.
          seed: `${(turn.seed + turn.number) >>> 0}`,
        });
  let cpuSeconds: Measured['cpuSeconds'] = () => null;
  const code = await (side.program === null
    ? run()
    : withTargetProgram(world, side.program, signal, async (program) => {
        const course = new CpuCourse(world, () => program.cpuSeconds());
        cpuSeconds = (start, end) => course.between(start, end);
        return run().finally(() => course.end());
      }));
  if (code === EXIT.interrupted || signal.aborted) return null;
  if (code === EXIT.passed || code === EXIT.failed || code === EXIT.invalid)
    return { label: side.label, from: out, result: resultOf(world, out), cpuSeconds, workMs };
  throw new RampartError(
    code === EXIT.usage ? 'usage' : 'unreachable',
    `${turn.name} ${turn.number}, ${side.label} (${side.shown}): ${said.trim() || `ended with exit code ${code}`}`,
  );
}

/** The comparison, which tells of the turns that say nothing. @param voids why, of each. @param said of so many of them. */
export function withVoids<Compared extends { readonly doubts: readonly string[] }>(
  comparison: Compared,
  voids: readonly string[],
  said: (count: number) => string,
): Compared {
  if (voids.length === 0) return comparison;
  const count = voids.length > 1 ? 'count' : 'counts';
  const doubt = `${said(voids.length)}, and ${count} nowhere; the last: ${voids.at(-1)}`;
  return { ...comparison, doubts: [doubt, ...comparison.doubts] };
}

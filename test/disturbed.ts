import { beforeEach, type TestOptions } from 'vitest';
import type { DoubtCode, RunResult } from '../src/core/result.ts';
import { taken } from './command.ts';

/**
 * When a measurement may be taken again: only where it failed, and what was measured says itself that the machine disturbed
 * it. One whose verdict knows of nothing and that is wrong all the same is the fault that these tests look for.
 */

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was run again; the summary of all suites prints it. */
    repeated?: string;
  }
}

/** What a verdict says where something else had the cores, or the whole machine slept. */
const OF_THE_MACHINE: ReadonlySet<DoubtCode> = new Set([
  'send-lag',
  'loop-delay',
  'stood-still',
  'generator-saturated',
  'cpu-contended',
  'clock-set',
]);

/** What this measurement says of a machine that disturbed it; null: of none. */
export function disturbanceOf({ verdict, breakingPoint }: RunResult): string | null {
  const doubt = verdict.doubts.find(({ code }) => OF_THE_MACHINE.has(code));
  if (doubt !== undefined) return doubt.message;
  // The levels of a search have no doubts of their own: one is void where the generator was unfit.
  const level = breakingPoint?.levels.find((each) => each.verdict === 'void');
  return level === undefined ? null : `level ${level.index + 1}: ${level.reason}`;
}

/** What a run ends with: 5 where the machine was not fit to measure, and otherwise what it is to be. */
export function codeOf({ verdict }: RunResult, otherwise: number): number {
  return verdict.status === 'invalid' ? 5 : otherwise;
}

let present: { readonly name: string; readonly meta: { repeated?: string } } | null = null;
beforeEach(({ task }) => {
  present = task;
  taken.length = 0;
});

/**
 * Options of a test that measures: where it fails, and a result that it took is disturbed, all of it is done again with a
 * server of its own, twice at most, and told aloud.
 */
export const MEASURED: TestOptions = {
  retry: {
    count: 2,
    condition: () => {
      const why = taken.map(disturbanceOf).find((each) => each !== null) ?? null;
      if (why === null || present === null) return false;
      present.meta.repeated = why;
      process.stderr.write(`AGAIN, since the machine disturbed it: ${present.name}\n  ${why}\n`);
      return true;
    },
  },
};

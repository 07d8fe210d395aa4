import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, type TestContext } from 'vitest';
import { REASONS } from '../src/analyze/chip.ts';
import type { RunResult } from '../src/core/result.ts';
import { type Finished, type Running, taken } from './command.ts';
import { OF_THE_MACHINE } from './machine-doubts.ts';

/**
 * When a measurement may be taken again: only where it failed, and what was measured says itself that the machine disturbed
 * it, or the kernel says so of the server. One whose verdict knows of nothing and that is wrong all the same is the fault that
 * these tests look for.
 */

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was run again; the summary of all suites prints it. */
    repeated?: string;
  }
}

/** What a comparison says of pairs that it could not count. */
const VOID_PAIRS = /\d+ pairs? of runs said nothing of the targets/;

/** What this measurement says of a machine that disturbed it; null: of none. */
function disturbanceOf(measurement: RunResult | Finished): string | null {
  if ('stdout' in measurement) {
    const reason = [...OF_THE_MACHINE]
      .map((code) => REASONS[code])
      .find((each) => measurement.stdout.includes(`: ${each}`));
    if (measurement.code === 5 && reason !== undefined) return reason;
    return VOID_PAIRS.exec(measurement.stdout)?.[0] ?? null;
  }
  const { verdict, breakingPoint, generator } = measurement;
  const doubt = verdict.doubts.find(({ code }) => OF_THE_MACHINE.has(code));
  if (doubt !== undefined) return doubt.message;
  if ((generator.standstills ?? []).length > 0) return REASONS['stood-still'];
  // The levels of a search have no doubts of their own: one is void where the generator was unfit.
  const level = breakingPoint?.levels.find((each) => each.verdict === 'void');
  return level === undefined ? null : `level ${level.index + 1}: ${level.reason}`;
}

/** What a run ends with: 5 where the machine was not fit to measure, and otherwise what it is to be. */
export function codeOf({ verdict }: RunResult, otherwise: number): number {
  return verdict.status === 'invalid' ? 5 : otherwise;
}

/**
 * What the kernel says of a server that had a core for less time than it waited for one; null: of no such server, or where the
 * kernel does not tell. It was as slow as it was measured, but not the server that it is to be.
 */
function starvationOf(pid: number): string | null {
  let [ran, waited] = [0, 0];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [own = '', others = ''] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
      ran += Number(own) / 1e9;
      waited += Number(others) / 1e9;
    }
  } catch {
    return null;
  }
  return waited > ran
    ? `the server had a core for ${ran.toFixed(1)} s, and waited for one for ${waited.toFixed(1)} s`
    : null;
}

/** What ends the servers of an attempt: after each test, and before it is done again. */
const endings: (() => unknown)[] = [];

/** To be called once in a test file, in the place of `afterEach`. */
export function afterEachAttempt(end: () => unknown): void {
  endings.push(end);
  afterEach(async () => void (await end()));
}

const ATTEMPTS = 5;

/**
 * A test that measures. Where it fails, and something that it measured says itself that the machine disturbed it, all of it
 * is done again with a server of its own, four times at most, and told aloud.
 *
 * @param serving the process that is measured, where the test holds it against theory: no client can tell a server that lacks a
 * core from one that is slow.
 */
export function undisturbed(
  attempt: (test: TestContext) => Promise<void>,
  serving: () => Pick<Running, 'pid'> | null = () => null,
): (test: TestContext) => Promise<void> {
  return async (test) => {
    for (let left = ATTEMPTS - 1; ; left--) {
      taken.length = 0;
      try {
        await attempt(test);
        return;
      } catch (error) {
        const served = serving();
        const why =
          taken.map(disturbanceOf).find((each) => each !== null) ?? (served === null ? null : starvationOf(served.pid));
        if (why === null || left === 0) throw error;
        test.task.meta.repeated = why;
        process.stderr.write(
          `Again, since the machine disturbed it: ${test.task.name}\n  ${why}\n  ${String(error)}\n`,
        );
      }
      for (const end of endings) await end();
    }
  };
}

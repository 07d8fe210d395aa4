import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CLI } from './command.ts';
import { faultRun } from './faults.ts';

const TARGET = fileURLToPath(new URL('fault-target.mjs', import.meta.url));

/** The short form of docs/reliability.md's table, where all faults are. */
it.concurrent.each([
  ['run', 'half responses'],
  ['run', 'disk full'],
  ['probe', 'target restarted'],
  ['find', 'worker killed'],
] as const)(
  '%s, %s: ends as stated, and its counts add up to the target’s',
  async (command, fault) => {
    const { wrong, sent, received } = await faultRun(command, fault, CLI, TARGET);
    expect(wrong).toEqual([]);
    expect(Math.min(sent, received)).toBeGreaterThan(0);
  },
  120_000,
);

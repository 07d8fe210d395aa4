import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startProgram } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes what it knows when it is asked to end, which takes it a while. */
const WRITER = (state: string): string =>
  `process.on('SIGTERM', () => setTimeout(() => { require('fs').writeFileSync('${state}', 'whole'); process.exit(); }, 400));` +
  "setInterval(() => {}, 1000); console.log('ready', process.pid);";

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe.runIf(process.platform === 'linux')('a program that is stopped', () => {
  it.each([
    ['by itself', (node: string) => `exec ${node}`],
    ['behind a shell', (node: string) => `sh -c '${node.replaceAll("'", "'\\''")}; true'; true`],
    ['in the background', (node: string) => `${node} & wait`],
  ])('has time to write its state: %s', async (name, line) => {
    const state = join(folder, name.replaceAll(' ', '-'));
    const program = startProgram(line(`"${process.execPath}" -e "${WRITER(state)}"`));
    await expect.poll(() => program.lastLines().join(), { timeout: 30_000 }).toMatch(/ready/);
    const pid = Number(program.lastLines().join().split(' ')[1]);
    expect(await program.stop()).toBe('ended');
    expect(readFileSync(state, 'utf8')).toBe('whole');
    expect(runs(pid)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { groupCpuSeconds, groupRuns } from './process-group.ts';
import { startProgram } from './programs.ts';

const BUSY = 'const end = Date.now() + 600; while (Date.now() < end);';

describe.runIf(process.platform === 'linux')('processor time of a started program', () => {
  it('counts what it has started too, and grows by what was used', async () => {
    // The shell waits for two children one after the other: the first has ended when the second still works.
    const program = startProgram(
      `"${process.execPath}" -e "${BUSY}"; "${process.execPath}" -e "${BUSY} console.log('done'); setTimeout(() => {}, 60_000)"`,
    );
    try {
      await expect.poll(() => program.lastLines(), { timeout: 30_000 }).toContain('done');
      // 1.2 s of wall time; a machine with a load of ten gives a part of it.
      expect(program.cpuSeconds()).toBeGreaterThan(0.05);
      const used = program.cpuSeconds() ?? 0;
      await expect.poll(() => (program.cpuSeconds() ?? 0) - used, { timeout: 500 }).toBeLessThan(0.4);
    } finally {
      await program.stop();
    }
  });

  it('is nothing where there is no such group', () => {
    expect(groupCpuSeconds(2 ** 30)).toBe(0);
    expect(groupRuns(2 ** 30)).toBe(false);
  });
});

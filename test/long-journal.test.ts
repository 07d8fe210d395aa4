import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLI, temporaryFolder } from './command.ts';
import { drawn, writeLongJournal } from './long-journal.ts';

it('draws 20,000 intervals in bounded memory and time, each in history.csv', async () => {
  const folder = temporaryFolder();
  writeLongJournal(join(folder, 'journal.ndjson'), 20_000, 30);
  const { code, cpu, rss } = await drawn(CLI, folder);
  expect(code).toBe(0);
  // Measured: see docs/reliability.md. A busy machine may need several times as long.
  expect(cpu).toBeLessThan(25);
  // Node 24 lets its heap grow further before it collects: 386 MB here, and 483 with three times the intervals.
  expect(rss).toBeLessThan(Number.parseInt(process.versions.node, 10) >= 24 ? 470 : 330);
  expect(readFileSync(join(folder, 'history.csv'), 'utf8').split('\r\n')).toHaveLength(1 + 2 * 20_000 + 1);
}, 120_000);

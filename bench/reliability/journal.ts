/**
 * `npm run build && node scripts/bundled.mjs bench/reliability/journal.ts`: draws reports of long journals, and writes what they took into
 * docs/reliability.md. About a minute.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawn, writeLongJournal } from '../../test/long-journal.ts';
import { describeMachine } from '../machine.ts';
import { type JournalResults, journalSection } from './journal-section.ts';
import { saveSection } from './page.ts';

const JOURNALS = [
  { intervals: 600, perSecond: 200 },
  { intervals: 5_000, perSecond: 200 },
  { intervals: 20_000, perSecond: 30 },
  { intervals: 20_000, perSecond: 200 },
];

const runs: JournalResults['runs'][number][] = [];
for (const { intervals, perSecond } of JOURNALS) {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  const path = join(folder, 'journal.ndjson');
  writeLongJournal(path, intervals, perSecond);
  const size = statSync(path).size / 1e6;
  const { code, cpu, wall, rss } = await drawn(join(process.cwd(), 'dist/bin/cli.js'), folder);
  if (code !== 0) throw new Error(`rampart report ended with exit code ${code}`);
  runs.push({ intervals, perSecond, size, cpu, wall, rss });
  console.log(`${intervals} intervals: ${cpu.toFixed(1)} s of CPU, ${rss.toFixed(0)} MB`);
  rmSync(folder, { recursive: true, force: true });
}
saveSection(journalSection, { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), runs });

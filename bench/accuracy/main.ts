/** Prints the accuracy table and writes `docs/accuracy.md`. Argument: runs per experiment (200). */
import { writeFileSync } from 'node:fs';
import { accuracyPage, experiments, line } from './table.ts';

const runs = Number(process.argv[2] ?? 200);
const rows = [];
for (const row of experiments(runs)) {
  rows.push(row);
  console.log(line(row));
}
writeFileSync('docs/accuracy.md', accuracyPage(rows, runs));
if (rows.some(({ reached }) => reached === false)) console.log('Some demands are missed: see **missed**.');

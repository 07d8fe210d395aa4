/**
 * Prints the accuracy table and writes `docs/accuracy.md`, or with `families` the one of many kinds of targets and
 * `docs/accuracy-families.md`. Argument: searches per line (200). The lines are shared out
 * among processes, one a core; seeds belong to the lines, so their number changes nothing.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { inProcesses } from '../processes.ts';
import { pooledRow } from './families.ts';
import type { Row } from './summary.ts';
import { accuracyPage, experiments, familiesPage, familyLines, line } from './table.ts';

const families = process.argv[2] === 'families';
const given = process.argv[families ? 3 : 2];
const runs = Number(given ?? 200);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`accuracy: "${given}" is no number of searches; write a whole number, like 200`);
  process.exit(2);
}
const lines = families ? familyLines(runs) : experiments(runs);

/** As far as they are there, in their order. */
const rows = new Array<Row | undefined>(lines.length).fill(undefined);
let printed = 0;
const all = await inProcesses(lines, (row, index) => {
  rows[index] = row;
  for (let one = rows[printed]; one !== undefined; one = rows[++printed]) console.log(line(one));
});
if (all !== null) {
  if (families) {
    const pooled = pooledRow(all);
    console.log(line(pooled));
    all.push(pooled);
    const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
    writeFileSync('docs/accuracy-families.md', familiesPage(all, runs, machine));
  } else writeFileSync('docs/accuracy.md', accuracyPage(all, runs));
  if (all.some(({ reached }) => reached === false)) console.log('Some demands are missed: see **missed**.');
}

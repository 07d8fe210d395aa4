/**
 * Prints the accuracy table and writes `docs/accuracy.md`, or with `families` the one of many kinds of targets and
 * `docs/accuracy-families.md`. Argument: searches per line (200). The lines are shared out
 * among processes, one a core; seeds belong to the lines, so their number changes nothing.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { Row } from './experiments.ts';
import { pooledRow } from './families.ts';
import { accuracyPage, experiments, familiesPage, familyLines, line } from './table.ts';

const families = process.argv[2] === 'families';
const given = process.argv[families ? 3 : 2];
const runs = Number(given ?? 200);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`accuracy: "${given}" is no number of searches; write a whole number, like 200`);
  process.exit(2);
}
const lines = families ? familyLines(runs) : experiments(runs);

if (process.send === undefined) await lead();
else follow();

/** Hands out the lines, and prints them in their order. */
async function lead(): Promise<void> {
  const rows = new Array<Row | undefined>(lines.length).fill(undefined);
  let next = 0;
  let printed = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', process.argv.slice(2));
      let done = false;
      const hand = (): void => {
        done = next >= lines.length;
        if (done) child.disconnect();
        else child.send(next++);
      };
      child.on('message', ([index, row]: [number, Row]) => {
        rows[index] = row;
        for (let one = rows[printed]; one !== undefined; one = rows[++printed]) console.log(line(one));
        hand();
      });
      child.once('exit', (code) => {
        if (done) resolve();
        else reject(new Error(`a process ended with code ${code}`));
      });
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), lines.length) }, work));
  const all = rows.filter((row) => row !== undefined);
  if (families) {
    const pooled = pooledRow(all);
    console.log(line(pooled));
    all.push(pooled);
    const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
    writeFileSync('docs/accuracy-families.md', familiesPage(all, runs, machine));
  } else writeFileSync('docs/accuracy.md', accuracyPage(all, runs));
  if (all.some(({ reached }) => reached === false)) console.log('Some demands are missed: see **missed**.');
}

function follow(): void {
  process.on('message', (index: number) => process.send?.([index, lines[index]?.()]));
}

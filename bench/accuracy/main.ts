/**
 * Prints the accuracy table and writes `docs/accuracy.md`. Argument: searches per line (200). The lines are shared out
 * among processes, one a core; seeds belong to the lines, so their number changes nothing.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Row } from './experiments.ts';
import { accuracyPage, experiments, line } from './table.ts';

const runs = Number(process.argv[2] ?? 200);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`accuracy: "${process.argv[2]}" is no number of searches; write a whole number, like 200`);
  process.exit(2);
}
const lines = experiments(runs);

if (process.send === undefined) await lead();
else follow();

/** Hands out the lines, and prints them in their order. */
async function lead(): Promise<void> {
  const rows = new Array<Row | undefined>(lines.length).fill(undefined);
  let next = 0;
  let printed = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', [String(runs)]);
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
  writeFileSync('docs/accuracy.md', accuracyPage(all, runs));
  if (all.some(({ reached }) => reached === false)) console.log('Some demands are missed: see **missed**.');
}

function follow(): void {
  process.on('message', (index: number) => process.send?.([index, lines[index]?.()]));
}

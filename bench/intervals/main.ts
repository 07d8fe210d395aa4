/**
 * Prints how often the intervals that a run prints hold the truth, and writes `docs/intervals.md`. Argument: runs per line
 * (300). Exit code 3 where a demand is missed.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { intervalsPage, jobs, type Line, misses, textOf } from './table.ts';

const runs = Number(process.argv[2] ?? 300);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`intervals: "${process.argv[2]}" is no number of runs; write a whole number, like 300`);
  process.exit(2);
}
const all = jobs(runs);

if (process.send === undefined) await lead();
else process.on('message', (index: number) => process.send?.([index, all[index]?.()]));

/** Hands out the jobs, one process a core; seeds belong to the runs, so their number changes nothing. */
async function lead(): Promise<void> {
  const results = new Array<Line[]>(all.length);
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', [String(runs)]);
      let done = false;
      const hand = (): void => {
        done = next >= all.length;
        if (done) child.disconnect();
        else child.send(next++);
      };
      child.on('message', ([index, lines]: [number, Line[]]) => {
        results[index] = lines;
        for (const line of lines) console.log(textOf(line));
        hand();
      });
      child.once('exit', (code) => (done ? resolve() : reject(new Error(`a process ended with code ${code}`))));
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), all.length) }, work));
  const lines = results.flat();
  writeFileSync('docs/intervals.md', intervalsPage(lines));
  if (lines.some((line) => line.counts.some((count) => misses(line, count)))) process.exitCode = 3;
}

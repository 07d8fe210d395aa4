/**
 * Prints how often the intervals that a run prints hold the truth, and writes `docs/intervals.md`. Argument: runs per line
 * (300). Exit code 3 where a demand is missed.
 */
import { writeFileSync } from 'node:fs';
import { inProcesses } from '../processes.ts';
import { intervalsPage, jobs, misses, textOf } from './table.ts';

const runs = Number(process.argv[2] ?? 300);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`intervals: "${process.argv[2]}" is no number of runs; write a whole number, like 300`);
  process.exit(2);
}
const results = await inProcesses(jobs(runs), (lines) => {
  for (const line of lines) console.log(textOf(line));
});
if (results !== null) {
  const lines = results.flat();
  writeFileSync('docs/intervals.md', intervalsPage(lines));
  if (lines.some((line) => line.counts.some((count) => misses(line, count)))) process.exitCode = 3;
}

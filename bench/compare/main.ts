/**
 * Prints how often comparisons of simulated runs are right, and writes the figures of `docs/comparison.md` between their marks.
 * Arguments: comparisons of builds that do not differ, in all (400); or `lengths`, and how many comparisons each figure of the
 * table of lengths is of (40). Exit code 3 where a demand is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { inProcesses } from '../processes.ts';
import { lengthJobs, lengthsText, shortOf } from './lengths.ts';
import { cellOf, figures, jobsOf, missed } from './table.ts';

const PAGE = 'docs/comparison.md';

const lengths = process.argv[2] === 'lengths';
const wish = process.argv[lengths ? 3 : 2];
const wanted = Number(wish ?? (lengths ? 40 : 400));
if (!Number.isInteger(wanted) || wanted < 1) {
  console.error(`compare: "${wish}" is no number of comparisons; write a whole number, like 400`);
  process.exit(2);
}
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`;
if (lengths) {
  const lines = await inProcesses(lengthJobs(wanted), (line) => console.log(JSON.stringify(line)));
  if (lines !== null) {
    write('lengths', lengthsText(lines, machine));
    if (shortOf(lines).length > 0) process.exitCode = 3;
  }
} else {
  const cells = await inProcesses(
    jobsOf(wanted).map((job) => () => cellOf(job)),
    (cell) => console.log(JSON.stringify(cell)),
  );
  if (cells !== null) {
    write('figures', figures(cells, machine));
    if (missed(cells)) process.exitCode = 3;
  }
}

function write(mark: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- ${mark}: begin -->`;
  const start = page.indexOf(begin) + begin.length;
  writeFileSync(PAGE, `${page.slice(0, start)}\n\n${text}\n${page.slice(page.indexOf(`<!-- ${mark}: end -->`))}`);
}

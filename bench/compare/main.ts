/**
 * Prints how often comparisons of simulated runs are right, and writes `docs/comparison.md`'s figures (between its marks).
 * Argument: comparisons of builds that do not differ, in all (400). Exit code 3 where a demand is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { inProcesses } from '../processes.ts';
import { cellOf, figures, jobsOf, missed } from './table.ts';

const PAGE = 'docs/comparison.md';
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];

const wanted = Number(process.argv[2] ?? 400);
if (!Number.isInteger(wanted) || wanted < 1) {
  console.error(`compare: "${process.argv[2]}" is no number of comparisons; write a whole number, like 400`);
  process.exit(2);
}
const jobs = jobsOf(wanted);
const cells = await inProcesses(
  jobs.map((job) => () => cellOf(job)),
  (cell) => console.log(JSON.stringify(cell)),
);
if (cells !== null) {
  const page = readFileSync(PAGE, 'utf8');
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`;
  const start = page.indexOf(BEGIN) + BEGIN.length;
  writeFileSync(PAGE, `${page.slice(0, start)}\n\n${figures(cells, machine)}\n${page.slice(page.indexOf(END))}`);
  if (missed(cells)) process.exitCode = 3;
}

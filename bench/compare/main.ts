/**
 * Prints how often comparisons of simulated runs are right, and writes `docs/comparison.md`'s figures (between its marks).
 * Argument: comparisons of builds that do not differ, in all (400). Exit code 3 where a demand is missed.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Cell, cellOf, figures, jobsOf, missed } from './table.ts';

const PAGE = 'docs/comparison.md';
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];

const wanted = Number(process.argv[2] ?? 400);
if (!Number.isInteger(wanted) || wanted < 1) {
  console.error(`compare: "${process.argv[2]}" is no number of comparisons; write a whole number, like 400`);
  process.exit(2);
}
const jobs = jobsOf(wanted);

if (process.send === undefined) await lead();
else process.on('message', (index: number) => process.send?.([index, cellOf(jobs[index] as (typeof jobs)[number])]));

async function lead(): Promise<void> {
  const cells = new Array<Cell>(jobs.length);
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', [String(wanted)]);
      let done = false;
      const hand = (): void => {
        done = next >= jobs.length;
        if (done) child.disconnect();
        else child.send(next++);
      };
      child.on('message', ([index, cell]: [number, Cell]) => {
        cells[index] = cell;
        console.log(JSON.stringify(cell));
        hand();
      });
      child.once('exit', (code) => (done ? resolve() : reject(new Error(`a process ended with code ${code}`))));
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, work));
  const page = readFileSync(PAGE, 'utf8');
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`;
  const start = page.indexOf(BEGIN) + BEGIN.length;
  writeFileSync(PAGE, `${page.slice(0, start)}\n\n${figures(cells, machine)}\n${page.slice(page.indexOf(END))}`);
  if (missed(cells)) process.exitCode = 3;
}

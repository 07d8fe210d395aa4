/**
 * Prints how often comparisons of simulated runs are right, and writes the figures of `docs/comparison.md` between their marks.
 * Arguments: comparisons of builds that do not differ, in all (400); or `lengths`, and how many comparisons each figure of the
 * table of lengths is of (40); or `forecast`, and how many forecasts a line is of (20); or `bootstrap`, which writes nothing, and how
 * many comparisons of each service and machine (40). Exit code 3 where a demand is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { inProcesses } from '../processes.ts';
import { bootstrapJobs, bootstrapText } from './bootstrap.ts';
import { forecastJobs, forecastMissed, forecastText } from './forecast.ts';
import { lengthJobs, lengthsText, shortOf } from './lengths.ts';
import { cellOf, figures, jobsOf, missed } from './table.ts';

const PAGE = 'docs/comparison.md';

/** What it can be asked for by a word, and how many of each where none are asked for. */
const USUAL = { lengths: 40, forecast: 20, bootstrap: 40 } as const;
type Kind = keyof typeof USUAL;

const [, , word = '', number] = process.argv;
const kind: Kind | null = word in USUAL ? (word as Kind) : null;
const given = kind === null ? process.argv[2] : number;
const wanted = Number(given ?? (kind === null ? 400 : USUAL[kind]));
if (!Number.isInteger(wanted) || wanted < 1) {
  console.error(`compare: "${given}" is no number of comparisons; write a whole number, like 400`);
  process.exit(2);
}
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`;
const tell = (result: unknown): void => console.log(JSON.stringify(result));
switch (kind) {
  case 'lengths': {
    const lines = await inProcesses(lengthJobs(wanted), tell);
    if (lines === null) break;
    write('lengths', lengthsText(lines, machine));
    if (shortOf(lines).length > 0) process.exitCode = 3;
    break;
  }
  case 'forecast': {
    const lines = await inProcesses(forecastJobs(wanted), tell);
    if (lines === null) break;
    write('forecast', forecastText(lines, machine));
    if (forecastMissed(lines)) process.exitCode = 3;
    break;
  }
  case 'bootstrap': {
    const results = await inProcesses(bootstrapJobs(wanted), tell);
    if (results !== null) console.log(bootstrapText(results));
    break;
  }
  case null: {
    const jobs = jobsOf(wanted).map((job) => () => cellOf(job));
    const cells = await inProcesses(jobs, tell);
    if (cells === null) break;
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

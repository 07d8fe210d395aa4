/** The page on capacity: what searches said of deployments, beside theory. */
import type { BreakingPointStatus } from '../../src/core/breaking-point.ts';
import type { DeploymentCase } from './deployments.ts';

/** What a search said of one deployment. */
export interface Measured {
  readonly date: string;
  readonly machine: string;
  readonly budget: string;
  readonly status: BreakingPointStatus;
  readonly capacity: number | null;
  readonly criterion: string | null;
  readonly estimate: number | null;
  readonly interval: readonly [number, number | null] | null;
  readonly levels: number;
  readonly voided: number;
  readonly warnings: readonly string[];
}

/** How far from theory a figure may be. */
const TOLERANCE = 0.15;

const rate = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));

function isWithin(value: number | null, low: number, high = low): boolean {
  return value !== null && value >= (1 - TOLERANCE) * low && value <= (1 + TOLERANCE) * high;
}

/** What must hold of a case, and does not; empty where all is well. */
export function missesOf({ capacity, binds, limit }: DeploymentCase, measured: Measured): string[] {
  const misses: string[] = [];
  if (!isWithin(measured.capacity, capacity)) misses.push('capacity');
  if (!isWithin(measured.estimate, ...limit)) misses.push('limit');
  if (!measured.criterion?.startsWith(binds)) misses.push('criterion');
  return misses;
}

/** A row of the table. */
export function lineOf(one: DeploymentCase, measured: Measured): string {
  const { name, formula, capacity, slo, binds, limit } = one;
  const ratio = measured.capacity === null ? '–' : `${((measured.capacity / capacity - 1) * 100).toFixed(1)} %`;
  const [low, high] = limit;
  const misses = missesOf(one, measured);
  const interval =
    measured.interval === null ? '' : ` (${rate(measured.interval[0])} to ${rate(measured.interval[1])})`;
  const asked = [
    slo.p95 === undefined ? '' : `p95 < ${slo.p95 * 1000} ms`,
    slo.errors === undefined ? '' : `errors < ${slo.errors * 100} %`,
  ];
  return `| ${[
    name,
    `${formula} = ${rate(capacity)}`,
    rate(measured.capacity),
    ratio,
    asked.filter((text) => text !== '').join(', '),
    `${low === high ? rate(low) : `${rate(low)} to ${rate(high)}`}, ${binds}`,
    `${rate(measured.estimate)}${interval}`,
    (measured.criterion ?? measured.status).replace('<', ' < ').replace(/(\d)(ms|%)/, '$1 $2'),
    misses.length === 0 ? 'reached' : `**missed: ${misses.join(', ')}**`,
  ].join(' | ')} |`;
}

const HEAD = [
  '| deployment | capacity by theory, 1/s | measured | off by | SLO | breaks by theory at, by | `find` says (95 % interval) | binds | |',
  '|---|---|---|---|---|---|---|---|---|',
].join('\n');

const COMMON = [
  'The model is `fancy`: 50 ms to load, 5 ms to predict, and in batches 4 ms and 1 ms a row. The first rows let it sleep, so that the',
  'tester’s own work takes nothing from it and the law is exact; those called busy keep one core at work, as a model does: what',
  'HTTP takes of it is missing from the capacity. "By theory" is a formula for the capacity; where the SLO breaks is a',
  'simulation of the same queue in virtual time (`bench/capacity/theory.ts`), 200,000 Poisson arrivals at each rate. Reached:',
  'capacity and limit within 15 % of theory, and the right criterion binding. Of the cluster a range is given: a connection stays',
  'with its process, which lies between two queues that know nothing of each other and one for both.',
].join('\n');

/** Whether the capacities are in the order that the articles tell: each deployment at least as good as the one before. */
export function isOrdered(capacities: readonly (number | null)[]): boolean {
  const [first, ...rest] = capacities.map((value) => value ?? Number.NaN);
  let before = first as number;
  for (const [index, value] of rest.entries()) {
    // From the first to the second the step is a real one; the others may tie, within what a measurement scatters by.
    if (!(index === 0 ? value > before : value >= 0.95 * before)) return false;
    before = value;
  }
  return true;
}

/** `docs/capacity.md`. */
export function capacityPage(all: readonly DeploymentCase[], results: Readonly<Record<string, Measured>>): string {
  const known = all.flatMap((one) => {
    const measured = results[one.name];
    return measured === undefined ? [] : [{ one, measured }];
  });
  const first = known[0]?.measured;
  const capacityNamed = (name: string): number | null => results[name]?.capacity ?? null;
  const ordered = isOrdered(['per-request', 'global', 'pool', 'batch'].map(capacityNamed));
  const voided = known.reduce((sum, { measured }) => sum + measured.voided, 0);
  const levels = known.reduce((sum, { measured }) => sum + measured.levels, 0);
  return `# What each deployment takes

\`rampart find\` on every strategy of the reference server, on a machine with two cores. Made by \`npm run capacity\`; nobody edits
it by hand. Measured on ${first?.date ?? '–'}: ${first?.machine ?? '–'}; a budget of ${first?.budget ?? '–'} each, ${levels} levels in all, ${voided} of them void.

${HEAD}
${known.map(({ one, measured }) => lineOf(one, measured)).join('\n')}

The order per-request < global ≤ pool ≤ batch ${ordered ? 'holds' : '**does not hold**'}.

${COMMON}
`;
}

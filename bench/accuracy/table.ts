/** The experiments of the accuracy pages, and the pages. */
import {
  capacity,
  errorLimit,
  nonMonotone,
  overload,
  percentileCoverage,
  scalability,
  sloLimit,
  stall,
  starved,
} from './experiments.ts';
import { FAMILIES, family } from './families.ts';
import { LAWS } from './inputs.ts';
import type { Row } from './summary.ts';
import { slowByTimes } from './wandering.ts';

/** Levels are cheap: so many times the runs, that chance does not decide what their lines show. */
const LEVELS = 5;

/** Every experiment in full, by line of the table: some thousand searches. */
export function experiments(runs: number): (() => Row)[] {
  const [mm1, mm4, md1, bimodal] = LAWS;
  if (mm1 === undefined || mm4 === undefined || md1 === undefined || bimodal === undefined) return [];
  const half = Math.ceil(runs / 2);
  const few = Math.ceil(runs / 4);
  return [
    ...LAWS.flatMap((law) => RHOS.map((rho) => () => percentileCoverage(law, rho, LEVELS * runs))),
    () => sloLimit(mm1, 120, runs, null),
    () => sloLimit(mm1, 240, runs, 0.035),
    () => sloLimit(mm1, 900, runs, 0.025),
    ...[mm4, md1, bimodal].map((law) => () => sloLimit(law, 240, half, null)),
    ...[mm1, mm4].map((law) => () => capacity(law, 900, half)),
    () => errorLimit(900, half),
    ...[0.8, 0.9, 0.95, 1.05, 1.1].map((rho) => () => overload(rho, LEVELS * runs)),
    ...[0, 0.0005].map((kappa) => () => scalability(kappa, 120, runs)),
    () => nonMonotone(900, half),
    ...[60, 120].flatMap((budget) =>
      [1.3, 1.6].map((slowness) => () => slowByTimes({ mean: 0.002, slowness, dwell: 2 }, 50, budget, half)),
    ),
    () => slowByTimes({ mean: 0.002, slowness: 1.6, dwell: 10 }, 50, 120, half),
    () => starved(30, 200, few),
    () => starved(90, 100, few),
    () => starved(20, 100, few, 0.35),
    () => starved(10, 50, few, 0.3),
    ...[0.95, 0.99].map((p) => () => stall(p, few)),
  ];
}

const RHOS = [0.3, 0.5, 0.7, 0.8, 0.9];

const HEAD = '| experiment | truth | measured | must | |\n|---|---|---|---|---|';

export const line = ({ experiment, truth, measured, must, reached }: Row): string =>
  `| ${experiment} | ${truth} | ${measured} | ${must} | ${reached === null ? '' : reached ? 'reached' : '**missed**'} |`;

/** What the search was made with, and what it is proved on: lines of their own page. */
export function familyLines(runs: number): (() => Row)[] {
  return FAMILIES.map(
    ({ target, proof }) =>
      () =>
        family(target, proof, runs),
  );
}

/** `docs/accuracy-families.md`. */
export function familiesPage(rows: readonly Row[], runs: number, machine: string): string {
  const tuned = FAMILIES.filter(({ proof }) => !proof).length;
  const missed = rows.filter(({ reached }) => reached === false).length;
  const verdict = missed === 0 ? 'Every demand is met.' : `${missed} lines miss their demand; they are marked.`;
  return `# What \`rampart find\` says of targets of many kinds

${runs} searches of each target in virtual time, each with the default budget of two minutes, the default precision and the grace that \`find\`
gives; printed by \`npm run accuracy:families\`, all of it in one run, with fixed seeds (${machine}). The truth of each is from simulations of three
million requests per load, or from theory. The search was made with the second table. Nothing in it was chosen by a figure of the first, with three
exceptions: how long a target that is cold at first is waited for; that M/D/64, the lognormal and 2 % of errors had missed their demands is why
others of their kinds came into the second table; and that Pareto service of α = 2.2 had missed its demand is why the search was tried on α = 2.15 and 2.3 with
one slot and 2.2 with three, which are in neither table. The cliff of 48 slots and 2.5 % of errors were run for this page only. ${verdict}

"Covered": how often the 95 % interval held the truth. "Found" is what \`find\` passes with; a *rough* answer says its interval, and that it is wide or
not borne out by levels on both sides. n: requests of an open level, in the middle over all. A level is away from the limit if its load is
more than 22 % above or 18 % below.

## Held out

${HEAD}
${rows.slice(tuned).map(line).join('\n')}

## Made with

${HEAD}
${rows.slice(0, tuned).map(line).join('\n')}
`;
}

/** `docs/accuracy.md`. */
export function accuracyPage(rows: readonly Row[], runs: number): string {
  const missed = rows.filter(({ reached }) => reached === false).length;
  const verdict =
    missed === 0 ? 'Every demand is met.' : `${missed} of ${rows.length} lines miss their demand; they are marked.`;
  return `# How accurate \`rampart find\` is

The search that \`find\` runs, fed by simulated targets in virtual time (\`bench/accuracy\`), whose true breaking points are known
from queueing theory. Printed by \`npm run accuracy\`, all of it in one run, with fixed seeds; ${runs} searches per line (fewer for
the slowest), ${LEVELS * runs} levels. All targets have a capacity of 100 requests per second where nothing else is said, so a search of
four minutes sees some 15,000 requests; a faster target gives as many in less time, and the same accuracy. ${verdict}

"Covered": how often the reported 95 % interval held the truth. With 200 searches, a true 95 % shows as 92 to 98 %. Two searches agree where
the interval of each holds the other's estimate.

${HEAD}
${rows.map(line).join('\n')}
`;
}

import {
  capacity,
  errorLimit,
  LAWS,
  nonMonotone,
  overload,
  percentileCoverage,
  type Row,
  scalability,
  sloLimit,
  stall,
  starved,
} from './experiments.ts';
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
    () => sloLimit(mm1, 240, runs, 0.05),
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
    ...[0.95, 0.99].map((p) => () => stall(p, few)),
  ];
}

const RHOS = [0.3, 0.5, 0.7, 0.8, 0.9];

const HEAD = '| experiment | truth | measured | must | |\n|---|---|---|---|---|';

export const line = ({ experiment, truth, measured, must, reached }: Row): string =>
  `| ${experiment} | ${truth} | ${measured} | ${must} | ${reached === null ? '' : reached ? 'reached' : '**missed**'} |`;

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

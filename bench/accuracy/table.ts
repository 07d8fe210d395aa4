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

/** Every experiment in full: some thousand searches. */
export function* experiments(runs: number): Generator<Row> {
  for (const law of LAWS) for (const rho of [0.3, 0.5, 0.7, 0.8, 0.9]) yield percentileCoverage(law, rho, runs);
  const [mm1, mm4, md1, bimodal] = LAWS;
  if (mm1 === undefined || mm4 === undefined || md1 === undefined || bimodal === undefined) return;
  yield sloLimit(mm1, 900, runs, 0.025);
  yield sloLimit(mm1, 240, runs, 0.05);
  yield sloLimit(mm1, 120, runs, null);
  for (const law of [mm4, md1, bimodal]) yield sloLimit(law, 240, Math.ceil(runs / 2), null);
  for (const law of [mm1, mm4]) yield capacity(law, 900, Math.ceil(runs / 4));
  yield errorLimit(900, Math.ceil(runs / 4));
  for (const rho of [0.8, 0.9, 0.95, 1.05, 1.1]) yield overload(rho, 2 * runs);
  for (const kappa of [0.0005, 0]) yield scalability(kappa, 120, runs);
  yield nonMonotone(900, Math.ceil(runs / 4));
  yield starved(30, 200, Math.ceil(runs / 4));
  yield starved(90, 100, Math.ceil(runs / 4));
  for (const p of [0.95, 0.99]) yield stall(p, 20);
}

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
from queueing theory. Printed by \`npm run accuracy\`; ${runs} runs per line, fewer for the slowest. All targets have a capacity of
100 requests per second where nothing else is said, so a search of four minutes sees some 15,000 requests; a faster target gives
as many in less time, and the same accuracy. ${verdict}

"Covered": how often the reported 95 % interval held the truth. With 200 runs, a true 95 % shows as 92 to 98 %.

${HEAD}
${rows.map(line).join('\n')}
`;
}

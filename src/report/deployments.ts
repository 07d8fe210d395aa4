/** How a comparison of deployments is said: in the terminal, in Markdown and, by its cells, on the page. */
import { capacityUnitOf, roundsOf } from '../analyze/compare/deployments.ts';
import { counted, formatMs, formatShare } from '../analyze/wording.ts';
import type { Estimate } from '../core/breaking-point.ts';
import type { CommonLoad, Deployment, DeploymentChange, DeploymentComparison } from '../core/deployments.ts';
import { CHANGE_INKS, changesMarkdown, changesTable } from './changes-table.ts';
import { CHANGE_SYMBOLS, changeText } from './comparison-phrases.ts';
import { inertJson } from './html/escape.ts';
import { prose, tableRow } from './markdown.ts';
import { formatLoad, loadRange } from './search-phrases.ts';
import { type Column, renderTable } from './table.ts';
import { paint, printable, wrap } from './terminal.ts';

/** `eight sustains more than four: breaking point +84 %.`, one for each other deployment. */
export function deploymentSentences({ deployments, changes }: DeploymentComparison): readonly string[] {
  const [first] = deployments;
  if (first === undefined) return [];
  return changes.map(({ name, metrics }) => {
    if (!wasSearched(deployments)) return loadSentence(name, first.name, metrics);
    const limit = metrics.find((metric) => metric.name === 'breaking point');
    if (limit === undefined)
      return `Undecided whether ${name} sustains more than ${first.name}: in no round was the breaking point of both found.`;
    const rounds = limit.runs === 1 ? 'one round' : `${limit.runs} rounds`;
    const [before, after] = {
      improved: [`${name} sustains more than`, `: ${changeText(limit)}.`],
      regression: [`${name} sustains less than`, `: ${changeText(limit)}.`],
      small: [`${name} sustains as much as`, ', within the margin.'],
      equivalent: [`${name} sustains as much as`, ', within the margin.'],
      undecided: [`Undecided whether ${name} sustains more than`, `: ${changeText(limit)} in ${rounds}.`],
    }[limit.verdict];
    return `${before} ${first.name}${after}`;
  });
}

/** Whether breaking points were searched for; else all were measured at the common load alone. */
export const wasSearched = (deployments: DeploymentComparison['deployments']): boolean =>
  deployments.some(({ searches }) => searches.length > 0);

/** `eight responds more slowly than four: p95 +12 %.` */
function loadSentence(name: string, first: string, metrics: DeploymentChange['metrics']): string {
  const p95 = metrics.find((metric) => metric.name === 'p95');
  if (p95 === undefined)
    return `Undecided whether ${name} responds faster than ${first}: p95 of both is known in no round.`;
  const told = `: p95 ${changeText(p95)}`;
  const [before, after] = {
    improved: [`${name} responds faster than`, `${told}.`],
    regression: [`${name} responds more slowly than`, `${told}.`],
    small: [`${name} responds as fast as`, ', within the margin.'],
    equivalent: [`${name} responds as fast as`, ', within the margin.'],
    undecided: [`Undecided whether ${name} responds faster than`, `${told} in ${counted(p95.runs, 'round')}.`],
  }[p95.verdict];
  return `${before} ${first}${after}`;
}

export function deploymentMethod(comparison: DeploymentComparison): string {
  const { slos, margin, confidence, deployments, changes, commonLoad } = comparison;
  const rounds = roundsOf(deployments);
  const figures = changes.reduce((sum, { metrics }) => sum + metrics.length, 0);
  const held = slos.length === 0 ? '' : ` under ${slos.join(' and ')}`;
  const at = commonLoad === null ? '' : ` at ${commonLoadText(commonLoad)}`;
  const what = wasSearched(deployments) ? `Breaking points${held}` : `Response times${at}`;
  return (
    `${what}, measured in turns in ${rounds === 1 ? 'one round' : `${rounds} rounds`}. Intervals of changes: ${formatShare(confidence)} for all ${figures} together; ` +
    `a change within ±${formatShare(margin)} does not count.`
  );
}

export const commonLoadText = ({ load, unit }: CommonLoad): string => formatLoad(load, unit);

/** Of the table of deployments. */
export function deploymentHeadings({ commonLoad }: Pick<DeploymentComparison, 'commonLoad'>): readonly string[] {
  const at = commonLoad === null ? '' : ` at ${commonLoadText(commonLoad)}`;
  return [
    'Deployment',
    'breaking point',
    'interval',
    'limit',
    'capacity',
    `p95${at}`,
    'CPU',
    'CPU/request',
    'cost/million',
  ];
}

export function deploymentCells(one: Deployment, unit: DeploymentComparison['unit']): readonly string[] {
  const { name, status, breakingPoint, atLeast, limit, capacity, p95, cpu, costPerMillion } = one;
  const carried = capacityUnitOf(one);
  const none = atLeast !== null ? `≥ ${formatLoad(atLeast, unit)}` : status === 'fails-at-every-load' ? 'none' : '–';
  return [
    name,
    breakingPoint === null ? none : formatLoad(breakingPoint.estimate, unit),
    breakingPoint === null ? (status ?? '–') : loadRange(breakingPoint.interval, unit),
    limit ?? '–',
    capacity === null ? '–' : formatLoad(capacity.estimate, carried),
    p95 === null ? '–' : formatMs(p95.estimate),
    cpu === null ? '–' : `${cpu.cores.toFixed(2)} cores`,
    cpu === null ? '–' : formatMs(cpu.msPerRequest),
    costPerMillion === null ? '–' : costText(costPerMillion),
  ];
}

/** `0.42 (0.39 to 0.47)`: in the currency that was given. */
export function costText({ estimate, interval: [low, high] }: Estimate): string {
  const amount = (value: number): string => Number(value.toPrecision(3)).toString();
  return `${amount(estimate)} (${amount(low)} to ${high === null ? 'any' : amount(high)})`;
}

/** Columns that say nothing of any deployment are left out. */
export function deploymentTable(comparison: DeploymentComparison): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const all = comparison.deployments.map((one) => deploymentCells(one, comparison.unit));
  const said = deploymentHeadings(comparison).map((heading, column) => ({
    heading,
    column,
    any:
      (wasSearched(comparison.deployments) ? column < 5 : column === 0) || all.some((cells) => cells[column] !== '–'),
  }));
  const kept = said.filter(({ any }) => any);
  return {
    headings: kept.map(({ heading }) => heading),
    rows: all.map((cells) => kept.map(({ column }) => cells[column] ?? '')),
  };
}

/** What `compare` prints of deployments. Ends in a line break. */
export function renderDeployments(comparison: DeploymentComparison, columns: number, colour: boolean): string {
  const whole = columns > 0 ? columns : 80;
  const paragraph = (text: string): string[] => wrap(printable(text), Math.min(whole, 88));
  const { changes, doubts, deployments } = comparison;
  const { headings, rows } = deploymentTable(comparison);
  const columnsOf: Column[] = headings.map((heading, i) => ({
    heading,
    align: i === 0 || heading === 'limit' ? 'left' : 'right',
    ...(i > 4 ? { spare: i } : {}),
  }));
  const [first] = deployments;
  return [
    ...deploymentSentences(comparison).flatMap(paragraph),
    ...paragraph(deploymentMethod(comparison)),
    '',
    renderTable(
      columnsOf,
      rows.map((cells) => ({ cells: cells.map(printable) })),
      whole,
      colour,
    ),
    ...changes.flatMap((change) => [
      '',
      `${change.name} against ${first?.name ?? ''}`,
      changesOf(change, whole, colour),
    ]),
    ...(doubts.length === 0 ? [] : ['', 'Doubts', ...doubts.flatMap((doubt) => paragraph(`○ ${doubt}`))]),
    '',
  ].join('\n');
}

function changesOf({ metrics, verdict }: DeploymentChange, columns: number, colour: boolean): string {
  if (metrics.length === 0) return paint('  nothing that both know', CHANGE_INKS[verdict], colour);
  return changesTable(metrics, columns, colour);
}

export const toDeploymentsJson = (comparison: DeploymentComparison): string =>
  inertJson(`${JSON.stringify(comparison, null, 2)}\n`);

/** For a step summary or a comment on a pull request. */
export function deploymentsMarkdown(comparison: DeploymentComparison): string {
  const { changes, doubts, deployments } = comparison;
  const { headings, rows } = deploymentTable(comparison);
  const [first] = deployments;
  const line = (cells: readonly string[]): string => tableRow(cells.map(prose));
  const changed = changes.flatMap(({ name, metrics }) =>
    metrics.length === 0 ? [] : [`### ${prose(name)} against ${prose(first?.name ?? '')}`, changesMarkdown(metrics)],
  );
  const deciding = wasSearched(deployments) ? 'breaking point' : 'p95';
  const limits = changes.map(({ metrics }) => metrics.find(({ name }) => name === deciding)?.verdict);
  const symbol =
    CHANGE_SYMBOLS[
      limits.every((verdict) => verdict !== undefined && verdict !== 'undecided') ? 'equivalent' : 'undecided'
    ];
  return `${[
    `## ${symbol} ${prose(deploymentSentences(comparison).join(' '))}`,
    [line(headings), tableRow(headings.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n'),
    ...changed,
    ...(doubts.length === 0 ? [] : [doubts.map((doubt) => `- ${prose(doubt)}`).join('\n')]),
    `<sub>${prose(deploymentMethod(comparison))}</sub>`,
  ].join('\n\n')}\n`;
}

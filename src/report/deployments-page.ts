/** A comparison of deployments as one HTML file in the look of a report: needs no network, and no script. */
import { formatMs } from '../analyze/wording.ts';
import type { DeploymentComparison } from '../core/deployments.ts';
import { CHANGE_HEADINGS, changeCells } from './changes-table.ts';
import { card, table } from './comparison-page.ts';
import { commonLoadText, deploymentMethod, deploymentSentences, deploymentTable, wasSearched } from './deployments.ts';
import { frontOf, tradeOf, tradeSvg } from './deployments-svg.ts';
import { finding, findingsList, headerLine } from './html/answer.ts';
import { escapeHtml, headingHtml } from './html/escape.ts';
import { pageOf } from './html/page.ts';
import { formatLoad } from './search-phrases.ts';

export function renderDeploymentsPage(comparison: DeploymentComparison, style: string): string {
  const { deployments, tool, changes } = comparison;
  const names = deployments.map(({ name }) => name).join(', ');
  const [first] = deployments;
  const { headings, rows } = deploymentTable(comparison);
  const against = changes.map(({ name, metrics }) =>
    card(
      `${name} against ${first?.name ?? ''}`,
      '',
      table(`${name} against ${first?.name ?? ''}`, CHANGE_HEADINGS, metrics.map(changeCells)),
    ),
  );
  return pageOf(
    {
      title: `${commandOf(comparison)}: ${names}`,
      version: tool.version,
      top: answerOf(comparison),
      main: [
        card('Deployments', '', table('Deployments', headings, rows)),
        picture(comparison),
        ...against,
        ...(wasSearched(deployments) ? [card('Searches', '', searchesTable(comparison))] : []),
        ...(deployments.some(({ runs }) => runs.length > 0) ? [card('Runs', '', runsTable(comparison))] : []),
      ].join('\n'),
      foot: names,
      data: null,
    },
    { script: '', style },
  );
}

const commandOf = ({ deployments }: DeploymentComparison): string =>
  `rampart compare${wasSearched(deployments) ? ' --find' : ''}`;

function answerOf(comparison: DeploymentComparison): string {
  const { deployments, doubts } = comparison;
  const targets = deployments.map(
    ({ name, target, started }) =>
      `<span class="target">${escapeHtml(`${name}: ${started ? 'started, ' : ''}${target}`)}</span>`,
  );
  const findings = findingsList(
    'About this comparison',
    doubts.map((doubt) => finding('fair', 'doubt: ', doubt, '')),
  );
  return (
    headerLine(commandOf(comparison), targets, `${deployments.length} deployments`) +
    `<section class="answer" aria-label="The answer"><h1>${headingHtml(deploymentSentences(comparison).join(' '))}</h1>` +
    `<p class="why">${escapeHtml(deploymentMethod(comparison))}</p></section>` +
    (findings === '' ? '' : `<section class="findings" aria-label="Doubts">${findings}</section>`)
  );
}

function picture(comparison: DeploymentComparison): string {
  const trade = tradeOf(comparison);
  if (trade.points.length < 2) return '';
  const front = frontOf(trade).map(({ name }) => name);
  return (
    `<section class="grid" aria-label="Pictures">` +
    card(
      `${trade.yName} over ${trade.xName}`,
      `none is better in both than ${front.join(', ')}, by the estimates`,
      tradeSvg(trade),
    ) +
    '</section>'
  );
}

function runsTable({ deployments, commonLoad }: DeploymentComparison): string {
  const rows = deployments.flatMap(({ name, runs }) =>
    runs.map(({ id, startedAt, p95, cpu, from }) => [
      name,
      id,
      startedAt.replace('T', ' ').slice(0, 19),
      commonLoad === null ? '–' : commonLoadText(commonLoad),
      p95 === null ? '–' : formatMs(p95),
      cpu === null ? '–' : formatMs(cpu.msPerRequest),
      from,
    ]),
  );
  return table('Runs', ['Deployment', 'Run', 'Started (UTC)', 'load', 'p95', 'CPU/request', 'folder'], rows);
}

function searchesTable({ deployments, unit }: DeploymentComparison): string {
  const rows = deployments.flatMap(({ name, searches }) =>
    searches.map(({ id, startedAt, status, estimate, criterion, from }) => [
      name,
      id,
      startedAt.replace('T', ' ').slice(0, 19),
      status ?? '–',
      estimate === null ? '–' : formatLoad(estimate, unit),
      criterion ?? '–',
      from,
    ]),
  );
  return table('Searches', ['Deployment', 'Run', 'Started (UTC)', 'status', 'breaking point', 'limit', 'folder'], rows);
}

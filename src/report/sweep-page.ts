/** A sweep as one HTML file in the look of a report: needs no network, and no script. */
import type { Sweep } from '../core/sweep.ts';
import { card, table } from './comparison-page.ts';
import { finding, findingsList, headerLine } from './html/answer.ts';
import { escapeHtml } from './html/escape.ts';
import { pageOf } from './html/page.ts';
import { sweepNote, sweepSentences, sweepTable } from './sweep.ts';
import { courseSvg, inAllName, paretoSvg, perUserName } from './sweep-svg.ts';

export function renderSweepPage(sweep: Sweep, style: string): string {
  const { headings, rows } = sweepTable(sweep);
  return pageOf(
    {
      title: `rampart sweep: ${sweep.target}`,
      version: sweep.tool.version,
      top: answerOf(sweep),
      main: [pictures(sweep), card('Levels', sweepNote(sweep), table('Levels', headings, rows)), runsTable(sweep)].join(
        '\n',
      ),
      foot: sweep.target,
      data: null,
    },
    { script: '', style },
  );
}

function answerOf(sweep: Sweep): string {
  const findings = findingsList(
    'About this sweep',
    sweep.doubts.map((doubt) => finding('fair', 'doubt: ', doubt, '')),
  );
  const [first = '', ...others] = sweepSentences(sweep);
  return (
    headerLine(
      'rampart sweep',
      [`<span class="target">${escapeHtml(sweep.target)}</span>`],
      `${sweep.levels.length} levels`,
    ) +
    `<section class="answer" aria-label="The answer"><h1>${escapeHtml(first)}</h1>` +
    `${others.length === 0 ? '' : `<p class="why">${others.map(escapeHtml).join('<br>')}</p>`}</section>` +
    (findings === '' ? '' : `<section class="findings" aria-label="Doubts">${findings}</section>`)
  );
}

function pictures(sweep: Sweep): string {
  const cards = [
    [
      `${inAllName(sweep)} over ${perUserName(sweep)}`,
      'each mark is a number of users; dashed, the Pareto line',
      paretoSvg(sweep),
    ],
    [
      'Time to first token over users, ms',
      'median and p95',
      courseSvg(sweep, 'ms', [
        { name: 'p50', of: ({ ttftP50 }) => ttftP50 },
        { name: 'p95', of: ({ ttftP95 }) => ttftP95 },
      ]),
    ],
    [
      'Time per output token over users, ms',
      'median and p95',
      courseSvg(sweep, 'ms', [
        { name: 'p50', of: ({ tpotP50 }) => tpotP50 },
        { name: 'p95', of: ({ tpotP95 }) => tpotP95 },
      ]),
    ],
    [
      'Response time over users, ms',
      'median and p95, as callers had it',
      courseSvg(sweep, 'ms', [
        { name: 'p50', of: ({ p50 }) => p50 },
        { name: 'p95', of: ({ p95 }) => p95 },
      ]),
    ],
    [
      'Good requests over users, 1/s',
      'within all limits at once, beside all that succeeded',
      sweep.levels.some(({ goodPerSec }) => goodPerSec !== undefined)
        ? courseSvg(sweep, '1/s', [
            { name: 'good', of: ({ goodPerSec }) => goodPerSec },
            { name: 'all', of: ({ achievedPerSec }) => achievedPerSec },
          ])
        : '',
    ],
  ] as const;
  const shown = cards.flatMap(([title, note, svg]) => (svg === '' ? [] : [card(title, note, svg)]));
  return shown.length === 0 ? '' : `<section class="grid" aria-label="Pictures">${shown.join('')}</section>`;
}

function runsTable({ levels }: Sweep): string {
  const some = levels.some(({ leftOut }) => leftOut !== undefined);
  const rows = levels.map(({ vus, id, from, leftOut }) => [String(vus), id, from, ...(some ? [leftOut ?? ''] : [])]);
  return card('Runs', '', table('Runs', ['Users', 'Run', 'Folder', ...(some ? ['Left out'] : [])], rows));
}

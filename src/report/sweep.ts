/** How a sweep is said: in the terminal, in Markdown, as CSV and JSON and, by its cells, on the page. */
import { usersText } from '../analyze/sweep.ts';
import { formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { Sweep, SweepLevel, SweepTier } from '../core/sweep.ts';
import { csvCell } from './csv-cell.ts';
import { inertJson } from './html/escape.ts';
import { prose, tableRow } from './markdown.ts';
import { type Column, renderTable } from './table.ts';
import { printable, wrap } from './terminal.ts';

/** `gold (ttft_p95<200ms): up to 16 users, 15.2 requests/s, 1,270 tokens/s; at 32 users tpot_p95<40ms breaks.`, one for each tier. */
export function sweepSentences({ tiers, levels }: Sweep): readonly string[] {
  if (tiers.length === 0) return [bestSentence(levels)];
  return tiers.map((tier) => {
    const what = tier.name === '' ? tier.slos.join(' and ') : `${tier.name} (${tier.slos.join(' and ')})`;
    return `${what}: ${heldText(tier, levels)}`;
  });
}

function bestSentence(levels: readonly SweepLevel[]): string {
  const best = levels
    .filter(({ leftOut }) => leftOut === undefined)
    .reduce<SweepLevel | null>((most, one) => (most === null || one.inAll > most.inAll ? one : most), null);
  return best === null
    ? 'No level says anything of the target.'
    : `Most throughput at ${usersText(best.vus)}: ${throughputOf(best)}.`;
}

function heldText({ upTo, brokenAt, brokenBy, held }: SweepTier, levels: readonly SweepLevel[]): string {
  const level = levels.find(({ vus }) => vus === upTo);
  const broken =
    brokenAt === null
      ? ''
      : `; at ${usersText(brokenAt)} ${brokenBy.join(' and ')} ${brokenBy.length === 1 ? 'breaks' : 'break'}`;
  const [lowest] = levels;
  if (level === undefined) {
    if (brokenAt !== null && brokenAt === lowest?.vus)
      return `broken at ${usersText(brokenAt)}, the lowest level, by ${brokenBy.join(' and ')}.`;
    const why =
      lowest?.leftOut === undefined
        ? 'too few responses: give each level a longer --duration'
        : 'that run says nothing of the target: see the doubts';
    return `it cannot be said whether it holds at ${usersText(lowest?.vus ?? 0)}, the lowest level (${why})${broken}.`;
  }
  const unsure = held[levels.indexOf(level)] === 'not-sure' ? ' (not sure there)' : '';
  const further = brokenAt === null && upTo === levels.at(-1)?.vus ? ', the highest level' : '';
  return `holds up to ${usersText(level.vus)}${further}${unsure}, ${throughputOf(level)}${broken}.`;
}

function throughputOf({ achievedPerSec, tokensPerSec }: SweepLevel): string {
  const tokens = tokensPerSec === undefined ? '' : `, ${formatRate(tokensPerSec).replace('/s', '')} tokens/s`;
  return `${formatRate(achievedPerSec).replace('/s', '')} requests/s${tokens}`;
}

const ms = (value: number | null | undefined): string => (value == null ? '–' : formatMs(value));
const share = (value: number | null | undefined): string => (value == null ? '–' : formatShare(value));
const rate = (value: number | null | undefined): string => (value == null ? '–' : formatRate(value));

const HELD = { held: '✓', 'not-sure': '?', broken: '✗', unknown: '–' } as const;

/** Columns that say nothing of any level are left out. */
export function sweepTable({ levels, tiers, streamed }: Sweep): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of each heading, where a narrow terminal leaves it out: see `Column`. */
  readonly spare: readonly (number | undefined)[];
} {
  const columns: (Pick<Column, 'spare'> & {
    readonly heading: string;
    readonly cell: (level: SweepLevel, place: number) => string;
  })[] = [
    { heading: 'Users', cell: ({ vus, pareto, leftOut }) => `${vus}${pareto ? ' *' : leftOut ? ' †' : ''}` },
    { heading: 'requests/s', cell: ({ achievedPerSec }) => rate(achievedPerSec) },
    { heading: 'errors', spare: 4, cell: ({ errors }) => share(errors) },
    { heading: 'p95', spare: 6, cell: ({ p95 }) => ms(p95) },
    { heading: 'TTFT p50', spare: 5, cell: ({ ttftP50 }) => ms(ttftP50) },
    { heading: 'TTFT p95', spare: 2, cell: ({ ttftP95 }) => ms(ttftP95) },
    { heading: 'TPOT p95', spare: 1, cell: ({ tpotP95 }) => ms(tpotP95) },
    { heading: 'tokens/s', cell: ({ tokensPerSec }) => rate(tokensPerSec) },
    { heading: streamed ? 'tokens/s a user' : 'a user', spare: 3, cell: ({ perUser }) => rate(perUser) },
    { heading: 'goodput', cell: ({ goodput }) => share(goodput) },
    ...tiers.map(({ name, held }) => ({
      heading: name === '' ? 'SLOs' : name,
      cell: (_: SweepLevel, place: number): string => HELD[held[place] ?? 'unknown'],
    })),
  ];
  const all = columns.map(({ heading, spare, cell }) => ({ heading, spare, cells: levels.map(cell) }));
  const kept = all.filter(({ cells }, i) => i < 2 || cells.some((each) => each !== '–'));
  return {
    headings: kept.map(({ heading }) => heading),
    spare: kept.map(({ spare }) => spare),
    rows: levels.map((_, i) => kept.map(({ cells }) => cells[i] ?? '')),
  };
}

/** What the marks of the table mean. */
export const sweepNote = ({ levels }: Pick<Sweep, 'levels'>): string =>
  `* no other level is better for each user and for all together${
    levels.some(({ leftOut }) => leftOut !== undefined)
      ? '; † the level says nothing of the target: see the doubts'
      : ''
  }`;

/** What `rampart sweep` prints. Ends in a line break. */
export function renderSweep(sweep: Sweep, columns: number, colour: boolean): string {
  const whole = columns > 0 ? columns : 80;
  const paragraph = (text: string): string[] => wrap(printable(text), Math.min(whole, 88));
  const { headings, rows, spare } = sweepTable(sweep);
  const columnsOf: Column[] = headings.map((heading, i) => {
    const place = spare[i];
    return { heading, align: 'right', ...(place === undefined ? {} : { spare: place }) };
  });
  return [
    ...sweepSentences(sweep).flatMap(paragraph),
    '',
    renderTable(
      columnsOf,
      rows.map((cells) => ({ cells: cells.map(printable) })),
      whole,
      colour,
    ),
    ...paragraph(sweepNote(sweep)),
    ...(sweep.doubts.length === 0 ? [] : ['', 'Doubts', ...sweep.doubts.flatMap((doubt) => paragraph(`○ ${doubt}`))]),
    '',
  ].join('\n');
}

export const toSweepJson = (sweep: Sweep): string => inertJson(`${JSON.stringify(sweep, null, 2)}\n`);

export function sweepMarkdown(sweep: Sweep): string {
  const { headings, rows } = sweepTable(sweep);
  const line = (cells: readonly string[]): string => tableRow(cells.map(prose));
  return `${[
    `## ${prose(sweepSentences(sweep).join(' '))}`,
    [line(headings), tableRow(headings.map(() => '--:')), ...rows.map(line)].join('\n'),
    `<sub>${prose(sweepNote(sweep))}</sub>`,
    ...(sweep.doubts.length === 0 ? [] : [sweep.doubts.map((doubt) => `- ${prose(doubt)}`).join('\n')]),
  ].join('\n\n')}\n`;
}

const CSV_COLUMNS = [
  ...['vus', 'achievedPerSec', 'errors', 'p50', 'p95', 'ttftP50', 'ttftP95', 'tpotP50', 'tpotP95'],
  ...['tokensPerSec', 'goodput', 'goodPerSec', 'perUser', 'inAll', 'pareto'],
] as const satisfies readonly (keyof SweepLevel)[];

/** A line for each level, times in ms; behind them, what became of each tier. */
export function sweepCsv({ levels, tiers }: Sweep): string {
  const head = [...CSV_COLUMNS, ...tiers.map(({ name }) => (name === '' ? 'slos' : `tier ${name}`))];
  const lines = levels.map((level, place) =>
    [
      ...CSV_COLUMNS.map((name) => csvCell(level[name] ?? null)),
      ...tiers.map(({ held }) => csvCell(held[place] ?? null)),
    ].join(','),
  );
  return `${[head.map(csvCell).join(','), ...lines].join('\n')}\n`;
}

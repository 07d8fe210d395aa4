/** Tables of a search for the terminal. */
import type { BreakingPoint, LevelResult } from '../core/breaking-point.ts';
import {
  achievedFigure,
  criterionFigure,
  errorsFigure,
  levelLoad,
  limitRows,
  metricOf,
  PURPOSE_WORDS,
  shownCriterion,
  VERDICT_SIGNS,
} from './search-phrases.ts';
import { type Column, type Row, renderTable } from './table.ts';
import { cellsOf, clip, printable } from './terminal.ts';

/** Below this a reason is cut too short to be read. */
const SHORTEST_REASON = 28;
const GAP = 2;

/** The figures of the result, as a table for the terminal. */
export function limitsTable(found: BreakingPoint, columns: number, colour: boolean): string {
  const head: Column[] = [
    { heading: 'Limits', align: 'left' },
    { heading: 'estimate', align: 'right' },
    { heading: '95 % interval', align: 'right' },
    { heading: '', align: 'left', spare: 1 },
  ];
  const rows = limitRows(found).map(({ label, value, interval, note }, i): Row => {
    const cells = [label, value, interval, printable(note)];
    return i === 0 ? { cells, ink: 'bold' } : { cells };
  });
  return renderTable(head, rows, columns, colour);
}

/** Every level with the reason of its verdict, as far as there is room for it. */
export function levelsTable(found: BreakingPoint, columns: number, colour: boolean): string {
  const { levels, criterion } = found;
  const slo = levels.map((level) => shownCriterion(level, criterion)?.slo).find((each) => each !== undefined);
  const head: Column[] = [
    { heading: 'Levels', align: 'left' },
    { heading: 'load', align: 'right' },
    { heading: 'achieved', align: 'right', spare: 1 },
    { heading: `${slo === undefined ? 'p95' : metricOf(slo)} (95 %)`, align: 'left' },
    { heading: 'errors', align: 'right', spare: 2 },
    { heading: 'verdict', align: 'left' },
  ];
  const rows = levels.map((level): string[] => [
    `${level.index + 1} ${PURPOSE_WORDS[level.purpose]}`,
    levelLoad(level.load, found.unit),
    achievedFigure(level),
    criterionFigure(shownCriterion(level, criterion)),
    errorsFigure(level),
    `${VERDICT_SIGNS[level.verdict]} ${level.verdict}`,
  ]);
  const used = head.reduce((sum, { heading }, i) => {
    return sum + GAP + Math.max(cellsOf(heading), ...rows.map((cells) => cellsOf(cells[i] ?? '')));
  }, 0);
  const room = columns - used;
  const reasoned = room >= SHORTEST_REASON;
  const ink = (level: LevelResult): Pick<Row, 'ink'> => (level.used ? {} : { ink: 'gray' });
  return renderTable(
    reasoned ? [...head, { heading: 'why', align: 'left' }] : head,
    levels.map((level, i) => ({
      cells: [...(rows[i] ?? []), ...(reasoned ? [clip(printable(level.reason), room)] : [])],
      ...ink(level),
    })),
    columns,
    colour,
  );
}

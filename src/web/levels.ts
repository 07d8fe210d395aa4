/** The levels of a search, and its figures so far, as the live page shows them. */
import { formatClock, formatShare } from '../analyze/wording.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import { toSeconds } from '../core/units.ts';
import { readingLabel } from '../report/client/axis.ts';
import type { RunState } from '../report/client/live/frame.ts';
import { VERDICT_LABELS } from '../report/client/load-picture.ts';
import {
  achievedFigure,
  criterionFigure,
  levelLoad,
  limitRows,
  metricOf,
  PURPOSE_WORDS,
  shownCriterion,
  VERDICT_SIGNS,
} from '../report/search-phrases.ts';

/** The levels of a search as the page's table of them. */
export function levelsGrid({ levels, criterion, unit }: BreakingPoint): RunState['levels'] {
  const slo = levels.map((level) => shownCriterion(level, criterion)?.slo).find((each) => each !== undefined);
  const figure = metricOf(slo ?? 'p95');
  return {
    head: ['Level', 'At', 'For', 'Load', 'Achieved', figure, 'Errors', 'In the system', 'Verdict', 'Why'],
    rows: levels.map((level) => [
      String(level.index + 1),
      formatClock(toSeconds(level.startedAfter)),
      PURPOSE_WORDS[level.purpose],
      levelLoad(level.load, unit),
      achievedFigure(level),
      criterionFigure(shownCriterion(level, criterion)),
      formatShare(level.errorShare),
      readingLabel(level.meanInFlight),
      `${VERDICT_SIGNS[level.verdict]} ${VERDICT_LABELS[level.verdict]}`,
      level.reason,
    ]),
  };
}

/** The figures of the result so far. */
export function limitsOf(found: BreakingPoint): RunState['limits'] {
  return limitRows(found).map(({ label, value, interval, note }) => ({
    label,
    value,
    aside: [interval === '' || interval === '–' ? '' : `95 %: ${interval}`, note]
      .filter((each) => each !== '')
      .join('; '),
  }));
}

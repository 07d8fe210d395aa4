/** How a comparison is said, in every output. */
import { FEWEST as FEWEST_RUNS } from '../analyze/compare/comparison.ts';
import { counted, formatArrivals, formatClock, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { ChangeVerdict, Comparison, MetricChange } from '../core/comparison.ts';

export const CHANGE_SYMBOLS: Readonly<Record<ChangeVerdict, string>> = {
  regression: '■',
  improved: '●',
  small: '●',
  equivalent: '●',
  undecided: '○',
};

/** The result in one sentence. */
export function comparisonSentence(comparison: Comparison): string {
  const { verdict, metrics, margin, errorMargin } = comparison;
  const said = metrics.filter((metric) => metric.verdict === verdict).map(changePhrase);
  switch (verdict) {
    case 'regression':
      return `Regression: ${said.join('; ')}.`;
    case 'improved':
      return `Improved: ${said.join('; ')}.`;
    case 'equivalent': {
      const errors = metrics.some(({ name }) => name === 'errors');
      const points = errors ? `, errors within ${pointsOf(errorMargin)}` : '';
      return `Nothing changed that counts: every figure is within ${formatShare(margin)} of the base’s${points}.`;
    }
    case 'undecided':
      if (metrics.length === 0)
        return `Nothing can be compared: no run of one side, or of both, can be used.${timeSentence(comparison)}`;
      if (metrics.every(({ runs }) => runs < FEWEST_RUNS))
        return `Undecided: ${FEWEST_RUNS} runs of each side are needed at least.${timeSentence(comparison)}`;
      return `Undecided: ${metrics
        .filter((metric) => metric.verdict === verdict)
        .map(openPhrase)
        .join('; ')}.${timeSentence(comparison)}`;
  }
}

/** That there was no time for more. */
function timeSentence({ budget, base }: Comparison): string {
  if (budget?.ended !== true) return '';
  const pairs = base.runs.length;
  const least =
    pairs < FEWEST_RUNS
      ? `; the longest took ${formatClock(budget.pairSeconds)}, so ${FEWEST_RUNS} take up to ${formatClock(FEWEST_RUNS * budget.pairSeconds)}`
      : '';
  return ` The budget of ${formatClock(budget.seconds)} ended after ${counted(pairs, 'pair')}${least}.`;
}

/** `p95 rose by 9.8 % (7.1 to 12.6 %)`. */
function changePhrase({ name, change, interval: [low, high], unit }: MetricChange<string>): string {
  const rose = change >= 0;
  const [near, far] = rose ? [low, high] : [-high, -low];
  const amount = unit === 'share' ? pointsOf : percentOf;
  const ends = `${amount(near).replace(/ .*$/, '')} to ${amount(far)}`;
  return `${name} ${rose ? 'rose' : 'fell'} by ${amount(Math.abs(change))} (${ends})`;
}

/** `p99 lies between −3 % and +18 % (about 14 runs of each side would tell)`. */
function openPhrase(metric: MetricChange<string>): string {
  const { name, runs, runsNeeded = null } = metric;
  const more = runsNeeded === null || runs < 2 ? '' : ` (about ${counted(runsNeeded, 'run')} of each side would tell)`;
  return runs < 2 ? `${name} has no interval from one run` : `${name} changed by ${intervalText(metric)}${more}`;
}

/** `+9.8 %`, `−0.3 points`. */
export function changeText({ change, unit }: Pick<MetricChange, 'change' | 'unit'>): string {
  return signed(change, unit === 'share' ? pointsOf : percentOf);
}

/** `+7.1 to +12.6 %`; of one run there is none: `–`. */
export function intervalText({
  interval: [low, high],
  unit,
  runs,
}: Pick<MetricChange, 'interval' | 'unit' | 'runs'>): string {
  if (runs < 2) return '–';
  const amount = unit === 'share' ? pointsOf : percentOf;
  const word = signed(high, amount);
  return `${signed(low, amount).replace(/ .*$/, '')} to ${word}`;
}

export function figureText(value: number, unit: MetricChange['unit']): string {
  if (unit === 'vus') return counted(Math.round(value), 'user');
  if (unit === 'flows/s') return formatArrivals(value, unit);
  return { ms: formatMs, '1/s': formatRate, share: formatShare }[unit](value);
}

/** What was measured, and how it was judged. */
export function methodSentence(comparison: Comparison): string {
  const { base, head, paired, margin, confidence, metrics, budget } = comparison;
  const used = ({ runs }: Comparison['base']): number => runs.filter(({ leftOut }) => leftOut === undefined).length;
  if (metrics.length === 0) return `${counted(used(base), 'usable run')} of the base, ${used(head)} of the head.`;
  const how = paired
    ? `${counted(used(base), 'pair')} of runs, measured in turns${budget === undefined ? '' : ` within ${formatClock(budget.spentSeconds)} of ${formatClock(budget.seconds)}`}`
    : `${counted(used(base), 'run')} of the base, ${used(head)} of the head`;
  return `${how}. Intervals of ${formatShare(confidence)} for all ${counted(metrics.length, 'figure')} together; a change within ±${formatShare(margin)} does not count.`;
}

function signed(value: number, amount: (value: number) => string): string {
  const text = amount(Math.abs(value));
  return /^0(\.0+)? /.test(text) ? text : `${value < 0 ? '−' : '+'}${text}`;
}

function percentOf(share: number): string {
  if (!Number.isFinite(share) || share > 99) return 'any amount';
  const percent = share * 100;
  return `${percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0)} %`;
}

const pointsOf = (share: number): string => `${(share * 100).toFixed(Math.abs(share) < 0.00995 ? 2 : 1)} points`;

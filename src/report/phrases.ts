import { formatMs } from '../analyze/wording.ts';
import type { LatencySummary, PercentileName } from '../core/result.ts';

/** Shape first, colour second: the same signs in the terminal and in Markdown. */
export const SYMBOLS = {
  passed: '●',
  undecided: '○',
  failed: '■',
  valid: '●',
  doubtful: '○',
  invalid: '■',
} as const;

/** What the numbers mean; in every output. */
export const MEANING =
  'Response time: due → last byte, of successes. Service time: request sent → last byte. Lag: due → sent. ' +
  '±: half of the 95 % interval.';

/** `61.2 ±3.1 ms`: with half of the 95 % interval, where it has both ends. A dash for what the sample cannot bear. */
export function withMargin(summary: LatencySummary, name: PercentileName): string {
  const value = summary[name];
  if (value === null) return '–';
  const text = formatMs(value);
  const interval = summary.ci95?.[name];
  if (interval === undefined || interval[1] === null) return text;
  const [number = '', unit = 'ms'] = text.split(' ');
  const half = (interval[1] - interval[0]) / 2 / (unit === 's' ? 1000 : 1);
  const decimals = number.split('.')[1]?.length ?? 0;
  // As exact as the number beside it, but never rounded away.
  const rounded = half.toFixed(decimals);
  return `${number} ±${half > 0 && Number(rounded) === 0 ? half.toPrecision(1) : rounded} ${unit}`;
}

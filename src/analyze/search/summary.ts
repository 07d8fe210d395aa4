import type { BreakingPoint, CriterionResult } from '../../core/breaking-point.ts';
import { counted, formatArrivals, formatCount, formatMs, formatShare, scopeLabel } from '../wording.ts';

/** The sentence a manager can read. */
export function summaryOf(answer: BreakingPoint): string {
  const { unit, estimate, interval, status, stoppedBy, criterion, scope } = answer;
  const load = (value: number): string =>
    unit === 'vus' ? `${formatCount(value)} concurrent users` : formatArrivals(value, unit);
  const end = (value: number): string => (unit === 'vus' ? formatCount(value) : formatArrivals(value, unit));
  const range = (low: number, high: number | null): string => {
    return high === null ? `at least ${end(low)}` : `95 % sure: ${end(low)} to ${end(high)}`;
  };
  if (status === 'fails-at-every-load') {
    const broken = answer.levels
      .findLast(({ purpose }) => purpose === 'idle')
      ?.criteria.find(({ slo }) => slo === criterion);
    const none = answer.levels.every(({ ok }) => ok === 0);
    const seen = none ? ', no request succeeds' : broken?.value == null ? '' : `, ${criterionValue(broken)} at idle`;
    return `0: fails at every load${seen} (${criterion ?? 'no SLO'}).`;
  }
  if (status === 'generator-limited' || status === 'not-reached') {
    const why = status === 'not-reached' ? 'the highest load allowed' : 'beyond it the generator is the limit';
    return estimate === null
      ? 'No answer: the generator was not fit to measure.'
      : `At least ${load(estimate)}: ${why}.`;
  }
  if (status === 'undecided' || estimate === null || interval === null) {
    const known = interval === null ? '' : ` So far: ${range(interval[0], interval[1])}.`;
    return stoppedBy === 'target-lost' ? `The target stopped answering.${known}` : `No answer yet.${known}`;
  }
  if (status === 'rough') {
    const [low, high] = interval;
    const between =
      high === null
        ? `above ${load(low)}`
        : low === 0
          ? `below ${load(high)}`
          : `between ${end(low)} and ${load(high)}`;
    const more =
      answer.moreSeconds == null
        ? ''
        : `; ${formatLonger(answer.moreSeconds)} more would give ±${formatShare(Math.max(answer.precision.asked, 0.075))}`;
    const tokens = answer.tokensAtLimit;
    const there =
      tokens === undefined || answer.usersAtLimit === null
        ? ''
        : `, with ${unit === 'vus' ? '' : `about ${formatCount(answer.usersAtLimit)} streams at a time and `}${formatCount(Math.round(tokens))} tokens/s`;
    return `Rough: ${between}, probably near ${end(estimate)}${there}${more} (${scope === undefined ? '' : `${scopeLabel(scope)} breaks first: `}${criterion ?? 'the SLO'}).`;
  }
  const because =
    criterion === 'capacity'
      ? 'it is full there'
      : scope === undefined
        ? `${criterion ?? 'the SLO'} breaks there`
        : `${scopeLabel(scope)} breaks first (${criterion})`;
  const { tokensAtLimit } = answer;
  const what = tokensAtLimit === undefined ? 'requests' : 'streams';
  const tokens = tokensAtLimit === undefined ? '' : `, ${formatCount(Math.round(tokensAtLimit))} tokens/s`;
  const users =
    unit === 'vus' || answer.usersAtLimit === null
      ? tokens
      : `, about ${formatCount(answer.usersAtLimit)} ${what} at a time${tokens}`;
  return `Breaks at ${load(estimate)} (${range(interval[0], interval[1])})${users}: ${because}.`;
}

function criterionValue({ value, unit }: CriterionResult): string {
  return unit === 'ms' ? formatMs(value ?? 0) : formatShare(value ?? 0);
}

/** `6 minutes`, `40 seconds`. */
function formatLonger(seconds: number): string {
  return seconds < 90 ? counted(Math.ceil(seconds / 10) * 10, 'second') : counted(Math.ceil(seconds / 60), 'minute');
}

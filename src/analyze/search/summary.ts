/** The result of a search in one sentence. */
import type { BreakingPoint, CriterionResult, LevelResult } from '../../core/breaking-point.ts';
import { counted, formatArrivals, formatCount, formatMs, formatShare, scopeLabel } from '../wording.ts';

/** The sentence a manager can read. */
export function summaryOf(answer: BreakingPoint): string {
  const { unit, estimate, interval, status, stoppedBy, criterion, scope, slos } = answer;
  const load = (value: number): string =>
    unit === 'vus' ? `${formatCount(value)} concurrent users` : formatArrivals(value, unit);
  const end = (value: number): string => (unit === 'vus' ? formatCount(value) : formatArrivals(value, unit));
  const range = (low: number, high: number | null): string => {
    return high === null ? `at least ${end(low)}` : `95 % sure: ${end(low)} to ${end(high)}`;
  };
  if (status === 'fails-at-every-load') {
    const none = answer.levels.every(({ ok }) => ok === 0);
    const seen = none ? ', no request succeeds' : brokenAt(answer);
    return `0: fails at every load${seen} (${criterion ?? 'no SLO'}).`;
  }
  if (status === 'generator-limited' || status === 'not-reached') {
    const why = status === 'not-reached' ? 'the highest load allowed' : 'beyond it the generator is the limit';
    return estimate === null
      ? 'No result: the generator was not fit to measure.'
      : `At least ${load(estimate)}${streamsAt(answer)}: ${why}.`;
  }
  if (status === 'undecided' || estimate === null || interval === null) {
    const known = interval === null ? '' : ` So far: ${range(interval[0], interval[1])}.`;
    return stoppedBy === 'target-lost' ? `The target stopped answering.${known}` : `No result yet.${known}`;
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
    const first =
      scope !== undefined
        ? `${scopeLabel(scope)} breaks first: ${criterion}`
        : criterion === 'capacity'
          ? 'it is full there'
          : `${criterion ?? 'the SLO'}${slos.length > 1 && criterion !== null ? ' breaks first' : ''}`;
    return `Rough: ${between}, probably near ${end(estimate)}${streamsAt(answer)}${more} (${first}).`;
  }
  const because =
    criterion === 'capacity'
      ? 'it is full there'
      : scope === undefined
        ? `${criterion ?? 'the SLO'} breaks there`
        : `${scopeLabel(scope)} breaks first (${criterion})`;
  const users =
    answer.tokensAtLimit !== undefined
      ? streamsAt(answer)
      : unit === 'vus' || answer.usersAtLimit === null
        ? ''
        : `, about ${formatCount(answer.usersAtLimit)} requests at a time`;
  return `Breaks at ${load(estimate)} (${range(interval[0], interval[1])})${users}: ${because}.`;
}

/** `, about 41 streams at a time, 1,270 tokens/s`; empty where nothing was streamed. */
function streamsAt({ unit, usersAtLimit, tokensAtLimit }: BreakingPoint): string {
  if (tokensAtLimit === undefined) return '';
  const users = unit === 'vus' || usersAtLimit === null ? '' : `, about ${formatCount(usersAtLimit)} streams at a time`;
  return `${users}, ${formatCount(Math.round(tokensAtLimit))} tokens/s`;
}

/**
 * What the broken SLO's figure was: at idle, where it broke there for certain. A small share of errors may not show in the few
 * requests of an idle target: then it is that of all levels together.
 */
function brokenAt({ levels, criterion }: BreakingPoint): string {
  const measured = levels.filter(({ verdict }) => verdict !== 'void');
  const of = ({ criteria }: LevelResult) => criteria.find(({ slo }) => slo === criterion);
  const idle = measured.findLast(({ purpose }) => purpose === 'idle');
  const atIdle = idle === undefined ? undefined : of(idle);
  if (atIdle?.value != null && atIdle.verdict === 'fail') return `, ${criterionValue(atIdle)} at idle`;
  let requests = 0;
  let broke = 0;
  for (const level of measured) {
    const { unit, value } = of(level) ?? {};
    if (unit !== 'share' || value == null) continue;
    requests += level.ok + level.failed;
    broke += value * (level.ok + level.failed);
  }
  return broke === 0 ? '' : `, ${formatShare(broke / requests)} of ${formatCount(requests)} requests at all levels`;
}

function criterionValue({ value, unit }: CriterionResult): string {
  return unit === 'ms' ? formatMs(value ?? 0) : formatShare(value ?? 0);
}

/** `6 minutes`, `40 seconds`. */
function formatLonger(seconds: number): string {
  return seconds < 90 ? counted(Math.ceil(seconds / 10) * 10, 'second') : counted(Math.ceil(seconds / 60), 'minute');
}

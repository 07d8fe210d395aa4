/** A finished run told in prose: the paragraph under the headline, in the terminal, in Markdown and in the report. */

import { hasSteps } from '../core/flow.ts';
import type { LatencySummary } from '../core/latencies.ts';
import { followsItsPlan, isOneAtATime } from '../core/procedure.ts';
import type { RunResult, Totals } from '../core/result.ts';
import { countedFrom, countedStages } from './changes.ts';
import { type Percentile, percentileIn, percentileText, successesDiffer } from './percentiles.ts';
import { untilSentence } from './until.ts';
import {
  counted,
  formatClock,
  formatCount,
  formatLimit,
  formatMs,
  formatRange,
  formatRate,
  formatShare,
  loadedFor,
  wayOf,
} from './wording.ts';

/** One short paragraph: what was done and what came of it. */
export function whyOf(result: RunResult): string {
  const { run, plan, timeline } = result;
  const why = result.breakingPoint !== undefined ? result.breakingPoint.summary : loadWhy(result);
  return run.ending === 'stopped' ? `${why} Stopped by hand after ${wayOf(loadedFor(timeline), plan)}.` : why;
}

function loadWhy(result: RunResult): string {
  const { plan, totals, latency, rates } = result;
  const sent = `${counted(totals.sent, 'request')} sent in ${formatClock(totals.durationMs / 1000)}`;
  const sentences = [`${offerOf(result)}: ${[sent, ...fatesOf(totals)].join(', ')}.`];
  const reset = countedFrom(result.changes);
  // Within the warm-up it changes nothing.
  if (reset > plan.warmup)
    sentences.push(`Counted from ${formatClock(reset / 1e6)} on, when the statistics were reset.`);
  const times = timesOf(latency.responseWithFailures, 'of the requests had their response');
  if (times !== null) {
    const rate =
      followsItsPlan(plan) && !isAfterwards(result) ? `, at ${formatRate(rates.achievedPerSec)} achieved` : '';
    sentences.push(`${times}${rate}.`);
  }
  if (plan.until !== undefined && result.until?.reached === true)
    sentences.push(untilSentence(plan.until, result.until));
  const alone = successesDiffer(latency) ? timesOf(latency.response, 'of the successes came') : null;
  if (alone !== null) sentences.push(`${alone}.`);
  const { ramp } = result;
  if (ramp !== undefined) sentences.push(rampSentence(ramp));
  else if (plan.load.model === 'closed' && isVaried(result))
    sentences.push('The figures are of all of it, ramps included.');
  return sentences.join(' ');
}

/**
 * What became of the requests that did not succeed: `3 (1.5 %) failed`, `none failed`, `20 given up unanswered at the
 * end`.
 */
export function fatesOf({ ok, failed, dropped, leftOut = 0, byOutcome }: Totals): string[] {
  const { aborted = 0, cancelled = 0 } = byOutcome;
  const fates: string[] = [];
  if (failed > 0) fates.push(`${formatCount(failed)} (${formatShare(failed / (ok + failed))}) failed`);
  // Where all requests were given up, none failed, but saying so would mislead.
  else if (aborted === 0 || ok > 0) fates.push('none failed');
  if (aborted > 0) fates.push(`${formatCount(aborted)} given up unanswered at the end`);
  if (cancelled > 0) fates.push(`${formatCount(cancelled)} cancelled by their users`);
  if (dropped > 0) fates.push(`${formatCount(dropped)} dropped`);
  if (leftOut > 0) fates.push(`${formatCount(leftOut)} left out`);
  return fates;
}

/**
 * `Half of the requests had their response within 61.2 ms (95 % interval 58.1 to 64.3), 95 % within 198 ms (164 or
 * more)`.
 */
function timesOf(summary: LatencySummary, words: string): string | null {
  const within = ({ value, interval }: Percentile): string =>
    `within ${formatMs(value)}${interval === null ? '' : ` (95 % interval ${formatRange(interval, value)})`}`;
  const [half, most] = [percentileIn(summary, 'p50'), percentileIn(summary, 'p95')];
  if (half === null) return null;
  if (!Number.isFinite(half.value)) return 'More than half of the requests failed';
  const text = `Half ${words} ${within(half)}`;
  if (most === null) return text;
  return Number.isFinite(most.value) ? `${text}, 95 % ${within(most)}` : `${text}, more than 5 % failed`;
}

/** `Up to 100 virtual users`, `200/s`, `One request at a time`. */
function offerOf(result: RunResult): string {
  const { kind, load } = result.plan;
  if (kind === 'probe') return 'One request at a time';
  const highest = highestOf(result);
  const arrivals = hasSteps(result.plan)
    ? `${formatLimit(highest, 'count')} flows/s offered`
    : `${formatLimit(highest, '1/s')} offered`;
  if (load.model === 'mixed') {
    const users = Math.ceil(load.vus.reduce((most, { from, to }) => Math.max(most, from, to), 0));
    return `Up to ${counted(users, 'virtual user')} and ${arrivals}`;
  }
  const amount = load.model === 'closed' ? counted(highest, 'virtual user') : arrivals;
  return isVaried(result) ? `Up to ${amount}` : amount;
}

const highestOf = (result: RunResult): number =>
  countedStages(result).reduce((max, { from, to }) => Math.max(max, from, to), 0);

/** Whether the load that is counted was not the same all the time. */
function isVaried(result: RunResult): boolean {
  if (isOneAtATime(result.plan)) return false;
  const highest = highestOf(result);
  return !countedStages(result).every(({ from, to }) => from === highest && to === highest);
}

/** `The ramp before it is counted apart (0:05): 240 requests sent, none failed, p50 12.0 ms, p95 88.1 ms`. */
function rampSentence({ from, to, totals, latency }: NonNullable<RunResult['ramp']>): string {
  const times = (['p50', 'p95'] as const).flatMap((name) => {
    const text = percentileText(latency.responseWithFailures, name);
    return text === null ? [] : [`${name} ${text}`];
  });
  const parts = [`${counted(totals.sent, 'request')} sent`, ...fatesOf(totals), ...times];
  return `The ramp before it is counted apart (${formatClock(to - from)}): ${parts.join(', ')}.`;
}

/** Whether all that succeeded came when the load had ended, so that it has no rate. */
export const isAfterwards = ({ rates, totals }: RunResult): boolean => totals.ok > 0 && rates.achievedPerSec === 0;

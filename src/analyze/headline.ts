import type { BreakingPoint } from '../core/breaking-point.ts';
import type { Metric, Plan, Threshold } from '../core/plan.ts';
import type {
  Check,
  Doubt,
  DoubtCode,
  GeneratorResult,
  LatencySummary,
  PercentileName,
  RunResult,
  Totals,
} from '../core/result.ts';
import { countedFrom, countedStages } from './changes.ts';
import { type Percentile, percentileIn, percentileText, successesDiffer } from './percentiles.ts';
import { untilSentence } from './until.ts';
import { isUnreachable } from './verdict.ts';
import {
  addressOf,
  counted,
  formatActual,
  formatClock,
  formatCount,
  formatInterval,
  formatLimit,
  formatMs,
  formatRange,
  formatRate,
  formatShare,
  loadedFor,
  metricName,
  requestsPerSecond,
  wayOf,
} from './wording.ts';

/** The answer first: what the terminal and the report begin with. */
export interface Headline {
  /** One sentence that anyone can read. */
  readonly sentence: string;
  /** One short paragraph: what was done and what came of it. Doubts are listed elsewhere, with their hints. */
  readonly why: string;
  /** The verdict on the measurement itself, not on the target. */
  readonly chip: { readonly status: 'valid' | 'doubtful' | 'invalid'; readonly text: string };
}

export function headline(result: RunResult): Headline {
  return { sentence: sentenceOf(result), why: whyOf(result), chip: chipOf(result) };
}

/** What is wrong with the measurement, after a colon: no more and no less than the doubt itself says. */
const REASONS: Readonly<Record<DoubtCode, string>> = {
  'no-samples': 'no request succeeded',
  unreachable: 'nothing answered',
  'thread-lost': 'a generator thread was lost',
  'thread-never-ready': 'the generator did not start',
  interrupted: 'it was interrupted',
  'rate-not-met': 'the rate was not met',
  'piling-up': 'requests piled up',
  'starved-users': 'users waited for a response all along',
  'cold-start': 'the start was slower than the rest',
  drifting: 'response times drifted',
  'send-lag': 'requests left late',
  'loop-delay': 'the generator was held up',
  'stood-still': 'the generator stood still',
  'generator-saturated': 'virtual users waited for the generator',
  'cpu-contended': 'load threads waited for a core',
  'gc-pause': 'the generator paused to collect garbage',
  'too-few-samples': 'too few samples',
  'unanswered-at-end': 'some requests had no response at the end',
  'count-mismatch': 'the counts do not add up',
  'hidden-idle': 'the generator held its virtual users up',
  'no-answer-found': 'the search gave no answer',
  'rough-answer': 'the answer of the search is rough',
  'not-known': 'it ended before what was asked for was known',
  'generator-exhausted': 'the generator ran out of ports, files or memory for sockets',
  'connection-wait': 'requests waited for a free connection',
  'reused-connection-closed': 'the target closed connections as they were used again',
  'ramp-cut': 'the ramp did not reach its goal',
  'closed-unannounced': 'the target closed connections after responses that did not say so',
  'surplus-bytes': 'the target sent bytes that nobody had asked for',
  'target-down': 'the target failed part of the time',
  'clock-set': 'the clock was set under way',
};

/** What makes a run invalid and is the answer all the same: it is the target's doing. */
const ABOUT_THE_TARGET: ReadonlySet<DoubtCode> = new Set(['piling-up', 'no-samples']);

const firstSentence = (text: string): string => text.split(/(?<=\.) /)[0] ?? text;

function sentenceOf(result: RunResult): string {
  const { run, plan, verdict, timeline, breakingPoint } = result;
  if (run.ending === 'interrupted') return `Interrupted after ${wayOf(loadedFor(timeline), plan)}.`;
  if (breakingPoint !== undefined) return foundSentence(breakingPoint);
  if (isUnreachable(result)) return `Nothing answered at ${addressOf(plan.target)}.`;
  // A p95 of the time before would be the answer to another question.
  const down = verdict.doubts.find(({ code }) => code === 'target-down');
  if (down !== undefined) return firstSentence(down.message);
  const invalid = verdict.doubts.find((doubt) => doubt.invalidates);
  if (invalid !== undefined && ABOUT_THE_TARGET.has(invalid.code)) return firstSentence(invalid.message);
  if (invalid !== undefined) return `Not a valid measurement: ${REASONS[invalid.code]}.`;

  const judged = verdict.checks.map((check, i) => ({ check, threshold: plan.thresholds[i] as Threshold }));
  const [failure, ...others] = judged.filter(({ check }) => check.status === 'failed');
  if (failure !== undefined) {
    const more = others.length > 0 ? `, and ${counted(others.length, 'more threshold')} failed` : '';
    const said = failure.check.outcome === 'not-sure' ? unsure(failure.check, failure.threshold) : null;
    return `${begun(said ?? broken(failure.check, failure.threshold))}${more}.`;
  }
  const [open, ...openToo] = judged.filter(({ check }) => check.outcome === 'not-sure');
  if (open !== undefined) {
    const more = openToo.length > 0 ? `, and of ${counted(openToo.length, 'more threshold')}` : '';
    return `${unsure(open.check, open.threshold)}${more}.`;
  }
  if (judged.length > 2) return `All ${judged.length} thresholds held.`;
  if (judged.length > 0) {
    return `${begun(judged.map(({ check, threshold }) => held(check, threshold)).join(' and '))}.`;
  }
  // By requests nobody would see it: those who wait send none.
  const starved = verdict.doubts.find(({ code }) => code === 'starved-users');
  if (starved !== undefined) return firstSentence(starved.message);
  return plan.kind === 'probe' ? probed(result) : loaded(result);
}

/** The answer of a search in one sentence. */
function foundSentence({ status, estimate, interval, unit, stoppedBy, slos, criterion }: BreakingPoint): string {
  const load = (value: number): string =>
    unit === 'vus' ? `${formatCount(Math.round(value))} concurrent users` : requestsPerSecond(value);
  const slo = criterion !== null && slos.includes(criterion) ? criterion : slos.join(' and ');
  const under = slo === '' ? '' : ` under ${slo}`;
  if (stoppedBy === 'fails-at-idle') return `It fails with a single user: ${slo} does not hold.`;
  if (status === 'fails-at-every-load') return `It fails at every load: ${slo} does not hold.`;
  if (status === 'undecided' || estimate === null) return 'The breaking point was not found.';
  if (status === 'found') return `It sustains ${load(estimate)}${under}.`;
  if (status === 'rough') return `${roughly(interval)}${load(estimate)}${under}: a rough answer.`;
  return `It sustains at least ${load(estimate)}${under}.`;
}

/** The ends of a wide interval, before the estimate. */
function roughly(interval: BreakingPoint['interval']): string {
  if (interval === null) return 'It sustains about ';
  const [low, high] = interval;
  const end = (value: number): string => formatRate(value).replace('/s', '');
  if (high === null) return `It sustains ${end(low)} or more, probably about `;
  return `It sustains between ${end(low)} and ${end(high)}, probably about `;
}

/** A metric as a subject in the middle of a sentence. */
function subjectOf(metric: Metric): string {
  switch (metric.kind) {
    case 'percentile':
    case 'errors':
      return metricName(metric);
    case 'achieved':
      return 'the achieved rate';
    default:
      return `the ${metric.kind}`;
  }
}

function broken({ actual, limit, unit, message }: Check, { metric, op }: Threshold): string {
  if (actual === null || actual === limit) return message;
  const verb = metric.kind === 'errors' ? 'were' : 'was';
  const side = op === '<' || op === '<=' ? 'over' : 'under';
  const measured = formatActual(actual, limit, unit);
  return `${subjectOf(metric)} ${verb} ${measured}, ${side} the limit of ${formatLimit(limit, unit)}`;
}

/** `Not sure whether p95 stays under 250 ms: it was 240 ms (225 to 262)`. */
function unsure({ actual, interval, limit, unit }: Check, { metric, op }: Threshold): string {
  const said = actual === null ? 'infinite' : formatActual(actual, limit, unit);
  const range = interval === undefined ? '' : ` (${formatInterval(interval, actual, unit)})`;
  const [stay, were] = metric.kind === 'errors' ? ['stay', 'they were'] : ['stays', 'it was'];
  return `Not sure whether ${subjectOf(metric)} ${stay} ${SIDES[op]} ${formatLimit(limit, unit)}: ${were} ${said}${range}`;
}

const SIDES: Readonly<Record<Threshold['op'], string>> = {
  '<': 'under',
  '<=': 'within',
  '>': 'over',
  '>=': 'at or over',
};

function held({ limit, unit }: Check, { metric, op }: Threshold): string {
  return `${subjectOf(metric)} stayed ${SIDES[op]} ${formatLimit(limit, unit)}`;
}

/** A sentence begins with a capital, but p95 stays p95. */
function begun(text: string): string {
  return /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function loaded({ rates, latency, totals }: RunResult): string {
  const rate = requestsPerSecond(rates.achievedPerSec);
  const name = percentileIn(latency.responseWithFailures, 'p95') === null ? 'p50' : 'p95';
  const callers = percentileIn(latency.responseWithFailures, name);
  if (callers === null) return `${rate}.`;
  const word = name === 'p50' ? 'median' : 'p95';
  const text = percentileText(latency.responseWithFailures, name);
  const lost = formatShare(totals.failed / Math.max(1, totals.ok + totals.failed));
  const value = Number.isFinite(callers.value) ? `a ${word} of ${text}` : `an infinite ${word}, since ${lost} failed`;
  return `${rate} at ${value}${ofSuccesses(latency, name)}.`;
}

/** What the successes alone had, where that is something else: `; of the successes alone 312 ms (290 to 330)`. */
function ofSuccesses(latency: RunResult['latency'], name: PercentileName): string {
  const text = percentileText(latency.response, name);
  const differ = text !== null && text !== percentileText(latency.responseWithFailures, name);
  return differ ? `; of the successes alone ${text}` : '';
}

function probed({ latency }: RunResult): string {
  const { responseWithFailures: callers, response } = latency;
  const [p50, p95] = [percentileText(callers, 'p50'), percentileText(callers, 'p95')];
  if (p50 !== null) {
    const half = `A median of ${p50}${ofSuccesses(latency, 'p50')}`;
    return p95 === null ? `${half}.` : `${half}, and a p95 of ${p95}${ofSuccesses(latency, 'p95')}.`;
  }
  return response.mean === null ? 'No response was measured.' : `A mean of ${formatMs(response.mean)}.`;
}

function whyOf(result: RunResult): string {
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
    const rate = plan.kind === 'run' ? `, at ${formatRate(rates.achievedPerSec)} achieved` : '';
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

/** What became of the requests that did not succeed: `3 (1.5 %) failed`, `none failed`, `20 given up unanswered at the end`. */
export function fatesOf({ ok, failed, dropped, leftOut = 0, byOutcome }: Totals): string[] {
  const { aborted = 0 } = byOutcome;
  const fates: string[] = [];
  if (failed > 0) fates.push(`${formatCount(failed)} (${formatShare(failed / (ok + failed))}) failed`);
  // Of requests that all were given up, none failed, but that is not what matters.
  else if (aborted === 0 || ok > 0) fates.push('none failed');
  if (aborted > 0) fates.push(`${formatCount(aborted)} given up unanswered at the end`);
  if (dropped > 0) fates.push(`${formatCount(dropped)} dropped`);
  if (leftOut > 0) fates.push(`${formatCount(leftOut)} left out`);
  return fates;
}

/** `Half of the requests had their response within 61.2 ms (95 % interval 58.1 to 64.3), 95 % within 198 ms (164 or more)`. */
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
  const amount = load.model === 'closed' ? counted(highest, 'virtual user') : `${formatLimit(highest, '1/s')} offered`;
  return isVaried(result) ? `Up to ${amount}` : amount;
}

const highestOf = (result: RunResult): number =>
  countedStages(result).reduce((max, { from, to }) => Math.max(max, from, to), 0);

/** Whether the load that is counted was not the same all the time. */
function isVaried(result: RunResult): boolean {
  if (result.plan.kind === 'probe') return false;
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

/** Percentiles left out for want of samples cast no doubt on those that are shown. */
function isDoubtful({ code, invalidates }: Doubt): boolean {
  return invalidates || code !== 'too-few-samples';
}

function chipOf({ plan, verdict, generator, breakingPoint }: RunResult): Headline['chip'] {
  const doubts = verdict.doubts.filter(isDoubtful);
  const worst = doubts.find((doubt) => doubt.invalidates) ?? doubts[0];
  if (worst !== undefined) {
    const status = worst.invalidates ? 'invalid' : 'doubtful';
    return { status, text: `${status}: ${REASONS[worst.code]}` };
  }
  if (breakingPoint !== undefined) {
    const { levels } = breakingPoint;
    const used = levels.filter((level) => level.used).length;
    return { status: 'valid', text: `valid: the generator was fit in ${used} of ${counted(levels.length, 'level')}` };
  }
  return { status: 'valid', text: `valid: ${roomOf(generator, plan.load.model)}` };
}

/** How far the generator was from its limits: `the generator used 11 % of a core, lag p99 0.060 ms`. */
function roomOf({ cpu, threads, lagP99, loopDelayP99 }: GeneratorResult, model: Plan['load']['model']): string {
  const cores = cpu < 1 ? `${formatShare(cpu)} of a core` : `${cpu.toFixed(1)} cores`;
  const used = `the generator used ${cores}${threads > 1 ? ` in ${threads} threads` : ''}`;
  // Whether requests leave late is known of an open load; of virtual users, how late answers were read.
  if (model === 'closed') return `${used}, event-loop delay p99 ${formatMs(loopDelayP99)}`;
  return lagP99 === null ? used : `${used}, lag p99 ${formatMs(lagP99)}`;
}

/** The one sentence that a run or a search comes to, with its mark: what every output begins with. */

import type { BreakingPoint } from '../core/breaking-point.ts';
import type { PercentileName } from '../core/latencies.ts';
import type { Threshold } from '../core/plan.ts';
import { isOneAtATime } from '../core/procedure.ts';
import type { RunResult } from '../core/result.ts';
import type { Check, DoubtCode } from '../core/verdict.ts';
import { isAfterwards, whyOf } from './account.ts';
import { type Chip, chipOf, REASONS } from './chip.ts';
import { percentileIn, percentileText } from './percentiles.ts';
import { isUnreachable } from './verdict.ts';
import {
  addressesOf,
  counted,
  formatActual,
  formatCount,
  formatInterval,
  formatLimit,
  formatMs,
  formatRate,
  formatShare,
  loadedFor,
  metricName,
  perSecondOf,
  scopeName,
  wayOf,
} from './wording.ts';

/** The result first: what the terminal and the report begin with. */
export interface Headline {
  /** One sentence that anyone can read. */
  readonly sentence: string;
  /** One short paragraph: what was done and what came of it. Doubts are listed elsewhere, with their hints. */
  readonly why: string;
  /** The verdict on the measurement itself, not on the target. */
  readonly chip: Chip;
}

export function headline(result: RunResult): Headline {
  return { sentence: sentenceOf(result), why: whyOf(result), chip: chipOf(result) };
}

/** What makes a run invalid and is its result all the same: it is the target's doing. */
const ABOUT_THE_TARGET: ReadonlySet<DoubtCode> = new Set(['piling-up', 'no-samples', 'failing-alike']);

const firstSentence = (text: string): string => text.split(/(?<=\.) /)[0] ?? text;

function sentenceOf(result: RunResult): string {
  const { run, plan, verdict, timeline, breakingPoint } = result;
  const failing = verdict.doubts.find(({ code }) => code === 'failing-alike');
  if (failing !== undefined) return failing.message;
  if (run.ending === 'interrupted') return `Interrupted after ${wayOf(loadedFor(timeline), plan)}.`;
  if (breakingPoint !== undefined) {
    // A load that is called the limit would be blamed for what it did not do.
    const errors = verdict.doubts.find(({ code }) => code === 'errors-at-any-load');
    return errors === undefined ? foundSentence(breakingPoint) : firstSentence(errors.message);
  }
  if (result.abortedBy !== undefined) {
    const { at, message } = result.abortedBy;
    return `The load ended by itself after ${wayOf(at, plan)}: ${message}.`;
  }
  if (isUnreachable(result)) return `Nothing answered at ${addressesOf(plan)}.`;
  // A p95 of the time before would belong to another question.
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
  return isOneAtATime(plan) ? probed(result) : loaded(result);
}

/** The result of a search in one sentence. */
function foundSentence({ status, estimate, interval, unit, stoppedBy, slos, criterion }: BreakingPoint): string {
  const load = (value: number): string =>
    unit === 'vus'
      ? `${formatCount(Math.round(value))} concurrent users`
      : perSecondOf(value, unit === 'flows/s' ? 'flow' : 'request');
  const slo = criterion !== null && slos.includes(criterion) ? criterion : slos.join(' and ');
  const under = slo === '' ? '' : ` under ${slo}`;
  if (stoppedBy === 'fails-at-idle') return `It fails with a single user: ${slo} does not hold.`;
  if (status === 'fails-at-every-load') return `It fails at every load: ${slo} does not hold.`;
  if (status === 'undecided' || estimate === null) return 'The breaking point was not found.';
  if (status === 'found') return `It sustains ${load(estimate)}${under}.`;
  if (status === 'rough') return `${roughly(interval)}${load(estimate)}${under}: a rough result.`;
  return `It sustains at least ${load(estimate)}${under}.`;
}

/** The ends of a wide interval, before the estimate. */
function roughly(interval: BreakingPoint['interval']): string {
  if (interval === null) return 'It sustains about ';
  const [low, high] = interval;
  const end = (value: number): string => formatRate(value).replace('/s', '');
  if (high === null) return `It sustains ${end(low)} or more, probably about `;
  if (low === 0) return `It sustains less than ${end(high)}, probably about `;
  return `It sustains between ${end(low)} and ${end(high)}, probably about `;
}

/** A metric as a subject in the middle of a sentence. */
function subjectOf({ metric, scope }: Pick<Threshold, 'metric' | 'scope'>): string {
  const of = scopeName(scope);
  switch (metric.kind) {
    case 'percentile':
    case 'errors':
    case 'goodput':
      return `${metricName(metric)}${of}`;
    case 'achieved':
      return `the achieved rate${of}`;
    case 'tokens':
      return `the rate of output tokens${of}`;
    default:
      return `the ${metricName(metric)}${of}`;
  }
}

function broken({ actual, limit, unit, message }: Check, threshold: Threshold): string {
  const { metric, op } = threshold;
  if (actual === null || actual === limit) return message;
  const verb = metric.kind === 'errors' ? 'were' : 'was';
  const side = op === '<' || op === '<=' ? 'over' : 'under';
  const measured = formatActual(actual, limit, unit);
  return `${subjectOf(threshold)} ${verb} ${measured}, ${side} the limit of ${formatLimit(limit, unit)}`;
}

/** `Not sure whether p95 stays under 250 ms: it was 240 ms (225 to 262)`. */
function unsure({ actual, interval, limit, unit }: Check, threshold: Threshold): string {
  const { metric, op } = threshold;
  const said = actual === null ? 'infinite' : formatActual(actual, limit, unit);
  const range = interval === undefined ? '' : ` (${formatInterval(interval, actual, unit)})`;
  const [stay, were] = metric.kind === 'errors' ? ['stay', 'they were'] : ['stays', 'it was'];
  return `Not sure whether ${subjectOf(threshold)} ${stay} ${SIDES[op]} ${formatLimit(limit, unit)}: ${were} ${said}${range}`;
}

const SIDES: Readonly<Record<Threshold['op'], string>> = {
  '<': 'under',
  '<=': 'within',
  '>': 'over',
  '>=': 'at or over',
};

function held({ limit, unit }: Check, threshold: Threshold): string {
  return `${subjectOf(threshold)} stayed ${SIDES[threshold.op]} ${formatLimit(limit, unit)}`;
}

/** A sentence begins with a capital, but p95 stays p95. */
function begun(text: string): string {
  return /^(?:p\d|(?:ttft|tpot|itl)_)/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function loaded(result: RunResult): string {
  const { rates, latency, totals } = result;
  // A few requests sent at once: the load ended before the first response came, so no rate is known.
  if (isAfterwards(result)) return `${counted(totals.ok, 'request')} succeeded, all after the load had ended.`;
  const rate = perSecondOf(rates.achievedPerSec, 'request');
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

/** Thresholds against what was measured: held, broken, not sure, or unknown, each with a sentence. */
import type { Metric, Plan, Scope, Threshold } from '../core/plan.ts';
import type { GoodputResult, Totals } from '../core/result.ts';
import { bears, samplesFor } from '../core/sample-size.ts';
import type { StreamMetric } from '../core/streamed.ts';
import type { Check } from '../core/verdict.ts';
import { longerBy } from '../stats/confidence.ts';
import type { Histogram } from '../stats/histogram.ts';
import type { CallerTimes } from './callers.ts';
import { type Certainty, goodputCertainty, type RunCertainty, rateCertainty, shareCertainty } from './certainty.ts';
import { inMs, quantileWithFailures } from './latency.ts';
import {
  counted,
  formatActual,
  formatCount,
  formatInterval,
  formatLimit,
  formatLonger,
  formatShare,
  OPERATOR_WORDS,
  scopeName,
  subjectName,
} from './wording.ts';

/** What thresholds look at. */
export interface Measurements {
  readonly totals: Totals;
  readonly achievedPerSec: number;
  readonly callers: CallerTimes;
  /** What thresholds look at in streamed responses. */
  readonly streams: {
    /** Null: there were none. */
    readonly times: (of: StreamMetric) => { readonly times: Histogram; readonly infinite: number } | null;
    readonly percentile: (of: StreamMetric) => RunCertainty['percentile'];
    readonly tokensPerSec: number | null;
  };
  /** Null: it was not counted. */
  readonly goodput: GoodputResult | null;
  /** Null: no intervals are given, and the values alone decide. */
  readonly certainty: RunCertainty | null;
}

/** A value to hold against a limit (times in ms; Infinity with failures), or why there is none. */
type Value = { readonly known: number } | { readonly unknown: string };

/**
 * Each threshold against what it looks at. Nothing measured decides nothing: zero samples never pass.
 *
 * @param of a scope; absent: of the whole run.
 */
export function evaluate(
  { thresholds, strict, kind }: Pick<Plan, 'thresholds' | 'strict' | 'kind'>,
  of: (scope?: Scope) => Measurements,
): Check[] {
  return thresholds.map((threshold) => check(threshold, of(threshold.scope), { strict: strict === true, kind }));
}

interface Manner {
  readonly strict: boolean;
  readonly kind: Plan['kind'];
}

function check(threshold: Threshold, measurements: Measurements, { strict, kind }: Manner): Check {
  const { text, metric, op, scope } = threshold;
  const unit = threshold.unit === 'µs' ? 'ms' : threshold.unit;
  const limit = threshold.unit === 'µs' ? threshold.limit / 1000 : threshold.limit;
  const name = subjectName(threshold);
  const value = measured(threshold, measurements);
  if ('unknown' in value) {
    const message = `${name} cannot be known: ${value.unknown}`;
    return { threshold: text, status: 'undecided', outcome: 'unknown', actual: null, limit, unit, message };
  }
  const actual = Number.isFinite(value.known) ? value.known : null;
  const certainty = certaintyOf(threshold, value.known, measurements);
  const interval = certainty === null ? null : inUnit(certainty.interval, threshold.unit);
  const known = interval === null ? {} : { interval };
  // As a search judges a level: of a percentile without an upper end the share of slower requests tells.
  const end = certainty?.isBelow?.(threshold.limit) === true ? value.known : Number.POSITIVE_INFINITY;
  const [atLow, atHigh] = (interval ?? [value.known, value.known]).map((one) => compare(one ?? end, op, limit));
  if (certainty !== null && interval !== null && atLow !== atHigh) {
    const more = moreOf(certainty.longer(threshold.limit), measurements);
    const message = notSure({ name, actual, interval, limit, unit }, more, kind);
    const status = strict ? 'failed' : 'passed';
    const moreSeconds = more?.seconds ?? null;
    return { threshold: text, status, outcome: 'not-sure', actual, ...known, moreSeconds, limit, unit, message };
  }
  const holds = compare(value.known, op, limit);
  const { totals } = measurements;
  const ended = totals.ok + totals.failed;
  // As a share it would have held: perhaps that was meant.
  const meant =
    metric.kind === 'errors' && unit === 'count' && !holds && compare((100 * totals.failed) / ended, op, limit)
      ? ` of ${counted(ended, 'request')}${scopeName(scope)} (a count; a share is written ${text}%)`
      : '';
  return {
    threshold: text,
    status: holds ? 'passed' : 'failed',
    outcome: holds ? 'held' : 'broken',
    actual,
    ...known,
    limit,
    unit,
    message:
      actual !== null
        ? `${name} ${metric.kind === 'errors' ? 'were' : 'was'} ${formatActual(actual, limit, unit)}, ` +
          `${holds ? '' : 'not '}${OPERATOR_WORDS[op]} ${formatLimit(limit, unit)}${meant}`
        : `${name} is infinite: ${lostShare(measurements, scope)}`,
  };
}

/**
 * The interval of what a longer run would know better. A count, a least and a greatest value are known as they are, and
 * have none.
 */
function certaintyOf({ metric, unit }: Threshold, value: number, measurements: Measurements): Certainty | null {
  const { certainty, totals } = measurements;
  if (certainty === null) return null;
  switch (metric.kind) {
    case 'percentile':
      return (metric.of === undefined ? certainty.percentile : measurements.streams.percentile(metric.of))(
        metric.p / 100,
      );
    case 'errors':
      return unit === 'share' ? shareCertainty(totals.failed, totals.ok + totals.failed, certainty.stretches) : null;
    case 'achieved':
      return rateCertainty(value, certainty.stretches);
    case 'goodput': {
      const { stretches } = certainty;
      if (unit === '1/s')
        return rateCertainty(
          value,
          stretches.map(({ seconds, good }) => ({ seconds, ok: good })),
        );
      const { goodput } = measurements;
      if (goodput === null) return null;
      const { good, judged, open = 0 } = goodput;
      return goodputCertainty({ bad: judged - good, judged, open }, stretches);
    }
    default:
      return null;
  }
}

function inUnit([low, high]: Certainty['interval'], unit: Threshold['unit']): NonNullable<Check['interval']> {
  return unit === 'µs' ? [inMs(low), high === null ? null : inMs(high)] : [low, high];
}

/** How much longer the run must be, and how many requests that makes in all; null: no such length can be named. */
interface More {
  readonly seconds: number;
  readonly requests: number;
}

function moreOf(longer: number, { totals }: Measurements): More | null {
  const seconds = longerBy(totals.durationMs, longer);
  if (seconds === null) return null;
  return { seconds, requests: Math.ceil((totals.ok + totals.failed) * longer) };
}

type Open = Pick<Check, 'actual' | 'limit' | 'unit'> & { readonly name: string; readonly interval: Interval };
type Interval = NonNullable<Check['interval']>;

function notSure({ name, actual, interval, limit, unit }: Open, more: More | null, kind: Plan['kind']): string {
  const verb = name.startsWith('errors') ? 'were' : 'was';
  const said = actual === null ? 'infinite' : formatActual(actual, limit, unit);
  const open = `not sure: ${name} ${verb} ${said} (${formatInterval(interval, actual, unit)}), and ${formatLimit(limit, unit)} lies within that`;
  if (more === null) return `${open}; no run of a day would tell`;
  return kind === 'probe'
    ? `${open}; about ${formatCount(more.requests)} requests would tell (-n)`
    : `${open}; a run about ${formatLonger(more.seconds)} longer would tell`;
}

function measured({ metric, unit }: Threshold, measurements: Measurements): Value {
  const { totals, callers, streams } = measurements;
  if (metric.kind === 'goodput') {
    const { goodput } = measurements;
    if (goodput === null || goodput.share === null) return { unknown: 'no request was answered' };
    return { known: unit === 'share' ? goodput.share : goodput.perSec };
  }
  if (metric.kind === 'tokens') return streams.tokensPerSec === null ? NO_STREAM : { known: streams.tokensPerSec };
  if ('of' in metric && metric.of !== undefined) {
    const seen = streams.times(metric.of);
    return seen === null ? NO_STREAM : statisticOf(metric, seen, 0);
  }
  // How long those without a response would have taken is not known.
  const ended = totals.ok + totals.failed;
  if (ended === 0) return { unknown: 'no request was answered' };
  switch (metric.kind) {
    case 'errors':
      return { known: unit === 'count' ? totals.failed : totals.failed / ended };
    case 'achieved':
      return totals.durationMs > 0 ? { known: measurements.achievedPerSec } : { unknown: 'the run had no duration' };
    default:
      return statisticOf(metric, callers, callers.unfinished);
  }
}

const NO_STREAM = { unknown: 'no response was streamed' } as const;

/** @param unfinished how many took at least what stands in `times`. */
function statisticOf(
  metric: Extract<Metric, { readonly of?: StreamMetric }>,
  { times, infinite }: { readonly times: Histogram; readonly infinite: number },
  unfinished: number,
): Value {
  const endless = infinite + unfinished > 0;
  switch (metric.kind) {
    case 'percentile': {
      const samples = times.count + infinite;
      const p = metric.p / 100;
      if (!bears(p, samples)) {
        return { unknown: `it needs ${counted(samplesFor(p), 'sample')}, there were ${formatCount(samples)}` };
      }
      const quantile = quantileWithFailures(times, infinite, p);
      return { known: Number.isFinite(quantile) ? inMs(quantile) : quantile };
    }
    case 'mean':
      return { known: endless ? Number.POSITIVE_INFINITY : inMs(times.mean) };
    case 'min':
      return { known: times.count > 0 ? inMs(times.min) : Number.POSITIVE_INFINITY };
    case 'max':
      return { known: endless ? Number.POSITIVE_INFINITY : inMs(times.max) };
  }
}

function compare(actual: number, op: Threshold['op'], limit: number): boolean {
  switch (op) {
    case '<':
      return actual < limit;
    case '<=':
      return actual <= limit;
    case '>':
      return actual > limit;
    case '>=':
      return actual >= limit;
  }
}

/** `7.2 % of requests failed`; those given up at the end are infinitely slow too. */
function lostShare(
  { totals, callers: { times, infinite, unfinished } }: Measurements,
  scope: Scope | undefined,
): string {
  const lost = infinite + unfinished;
  const share = formatShare(lost / (times.count + infinite));
  return `${share} of requests${scopeName(scope)} ${lost > totals.failed ? 'failed or were not answered' : 'failed'}`;
}

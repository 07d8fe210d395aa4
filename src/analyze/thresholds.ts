import type { Threshold } from '../core/plan.ts';
import type { Check, Totals } from '../core/result.ts';
import { bears, samplesFor } from '../stats/confidence.ts';
import type { CallerTimes } from './callers.ts';
import { inMs, quantileWithFailures } from './latency.ts';
import { counted, formatActual, formatCount, formatLimit, formatShare, metricName, OPERATOR_WORDS } from './wording.ts';

/** What thresholds look at. */
export interface Measurements {
  readonly totals: Totals;
  readonly achievedPerSec: number;
  readonly callers: CallerTimes;
}

/** A value to hold against a limit (times in ms; Infinity with failures), or why there is none. */
type Value = { readonly known: number } | { readonly unknown: string };

/** Each threshold against the run's totals. Nothing measured decides nothing: zero samples never pass. */
export function evaluate(thresholds: readonly Threshold[], measurements: Measurements): Check[] {
  return thresholds.map((threshold) => check(threshold, measurements));
}

/** How many samples a threshold needs that the run does not have; null where it has enough. */
export function samplesMissing({ metric }: Threshold, samples: number): number | null {
  if (metric.kind !== 'percentile') return null;
  const p = metric.p / 100;
  return bears(p, samples) ? null : samplesFor(p);
}

function check(threshold: Threshold, measurements: Measurements): Check {
  const { text, metric, op } = threshold;
  const unit = threshold.unit === 'µs' ? 'ms' : threshold.unit;
  const limit = threshold.unit === 'µs' ? threshold.limit / 1000 : threshold.limit;
  const name = metricName(metric);
  const value = measured(threshold, measurements);
  if ('unknown' in value) {
    const message = `${name} cannot be known: ${value.unknown}`;
    return { threshold: text, status: 'undecided', actual: null, limit, unit, message };
  }
  const holds = compare(value.known, op, limit);
  const { totals } = measurements;
  const ended = totals.ok + totals.failed;
  // As a share it would have held: perhaps that was meant.
  const meant =
    metric.kind === 'errors' && unit === 'count' && !holds && compare((100 * totals.failed) / ended, op, limit)
      ? ` of ${counted(ended, 'request')} (a count; a share is written ${text}%)`
      : '';
  return {
    threshold: text,
    status: holds ? 'passed' : 'failed',
    actual: Number.isFinite(value.known) ? value.known : null,
    limit,
    unit,
    message: Number.isFinite(value.known)
      ? `${name} ${metric.kind === 'errors' ? 'were' : 'was'} ${formatActual(value.known, limit, unit)}, ` +
        `${holds ? '' : 'not '}${OPERATOR_WORDS[op]} ${formatLimit(limit, unit)}${meant}`
      : `${name} is infinite: ${lostShare(measurements)}`,
  };
}

function measured({ metric, unit }: Threshold, measurements: Measurements): Value {
  const { totals, callers } = measurements;
  const { times } = callers;
  // How long those without a response would have taken is not known.
  const infinite = callers.infinite + callers.unfinished;
  const ended = totals.ok + totals.failed;
  if (ended === 0) return { unknown: 'no request was answered' };
  switch (metric.kind) {
    case 'percentile': {
      const samples = times.count + callers.infinite;
      const p = metric.p / 100;
      if (!bears(p, samples)) {
        return { unknown: `it needs ${counted(samplesFor(p), 'sample')}, there were ${formatCount(samples)}` };
      }
      const quantile = quantileWithFailures(times, callers.infinite, p);
      return { known: Number.isFinite(quantile) ? inMs(quantile) : quantile };
    }
    case 'mean':
      return { known: infinite > 0 ? Number.POSITIVE_INFINITY : inMs(times.mean) };
    case 'min':
      return { known: times.count > 0 ? inMs(times.min) : Number.POSITIVE_INFINITY };
    case 'max':
      return { known: infinite > 0 ? Number.POSITIVE_INFINITY : inMs(times.max) };
    case 'errors':
      return { known: unit === 'count' ? totals.failed : totals.failed / ended };
    case 'achieved':
      return totals.durationMs > 0 ? { known: measurements.achievedPerSec } : { unknown: 'the run had no duration' };
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
function lostShare({ totals, callers: { times, infinite, unfinished } }: Measurements): string {
  const lost = infinite + unfinished;
  const share = formatShare(lost / (times.count + infinite));
  return `${share} of requests ${lost > totals.failed ? 'failed or were not answered' : 'failed'}`;
}

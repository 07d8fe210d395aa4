/** The figures of a run that comparisons look at, read from its result. */

import type { BreakingPoint, LoadUnit } from '../../core/breaking-point.ts';
import type { MetricName, RunFigures, Unsteady } from '../../core/comparison.ts';
import { PERCENTILES, type PercentileName } from '../../core/latencies.ts';
import { followsItsPlan } from '../../core/procedure.ts';
import type { RunResult } from '../../core/result.ts';
import { aspectsOf } from './plans.ts';

/** One figure of a run that can be held against another run's. */
export interface RunMetric<Name extends string = MetricName> {
  readonly name: Name;
  readonly unit: 'ms' | '1/s' | 'flows/s' | 'vus' | 'share';
  readonly worse: 'more' | 'less';
  /** `ratio`: what counts is how many times it is; `difference`: how much more. */
  readonly by: 'ratio' | 'difference';
}

const percentile = (name: 'p50' | 'p95' | 'p99'): RunMetric => ({ name, unit: 'ms', worse: 'more', by: 'ratio' });
const ERRORS: RunMetric = { name: 'errors', unit: 'share', worse: 'more', by: 'difference' };
const THROUGHPUT: RunMetric = { name: 'throughput', unit: '1/s', worse: 'less', by: 'ratio' };
const UNSTEADY: readonly Unsteady[] = ['cold-start', 'drifting'];

/** What runs of one plan are compared by. A probe's rate is that of its pauses, which says nothing of the target. */
export function metricsOf({
  kind,
  unit = 'req/s',
  capacityUnit,
}: Pick<RunFigures, 'kind' | 'unit' | 'capacityUnit'>): readonly RunMetric[] {
  if (kind === 'probe') return [percentile('p50'), percentile('p95'), ERRORS];
  if (kind === 'run') return [percentile('p50'), percentile('p95'), percentile('p99'), THROUGHPUT, ERRORS];
  return [
    { name: 'breaking point', unit: figureUnit(unit), worse: 'less', by: 'ratio' },
    { name: 'capacity', unit: figureUnit(capacityUnit ?? 'req/s'), worse: 'less', by: 'ratio' },
  ];
}

/** Requests per second need no name. */
export const figureUnit = (unit: LoadUnit): 'vus' | 'flows/s' | '1/s' => (unit === 'req/s' ? '1/s' : unit);

/** What a comparison needs of a run. */
export function figuresOf(result: RunResult): RunFigures {
  const { run, plan, latency, rates, totals, breakingPoint } = result;
  // A failure is slower than any success, as everywhere: what callers felt.
  const { p50, p95, p99 } = latency.responseWithFailures;
  const curve = Object.fromEntries(PERCENTILES.map((name) => [name, latency.responseWithFailures[name]]));
  const requests = totals.ok + totals.failed;
  const found = breakingPoint?.status === 'found' || breakingPoint?.status === 'rough';
  const reason = unusable(result);
  const unsteady = UNSTEADY.filter((code) => result.verdict.doubts.some((doubt) => doubt.code === code));
  return {
    id: run.id,
    startedAt: run.startedAt,
    host: run.host,
    ...(reason === null ? {} : { leftOut: reason }),
    kind: plan.kind,
    ...(breakingPoint === undefined ? {} : unitsOf(breakingPoint)),
    requests,
    values: {
      ...{ p50, p95, p99, throughput: rates.achievedPerSec },
      errors: requests === 0 ? null : totals.failed / requests,
      'breaking point': found ? breakingPoint.estimate : null,
      capacity: breakingPoint?.capacity?.estimate ?? null,
    },
    ...(unsteady.length === 0 ? {} : { unsteady }),
    ...(followsItsPlan(plan) ? { curve: curve as Record<PercentileName, number | null> } : {}),
    plan: aspectsOf(plan),
  };
}

/** Levels tell requests apart only where what is achieved are passes through flows. */
function unitsOf({ unit, levels }: BreakingPoint): Pick<RunFigures, 'unit' | 'capacityUnit'> {
  const flows = levels.some(({ requestsPerSec }) => requestsPerSec !== undefined);
  return { unit, ...(flows ? { capacityUnit: 'flows/s' } : {}) };
}

/** Why a run says nothing of its target, and so nothing of a change; null: it does. */
function unusable({ verdict }: RunResult): string | null {
  if (verdict.status === 'interrupted') return 'it was interrupted';
  if (verdict.status !== 'invalid') return null;
  const [worst] = verdict.doubts.filter((doubt) => doubt.invalidates);
  return worst?.message ?? 'it is invalid';
}

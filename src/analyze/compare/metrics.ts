import type { MetricName } from '../../core/comparison.ts';
import type { RunResult } from '../../core/result.ts';

/** One figure of a run that can be held against another run's. */
export interface RunMetric {
  readonly name: MetricName;
  readonly unit: 'ms' | '1/s' | 'vus' | 'share';
  readonly worse: 'more' | 'less';
  /** `ratio`: what counts is how many times it is; `difference`: how much more. */
  readonly by: 'ratio' | 'difference';
  /** Null: the run does not know it. */
  value(result: RunResult): number | null;
}

const percentile = (name: 'p50' | 'p95' | 'p99'): RunMetric => ({
  name,
  unit: 'ms',
  worse: 'more',
  by: 'ratio',
  // A failure is slower than any success, as everywhere: what callers felt.
  value: ({ latency }) => latency.responseWithFailures[name],
});

const ERRORS: RunMetric = {
  name: 'errors',
  unit: 'share',
  worse: 'more',
  by: 'difference',
  value: ({ totals: { ok, failed } }) => (ok + failed === 0 ? null : failed / (ok + failed)),
};

const THROUGHPUT: RunMetric = {
  name: 'throughput',
  unit: '1/s',
  worse: 'less',
  by: 'ratio',
  value: ({ rates }) => rates.achievedPerSec,
};

/** What runs of one plan are compared by. A probe's rate is that of its pauses, which says nothing of the target. */
export function metricsOf({ plan, breakingPoint }: RunResult): readonly RunMetric[] {
  if (plan.kind === 'probe') return [percentile('p50'), percentile('p95'), ERRORS];
  if (plan.kind === 'run') return [percentile('p50'), percentile('p95'), percentile('p99'), THROUGHPUT, ERRORS];
  const unit = breakingPoint?.unit === 'vus' ? 'vus' : '1/s';
  return [
    {
      name: 'breaking point',
      unit,
      worse: 'less',
      by: 'ratio',
      value: ({ breakingPoint: found }) =>
        found?.status === 'found' || found?.status === 'rough' ? found.estimate : null,
    },
    {
      name: 'capacity',
      unit: '1/s',
      worse: 'less',
      by: 'ratio',
      value: ({ breakingPoint: found }) => found?.capacity?.estimate ?? null,
    },
  ];
}

/**
 * The figures of a finished run as GitLab's widget of browser performance reads them, beside those of the target branch.
 * Source: GitLab, Browser Performance Testing: a list of subjects, each with metrics that say which way is better.
 */
import { PERCENTILES } from '../core/latencies.ts';
import type { RunResult } from '../core/result.ts';
import { finishedFile } from './finished-file.ts';

export const BROWSER_PERFORMANCE = finishedFile('browser-performance', 'browser-performance.json', ({ result }) =>
  toBrowserPerformance(result()),
);

interface Metric {
  readonly name: string;
  readonly value: number;
  readonly desiredSize: 'larger' | 'smaller';
}

/** What is not known is not in it; a run without anything known is an empty list. */
export function toBrowserPerformance({ totals, rates, latency, series, breakingPoint }: RunResult): string {
  const of = (each: Pick<RunResult, 'totals' | 'rates' | 'latency'>): Metric[] =>
    [
      ...PERCENTILES.map((name) => ({
        name: `${name} (ms)`,
        value: each.latency.responseWithFailures[name],
        desiredSize: 'smaller' as const,
      })),
      { name: 'achieved (1/s)', value: each.rates.achievedPerSec, desiredSize: 'larger' as const },
      { name: 'failed (%)', value: failedOf(each.totals), desiredSize: 'smaller' as const },
    ].flatMap(({ value, ...rest }) => (value === null ? [] : { ...rest, value: Number(value.toPrecision(6)) }));
  const named = Object.entries(series);
  const limit = breakingPoint?.estimate ?? null;
  const whole = [
    ...of({ totals, rates, latency }),
    ...(limit === null ? [] : [{ name: 'breaking point', value: limit, desiredSize: 'larger' as const }]),
  ];
  const subjects = [
    { subject: 'all requests', metrics: whole },
    // One request is all of them.
    ...(named.length > 1 ? named.map(([subject, each]) => ({ subject, metrics: of(each as RunResult) })) : []),
  ];
  return `${JSON.stringify(
    subjects.filter(({ metrics }) => metrics.length > 0),
    null,
    2,
  )}\n`;
}

function failedOf({ ok, failed }: RunResult['totals']): number | null {
  return ok + failed === 0 ? null : (100 * failed) / (ok + failed);
}

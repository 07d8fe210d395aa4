/** The figures of a finished run in OpenMetrics' text: what GitLab shows of a merge request beside those of its target branch. */
import { PERCENTILES, type RunResult } from '../core/result.ts';
import { finishedFile } from './finished-file.ts';
import type { Labels } from './metrics/family.ts';
import { labelsText } from './prometheus/text.ts';

export const OPENMETRICS = finishedFile('openmetrics', 'metrics.txt', ({ result }) => toOpenMetrics(result()));

type Sample = readonly [labels: Labels, value: number | null];

/** What is not known is not in it. */
export function toOpenMetrics({ latency, rates, totals, breakingPoint, series }: RunResult): string {
  const ended = totals.ok + totals.failed;
  const times = (labels: Labels, of: RunResult['latency']['responseWithFailures']): Sample[] =>
    PERCENTILES.map((name) => {
      const ms = of[name];
      return [{ ...labels, quantile: `${Number(name.slice(1)) / 100}` }, ms === null ? null : ms / 1e3];
    });
  const named = Object.entries(series).length > 1 ? Object.entries(series) : [];
  return [
    family('rampart_response_seconds', 'seconds', 'Response time; a failure is infinitely slow.', [
      ...times({}, latency.responseWithFailures),
      ...named.flatMap(([name, each]) => times({ request: name }, each.latency.responseWithFailures)),
    ]),
    family('rampart_achieved_per_second', '', 'Successes per second.', [[{}, rates.achievedPerSec]]),
    family('rampart_failed_ratio', '', 'Share of requests that failed.', [
      [{}, ended === 0 ? null : totals.failed / ended],
    ]),
    family('rampart_breaking_point', '', 'The highest load at which every SLO holds.', [
      [{}, breakingPoint?.estimate ?? null],
    ]),
    '# EOF\n',
  ].join('');
}

function family(name: string, unit: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === null ? [] : [`${name}${labelsText(labels)} ${value}\n`],
  );
  if (lines.length === 0) return '';
  const told = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} gauge\n${told}# HELP ${name} ${help}\n${lines.join('')}`;
}

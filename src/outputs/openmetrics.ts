/** The figures of a finished run in OpenMetrics' text: what GitLab shows of a merge request beside those of its target branch. */

import { type LatencySummary, PERCENTILES } from '../core/latencies.ts';
import { MEASURES } from '../core/measures.ts';
import type { RunResult, SlowTrace } from '../core/result.ts';
import { finishedFile } from './finished-file.ts';
import { type Labels, snakeCase } from './metrics/family.ts';
import { labelsText } from './prometheus/text.ts';

export const OPENMETRICS = finishedFile('openmetrics', 'metrics.txt', ({ result }) => toOpenMetrics(result()));

const STREAM_MEASURES = ['timeToFirstToken', 'timePerOutputToken', 'interTokenLatency'] as const;

type Sample = readonly [labels: Labels, value: number | null];

/** What is not known is not in it. */
export function toOpenMetrics(result: RunResult): string {
  const { latency, rates, totals, breakingPoint, series, streams, goodput, traces = [] } = result;
  const ended = totals.ok + totals.failed;
  const times = (labels: Labels, of: LatencySummary): Sample[] =>
    PERCENTILES.map((name) => {
      const ms = of[name];
      return [{ ...labels, quantile: `${Number(name.slice(1)) / 100}` }, ms === null ? null : ms / 1e3];
    });
  const finishes = streams === undefined ? [] : Object.entries(streams.finishes);
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
    ...STREAM_MEASURES.map((measure) => {
      const of = (labels: Labels, summary: LatencySummary | undefined): Sample[] =>
        summary === undefined ? [] : times(labels, summary);
      return family(`rampart_${snakeCase(measure)}_seconds`, 'seconds', MEASURES[measure].about, [
        ...of({}, latency[measure]),
        ...named.flatMap(([name, each]) => of({ request: name }, each.latency[measure])),
      ]);
    }),
    family('rampart_output_tokens_per_second', '', 'Tokens of streams that came to their end.', [
      [{}, streams?.outputTokensPerSec ?? null],
    ]),
    family('rampart_streams_ended', '', 'Streams that came to their end, by how generation ended.', [
      ...finishes.map(([finish, n]): Sample => [{ finish }, n]),
    ]),
    family('rampart_goodput_ratio', '', 'Share of requests that met all their limits.', [[{}, goodput?.share ?? null]]),
    family('rampart_goodput_per_second', '', 'Requests that met all their limits, per second.', [
      [{}, goodput?.perSec ?? null],
    ]),
    family('rampart_breaking_point', '', 'The highest load at which every SLO holds.', [
      [{}, breakingPoint?.estimate ?? null],
    ]),
    tracedRequests(traces, series),
    '# EOF\n',
  ].join('');
}

/** OpenMetrics has exemplars at counters and buckets alone: the slowest request of each name stands at the count of them. */
function tracedRequests(traces: readonly SlowTrace[], series: RunResult['series']): string {
  const name = 'rampart_requests_ended';
  const lines = Object.entries(series).flatMap(([request, { totals }]) => {
    const slowest = traces.find((trace) => trace.name === request);
    if (slowest === undefined) return [];
    const ids = labelsText({ trace_id: slowest.traceId, span_id: slowest.spanId });
    const at = Date.parse(slowest.dueAt) / 1e3;
    return `${name}_total${labelsText({ request })} ${totals.ok + totals.failed} # ${ids} ${slowest.responseMs / 1e3} ${at}\n`;
  });
  return lines.length === 0
    ? ''
    : `# TYPE ${name} counter\n# HELP ${name} Requests that ended; the exemplar is the slowest of them, s.\n${lines.join('')}`;
}

function family(name: string, unit: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === null ? [] : [`${name}${labelsText(labels)} ${value}\n`],
  );
  if (lines.length === 0) return '';
  const told = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} gauge\n${told}# HELP ${name} ${help}\n${lines.join('')}`;
}

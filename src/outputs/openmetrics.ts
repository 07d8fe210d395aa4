/** The figures of a finished run in OpenMetrics' text: what GitLab shows of a merge request beside those of its target branch. */
import type { Output } from '../core/output.ts';
import { PERCENTILES, type RunResult } from '../core/result.ts';

export const OPENMETRICS: Output = {
  name: 'openmetrics',
  options: { file: 'where to write it; metrics.txt if it is left out' },
  open: ({ options, result, write }) => {
    let ended = false;
    return {
      accept: (event) => {
        ended ||= event.type === 'finished';
      },
      close: async () => {
        if (ended) await write(options['file'] ?? 'metrics.txt', toOpenMetrics(result()));
      },
    };
  },
};

type Sample = readonly [labels: string, value: number | null];

/** What is not known is not in it. */
export function toOpenMetrics({ latency, rates, totals, breakingPoint, series }: RunResult): string {
  const ended = totals.ok + totals.failed;
  const times = (labels: string, of: RunResult['latency']['responseWithFailures']): Sample[] =>
    PERCENTILES.map((name) => [
      `{${labels}quantile="${Number(name.slice(1)) / 100}"}`,
      of[name] === null ? null : (of[name] ?? 0) / 1e3,
    ]);
  const named = Object.entries(series).length > 1 ? Object.entries(series) : [];
  const request = (name: string): string =>
    `request="${name.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)}",`;
  return [
    family('rampart_response_seconds', 'seconds', 'Response time; a failure is infinitely slow.', [
      ...times('', latency.responseWithFailures),
      ...named.flatMap(([name, each]) => times(request(name), each.latency.responseWithFailures)),
    ]),
    family('rampart_achieved_per_second', '', 'Successes per second.', [['', rates.achievedPerSec]]),
    family('rampart_failed_ratio', '', 'Share of requests that failed.', [
      ['', ended === 0 ? null : totals.failed / ended],
    ]),
    family('rampart_breaking_point', '', 'The highest load at which every SLO holds.', [
      ['', breakingPoint?.estimate ?? null],
    ]),
    '# EOF\n',
  ].join('');
}

function family(name: string, unit: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(([labels, value]) => (value === null ? [] : [`${name}${labels} ${value}\n`]));
  if (lines.length === 0) return '';
  const told = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} gauge\n${told}# HELP ${name} ${help}\n${lines.join('')}`;
}

/**
 * A run that is told to Prometheus' own OTLP endpoint, and what Prometheus made of it. It needs a newer one than Debian's:
 * `npm run test:otlp-prometheus` builds it, and names it by `OTLP_PROMETHEUS`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { rampart, resultOf, temporaryFolder } from './command.ts';
import { type Prometheus, prometheusTakingOtlp } from './prometheus.ts';
import { httpTarget, type TestTarget } from './target.ts';

const cwd = temporaryFolder();
let [prometheus, target]: [Prometheus?, TestTarget?] = [];
let result: RunResult;

beforeAll(async () => {
  prometheus = await prometheusTakingOtlp(process.env['OTLP_PROMETHEUS'] ?? '');
  let number = 0;
  // From 5 to 44 ms, and one in twenty-five fails.
  target = await httpTarget((_, response) => {
    number++;
    response.statusCode = number % 25 === 0 ? 503 : 200;
    setTimeout(() => response.end('ok'), 5 + ((number * 7) % 40));
  });
  const { stderr } = await rampart(
    [
      ...['run', target.url, '--vus', '6', '--warmup', '1s', '-d', '6s', '--threads', '1', '--keep-failing', '-q'],
      ...['--output', `otlp=${prometheus.url}/api/v1/otlp/v1/metrics,every=1s,tags=env=ci`, '-o', 'out'],
    ],
    { cwd },
  );
  expect(stderr).not.toContain('output');
  // The last interval is told as of its planned end, which may be a second ahead of the run's own.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  result = resultOf(readFileSync(join(cwd, 'out', 'result.json'), 'utf8'));
}, 60_000);

afterAll(async () => {
  await target?.close();
  await prometheus?.close();
});

const asked = (query: string): Promise<number | null> | undefined => prometheus?.value(query);
/** The last that was told of a metric's measured part. */
const last = (metric: string, labels = ''): string => `last_over_time(${metric}{phase="measured"${labels}}[2m])`;

it('counts what result.json counts, under the names that are fetched elsewhere', async () => {
  const { totals, run } = result;
  expect(totals.sent).toBeGreaterThan(500);
  const own = `,job="rampart",instance="${run.id}"`;
  expect(await asked(`sum(${last('rampart_requests_sent_total', own)})`)).toBe(totals.sent);
  expect(await asked(`sum(${last('rampart_requests_offered_total', own)})`)).toBe(totals.offered);
  for (const outcome of ['ok', 'http-error'] as const)
    expect(await asked(`sum(${last('rampart_requests_ended_total', `,outcome="${outcome}"`)})`)).toBe(
      outcome === 'ok' ? totals.ok : totals.byOutcome[outcome],
    );
  for (const status of ['200', '503'])
    expect(await asked(`sum(${last('rampart_responses_total', `,status="${status}"`)})`)).toBe(totals.byStatus[status]);
  expect(await asked('last_over_time(target_info{env="ci"}[2m])')).toBe(1);
});

it('has the same times as native histograms, to a bucket', async () => {
  const { count = 0, mean, p50, p95, p99, max } = result.latency.response;
  const times = last('rampart_response_seconds');
  expect(await asked(`histogram_count(${times})`)).toBe(count);
  expect(((await asked(`histogram_sum(${times})`)) ?? 0) / count).toBeCloseTo((mean ?? 0) / 1e3, 6);
  // 160 buckets for all of the times: each is some percent wide.
  for (const [quantile, ms] of [
    [0.5, p50],
    [0.95, p95],
    [0.99, p99],
    [1, max],
  ] as const) {
    const ratio = ((await asked(`histogram_quantile(${quantile}, ${times})`)) ?? 0) / ((ms ?? 0) / 1e3);
    expect([quantile, Math.abs(Math.log(ratio)) < 0.05]).toEqual([quantile, true]);
  }
});

it('is drawn by the dashboard', async () => {
  const path = new URL('../examples/grafana/rampart.json', import.meta.url);
  const { panels } = JSON.parse(readFileSync(path, 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  // What this run had none of behind its first second: connections, TLS, and what was due and not sent.
  const none = /rampart_(connect_seconds|tls_seconds|requests_dropped_total)/;
  for (const { title, targets } of panels)
    for (const { expr } of targets) {
      const query = expr.replaceAll('$instance', result.run.id).replaceAll('$__rate_interval', '1m');
      const value = await asked(query);
      if (!none.test(expr)) expect([title, expr, value !== null && !Number.isNaN(value)]).toEqual([title, expr, true]);
    }
});

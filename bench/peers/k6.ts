/** How k6 is found, called and read. */
import { askVersion, type Invocation, type Load, named, type Outcome, type Peer } from '../peer.ts';
import { JSON_TYPE, write } from './request.ts';

export const k6: Peer = {
  name: 'k6',
  madeIn: 'Go',
  pacing: 'open',
  how: 'constant-arrival-rate, up to 3,000 VUs',
  flatOut: '`constant-vus`, bodies discarded, no checks and thresholds, one Go processor',
  find: () => named('RAMPART_BENCH_K6', 'k6'),
  version: (file) => askVersion(file, 'version'),
  invoke: (file, load) =>
    k6Run(
      file,
      load,
      `const body = ${JSON.stringify(load.body)};
const params = { headers: { 'Content-Type': '${JSON_TYPE}' } };
export default function () { http.post(${JSON.stringify(load.url)}, body, params); }
`,
    ),
};

/** @param code what each user does, over and over: the default function, and what it needs. */
export function k6Run(file: string, load: Load, code: string): Invocation {
  const duration = `${load.seconds}s`;
  const scenario =
    load.rate === null
      ? { executor: 'constant-vus', vus: load.connections, duration }
      : {
          executor: 'constant-arrival-rate',
          ...{ rate: load.rate, timeUnit: '1s', duration },
          ...{ preAllocatedVUs: 200, maxVUs: 3_000 },
        };
  const options = {
    discardResponseBodies: true,
    scenarios: { only: scenario },
    summaryTrendStats: ['med', 'p(95)', 'p(99)'],
  };
  const script = write(
    load,
    'script.js',
    `import http from 'k6/http';
export const options = ${JSON.stringify(options)};
${code}export function handleSummary(data) {
  const times = data.metrics.http_req_duration.values;
  return { stdout: JSON.stringify({ requests: data.metrics.http_reqs.values.count, p50: times.med, p95: times['p(95)'], p99: times['p(99)'] }) };
}
`,
  );
  return {
    argv: [file, 'run', '--quiet', '--no-usage-report', '--log-output=none', script],
    env: { GOMAXPROCS: String(load.threads) },
    read: (stdout) => JSON.parse(stdout.trim()) as Outcome,
  };
}

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { askVersion, type Load, named, type Outcome, onPath, type Peer } from './peer.ts';
import { quantile } from './statistics.ts';

const JSON_TYPE = 'application/json';

function write(load: Load, name: string, text: string): string {
  const file = join(load.folder, name);
  writeFileSync(file, text);
  return file;
}

/** wrk and wrk2 speak Lua; the numbers they print are too coarse and lack the p95. */
function luaScript(load: Load): string {
  return write(
    load,
    'post.lua',
    `wrk.method = "POST"
wrk.headers["Content-Type"] = "${JSON_TYPE}"
wrk.body = [==[${load.body}]==]
function done(summary, latency, requests)
  io.write(string.format('\\n{"requests":%d,"p50":%d,"p95":%d,"p99":%d}\\n', summary.requests,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
`,
  );
}

function readLua(stdout: string): Outcome {
  const { requests, p50, p95, p99 } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
  return { requests: requests ?? 0, p50: ms(p50), p95: ms(p95), p99: ms(p99) };
}

/** µs to ms. */
function ms(micros: number | undefined): number | null {
  return micros === undefined ? null : micros / 1e3;
}

const wrkArguments = (load: Load): string[] => [
  `-t${load.threads}`,
  `-c${load.connections}`,
  `-d${load.seconds}s`,
  '--timeout=30s',
  '-s',
  luaScript(load),
];

const wrk: Peer = {
  name: 'wrk',
  madeIn: 'C',
  pacing: 'closed',
  how: 'no rate: connections to suit; corrects its percentiles itself',
  flatOut: '`-t1 -c50`, the request set once by its script',
  find: () => named('RAMPART_BENCH_WRK', 'wrk'),
  version: (file) => askVersion(file, '-v'),
  invoke: (file, load) => ({ argv: [file, ...wrkArguments(load), load.url], read: readLua }),
};

const wrk2: Peer = {
  name: 'wrk2',
  madeIn: 'C',
  pacing: 'open',
  how: '-R, on 50 connections',
  flatOut: 'as wrk, with a rate that nothing reaches',
  find: () => named('RAMPART_BENCH_WRK2', 'wrk2'),
  version: (file) => askVersion(file, '-v'),
  invoke: (file, load) => ({
    // It has no "as fast as it goes": a rate that nothing here reaches is the same.
    argv: [file, ...wrkArguments(load), `-R${load.rate ?? 10_000_000}`, load.url],
    read: readLua,
  }),
};

const oha: Peer = {
  name: 'oha',
  madeIn: 'Rust',
  pacing: 'paced',
  how: '-q with --latency-correction, on 50 connections',
  flatOut: '`-c 50 -z`, one Tokio thread',
  find: () => named('RAMPART_BENCH_OHA', 'oha'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => ({
    argv: [
      file,
      ...['--no-tui', '--output-format', 'json', '-z', `${load.seconds}s`, '-c', String(load.connections)],
      ...(load.rate === null ? [] : ['-q', String(load.rate), '--latency-correction', '-w']),
      ...['-m', 'POST', '-T', JSON_TYPE, '-d', load.body, load.url],
    ],
    env: { TOKIO_WORKER_THREADS: String(load.threads) },
    read: (stdout) => {
      const said = JSON.parse(stdout) as {
        statusCodeDistribution: Record<string, number>;
        latencyPercentiles: Record<string, number | null>;
      };
      const at = (name: string): number | null => {
        const seconds = said.latencyPercentiles[name];
        return seconds === null || seconds === undefined ? null : seconds * 1e3;
      };
      const requests = Object.values(said.statusCodeDistribution).reduce((sum, n) => sum + n, 0);
      return { requests, p50: at('p50'), p95: at('p95'), p99: at('p99') };
    },
  }),
};

const h2load: Peer = {
  name: 'h2load',
  madeIn: 'C++',
  pacing: 'paced',
  how: '--rps for each of 50 connections',
  flatOut: '`--h1 -t1 -c50 -D`',
  find: () => named('RAMPART_BENCH_H2LOAD', 'h2load'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => {
    const log = join(load.folder, 'h2load.log');
    return {
      argv: [
        file,
        ...['--h1', '-t', String(load.threads), '-c', String(load.connections), '-D', String(load.seconds)],
        ...['-d', write(load, 'body.json', load.body), '-H', `content-type: ${JSON_TYPE}`],
        ...(load.rate === null ? [] : [`--rps=${load.rate / load.connections}`]),
        ...(load.percentiles ? [`--log-file=${log}`] : []),
        load.url,
      ],
      read: (stdout) => {
        const requests = Number(/(\d+) done/.exec(stdout)?.[1]);
        if (!load.percentiles) return { requests, p50: null, p95: null, p99: null };
        // Start (µs), status, duration (µs), tab-separated.
        const times = Float64Array.from(
          readFileSync(log, 'utf8').trim().split('\n'),
          (line) => Number(line.split('\t')[2]) / 1e3,
        ).sort();
        return { requests, p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
      },
    };
  },
};

const hey: Peer = {
  name: 'hey',
  madeIn: 'Go',
  pacing: 'paced',
  how: '-q for each of 50 workers',
  flatOut: '`-c 50 -z -cpus 1`',
  find: () => named('RAMPART_BENCH_HEY', 'hey'),
  version: () => 'version not told',
  invoke: (file, load) => ({
    argv: [
      file,
      ...['-z', `${load.seconds}s`, '-c', String(load.connections), '-cpus', String(load.threads)],
      ...(load.rate === null ? [] : ['-q', String(load.rate / load.connections)]),
      ...['-m', 'POST', '-T', JSON_TYPE, '-d', load.body, load.url],
    ],
    read: (stdout) => {
      const at = (percent: number): number | null => {
        const seconds = new RegExp(`${percent}%+ in ([\\d.]+) secs`).exec(stdout)?.[1];
        return seconds === undefined ? null : Number(seconds) * 1e3;
      };
      let requests = 0;
      for (const [, n] of stdout.matchAll(/\[\d{3}\]\s+(\d+) responses/g)) requests += Number(n);
      return { requests, p50: at(50), p95: at(95), p99: at(99) };
    },
  }),
};

const vegeta: Peer = {
  name: 'vegeta',
  madeIn: 'Go',
  pacing: 'open',
  how: '-rate',
  flatOut: '`-rate=0 -max-workers=50`, one Go processor, `attack` piped into `report`',
  find: () => named('RAMPART_BENCH_VEGETA', 'vegeta'),
  version: (file) => askVersion(file, '-version'),
  invoke: (file, load) => {
    write(load, 'body.json', load.body);
    const target = write(
      load,
      'targets',
      `POST ${load.url}\nContent-Type: ${JSON_TYPE}\n@${join(load.folder, 'body.json')}\n`,
    );
    // Without a rate it needs a bound on its workers; with one, none.
    const pace = load.rate === null ? ['-rate=0', `-max-workers=${load.connections}`] : [`-rate=${load.rate}`];
    const attack = `"$0" attack -targets="$1" -duration=${load.seconds}s ${pace.join(' ')}`;
    return {
      argv: ['bash', '-c', `${attack} | "$0" report -type=json`, file, target],
      env: { GOMAXPROCS: String(load.threads) },
      read: (stdout) => {
        const { requests, latencies } = JSON.parse(stdout) as { requests: number; latencies: Record<string, number> };
        const at = (name: string): number => (latencies[name] ?? Number.NaN) / 1e6;
        return { requests, p50: at('50th'), p95: at('95th'), p99: at('99th') };
      },
    };
  },
};

const k6: Peer = {
  name: 'k6',
  madeIn: 'Go',
  pacing: 'open',
  how: 'constant-arrival-rate, up to 3,000 VUs',
  flatOut: '`constant-vus`, bodies discarded, no checks and thresholds, one Go processor',
  find: () => named('RAMPART_BENCH_K6', 'k6'),
  version: (file) => askVersion(file, 'version'),
  invoke: (file, load) => {
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
const body = ${JSON.stringify(load.body)};
const params = { headers: { 'Content-Type': '${JSON_TYPE}' } };
export default function () { http.post(${JSON.stringify(load.url)}, body, params); }
export function handleSummary(data) {
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
  },
};

const autocannon: Peer = {
  name: 'autocannon',
  madeIn: 'Node',
  pacing: 'paced',
  how: '-R, on 50 connections, its own correction on',
  flatOut: '`-c 50`, one process, no pipelining',
  find: () => {
    try {
      const manifest = createRequire(join(process.cwd(), 'package.json')).resolve('autocannon/package.json');
      return join(dirname(manifest), 'autocannon.js');
    } catch {
      return onPath('autocannon');
    }
  },
  version: (file) => askVersion(process.execPath, file, '--version'),
  invoke: (file, load) => ({
    argv: [
      ...[process.execPath, file, '--json', '--no-progress', '-c', String(load.connections)],
      ...['-d', String(load.seconds), '-t', '30', '-m', 'POST'],
      ...(load.rate === null ? [] : ['-R', String(load.rate)]),
      ...['-H', `Content-Type=${JSON_TYPE}`, '-b', load.body, load.url],
    ],
    read: (stdout) => {
      const { requests, latency } = JSON.parse(stdout) as {
        requests: { total: number };
        latency: Record<string, number>;
      };
      // It keeps whole milliseconds, and no p95.
      return { requests: requests.total, p50: latency['p50'] ?? null, p95: null, p99: latency['p99'] ?? null };
    },
  }),
};

const locust: Peer = {
  name: 'Locust',
  madeIn: 'Python',
  pacing: 'paced',
  how: 'FastHttpUser, constant_throughput for each of 50 users',
  flatOut: '50 `FastHttpUser` without a wait, one process, headless',
  find: () => named('RAMPART_BENCH_LOCUST', 'locust'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => {
    const pace = load.rate === null ? '' : `\n    wait_time = constant_throughput(${load.rate / load.connections})`;
    const { origin, pathname } = new URL(load.url);
    const script = write(
      load,
      'locustfile.py',
      `from locust import FastHttpUser, constant_throughput, task

class Caller(FastHttpUser):
    body = ${JSON.stringify(load.body)}${pace}

    @task
    def post(self):
        self.client.post("${pathname}", data=self.body, headers={"Content-Type": "${JSON_TYPE}"})
`,
    );
    const users = String(load.connections);
    return {
      argv: [
        ...[file, '-f', script, '--headless', '--json', '--skip-log', '-u', users, '-r', users],
        ...['-t', `${load.seconds}s`, '--stop-timeout', '10', '-H', origin],
      ],
      read: (stdout) => {
        const entries = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
          num_requests: number;
          response_times: Record<string, number>;
        }[];
        let requests = 0;
        const times: number[] = [];
        for (const entry of entries) {
          requests += entry.num_requests;
          for (const [time, n] of Object.entries(entry.response_times))
            for (let i = 0; i < n; i++) times.push(Number(time));
        }
        times.sort((a, b) => a - b);
        return { requests, p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
      },
    };
  },
};

/** Everybody we compare with, in the order of the tables. */
export const PEERS: readonly Peer[] = [wrk, wrk2, oha, h2load, hey, vegeta, autocannon, k6, locust];

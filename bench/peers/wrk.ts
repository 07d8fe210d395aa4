/** How wrk and wrk2 are found, called and read. */
import { askVersion, type Load, named, type Outcome, type Peer } from '../peer.ts';
import { JSON_TYPE, write } from './request.ts';

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

export const wrk: Peer = {
  name: 'wrk',
  madeIn: 'C',
  pacing: 'closed',
  how: 'no rate: connections to suit; corrects its percentiles itself',
  flatOut: '`-t1 -c50`, the request set once by its script',
  find: () => named('RAMPART_BENCH_WRK', 'wrk'),
  version: (file) => askVersion(file, '-v'),
  invoke: (file, load) => ({ argv: [file, ...wrkArguments(load), load.url], read: readLua }),
};

export const wrk2: Peer = {
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

/** How oha is found, called and read. */
import { askVersion, named, type Peer } from '../peer.ts';
import { JSON_TYPE } from './request.ts';

export const oha: Peer = {
  name: 'oha',
  madeIn: 'Rust',
  pacing: 'paced',
  how: '-q with --latency-correction, on 50 connections',
  flatOut: '`-c 50 -z`, one Tokio thread',
  http2: true,
  find: () => named('RAMPART_BENCH_OHA', 'oha'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => ({
    argv: [
      file,
      ...['--no-tui', '--output-format', 'json', '--insecure', '-z', `${load.seconds}s`],
      ...(load.http2 === true
        ? ['--http2', '-c', '1', '-p', String(load.connections)]
        : ['-c', String(load.connections)]),
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

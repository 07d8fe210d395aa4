/** How h2load is found, called and read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askVersion, named, type Peer } from '../peer.ts';
import { quantile } from '../statistics.ts';
import { JSON_TYPE, write } from './request.ts';

export const h2load: Peer = {
  name: 'h2load',
  madeIn: 'C++',
  pacing: 'paced',
  how: '--rps for each of 50 connections',
  flatOut: '`--h1 -t1 -c50 -D`',
  http2: true,
  find: () => named('RAMPART_BENCH_H2LOAD', 'h2load'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => {
    const log = join(load.folder, 'h2load.log');
    return {
      argv: [
        file,
        ...['-t', String(load.threads), '-D', String(load.seconds)],
        ...(load.http2 === true
          ? ['-c', '1', '-m', String(load.connections)]
          : ['--h1', '-c', String(load.connections)]),
        ...['-d', write(load, 'body.json', load.body), '-H', `content-type: ${JSON_TYPE}`],
        ...(load.rate === null ? [] : [`--rps=${load.http2 === true ? load.rate : load.rate / load.connections}`]),
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

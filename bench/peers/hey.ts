/** How hey is found, called and read. */
import { named, type Peer } from '../peer.ts';
import { JSON_TYPE } from './request.ts';

export const hey: Peer = {
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

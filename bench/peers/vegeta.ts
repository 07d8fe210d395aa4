/** How vegeta is found, called and read. */
import { join } from 'node:path';
import { askVersion, named, type Peer } from '../peer.ts';
import { JSON_TYPE, write } from './request.ts';

export const vegeta: Peer = {
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

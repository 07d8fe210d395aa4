/** How autocannon is found, called and read. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { askVersion, onPath, type Peer } from '../peer.ts';
import { JSON_TYPE } from './request.ts';

export const autocannon: Peer = {
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

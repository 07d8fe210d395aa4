import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onPath } from './peer.ts';
import { type Server, startServer } from './process.ts';
import { knows, rampart } from './rampart.ts';

/** A port nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

const PATH = '/predict';

/** nginx, one process, that answers every request with one JSON and keeps connections for ever. @throws Error */
export async function startNginx(cores: string | null, folder: string): Promise<Server> {
  const file = onPath('nginx') ?? '/usr/sbin/nginx';
  const home = join(folder, 'nginx');
  mkdirSync(home, { recursive: true });
  const port = await freePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  writeFileSync(
    join(home, 'nginx.conf'),
    `daemon off;
master_process off;
pid ${home}/pid;
error_log ${home}/error.log crit;
worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  ${paths.join('\n  ')}
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  server {
    listen 127.0.0.1:${port} backlog=16384;
    default_type application/json;
    location / { return 200 '{"prediction":0.8731,"label":"approved","model":"loan-1"}'; }
  }
}
`,
  );
  const argv = [file, '-e', join(home, 'error.log'), '-p', home, '-c', join(home, 'nginx.conf')];
  return startServer({ argv, cores }, port, PATH);
}

/** A queue whose law is known: its slots serve first come, first served. */
export interface Law {
  /** Service time, e.g. `fixed:10ms`. */
  readonly law: string;
  readonly slots: number;
  readonly fault?: string;
}

/** Can the build serve a law, with the true sojourn in its answers? */
export function canServeLaws(): boolean {
  return knows('serve', '--law') && knows('serve', '--slots');
}

/** The reference server as an exact queue. @throws Error */
export async function startLaw({ law, slots, fault }: Law, cores: string | null): Promise<Server> {
  const port = await freePort();
  const faults = fault === undefined ? [] : ['--fault', fault];
  const argv = rampart('serve', '--law', law, '--slots', String(slots), ...faults, '--port', String(port));
  return startServer({ argv, cores }, port, PATH);
}

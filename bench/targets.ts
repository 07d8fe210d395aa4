/** What the tools of the benchmark are pointed at: nginx, and servers whose law is known. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from './peer.ts';
import { freePort } from './port.ts';
import { type Server, startServer } from './process.ts';
import { knows, rampart } from './rampart.ts';

const PATH = '/predict';

/** nginx, and what it listens to besides plain HTTP/1.1. */
export interface Nginx extends Server {
  /** HTTP/2 without TLS; null: it was not asked for. */
  readonly http2: string | null;
  /** HTTP/1.1 and HTTP/2 over TLS. */
  readonly secure: string | null;
}

interface NginxOptions {
  /** A certificate and its key: HTTP/2 and TLS are spoken too. */
  readonly certificate?: { readonly certPath: string; readonly keyPath: string };
  /** Host and port of who answers instead. */
  readonly upstream?: string;
}

/** nginx, one process, that answers every request with one JSON and keeps connections for ever. @throws Error */
export async function startNginx(
  cores: string | null,
  folder: string,
  { certificate, upstream }: NginxOptions = {},
): Promise<Nginx> {
  const file = onPath('nginx') ?? '/usr/sbin/nginx';
  const port = await freePort();
  const home = join(folder, `nginx-${port}`);
  mkdirSync(home, { recursive: true });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  const [plain2, secure] = certificate === undefined ? [null, null] : [await freePort(), await freePort()];
  const more =
    certificate === undefined
      ? []
      : [
          `listen 127.0.0.1:${plain2} http2 backlog=16384;`,
          `listen 127.0.0.1:${secure} ssl http2 backlog=16384;`,
          `ssl_certificate ${certificate.certPath};`,
          `ssl_certificate_key ${certificate.keyPath};`,
        ];
  const passOn = 'proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";';
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
  ${upstream === undefined ? '' : `upstream behind { server ${upstream}; keepalive 1000; keepalive_requests 1000000000; }`}
  server {
    listen 127.0.0.1:${port} backlog=16384;
    ${more.join('\n    ')}
    default_type application/json;
    location / { ${upstream === undefined ? `return 200 '{"prediction":0.8731,"label":"approved","model":"loan-1"}';` : passOn} }
  }
}
`,
  );
  const argv = [file, '-e', join(home, 'error.log'), '-p', home, '-c', join(home, 'nginx.conf')];
  const server = await startServer({ argv, cores }, port, PATH);
  return {
    ...server,
    http2: plain2 === null ? null : `http://127.0.0.1:${plain2}${PATH}`,
    secure: secure === null ? null : `https://127.0.0.1:${secure}${PATH}`,
  };
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

/** A real nginx on loopback, for tests. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepts, freePort } from '../bench/port.ts';
import { temporaryFolder } from './command.ts';

const NGINX = '/usr/sbin/nginx';

export interface Nginx {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * nginx in the foreground, with the given lines in its one `server`; `listen` is `ssl`, `http2` or both. `/` answers a short
 * JSON, `/long` 200 kB in chunks, compressed where the request allows it.
 */
export async function nginxWith(lines: readonly string[], listen = ''): Promise<Nginx> {
  const folder = temporaryFolder();
  const port = await freePort();
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www', 'long'), 'prediction '.repeat(20_000));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; worker_rlimit_nofile 4096;
    events { worker_connections 2048; }
    http {
      access_log off; ${temp.join(' ')}
      gzip on; gzip_types text/plain; default_type text/plain;
      server {
        listen 127.0.0.1:${port} ${listen};
        ${lines.join('\n        ')}
        location = /long { root ${folder}/www; }
        location / { default_type application/json; return 200 '{"prediction":1}'; }
      }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const child = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    port,
    close: () => {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

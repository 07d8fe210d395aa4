/** A real nats-server, for tests of agents. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../bench/port.ts';
import { temporaryFolder } from './command.ts';

/** A real nats-server on loopback. */
export interface Nats {
  readonly url: string;
  readonly port: number;
  kill(): Promise<void>;
  /** What it has logged. */
  said(): string;
  /** Once more, at the same port, with what it had stored. */
  start(): Promise<void>;
}

/** @param settings lines of its configuration, besides the port and the store. */
export async function natsServer(settings: readonly string[] = ['jetstream {}']): Promise<Nats> {
  const port = await freePort();
  const folder = temporaryFolder();
  const config = join(folder, 'nats.conf');
  const stored = settings.map((line) => line.replace(/^jetstream \{/, `jetstream { store_dir: "${folder}"\n`));
  writeFileSync(config, [`listen: 127.0.0.1:${port}`, ...stored, ''].join('\n'));
  let child: ChildProcess | null = null;
  let said = '';
  const start = async (): Promise<void> => {
    const server = spawn('nats-server', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = server;
    const before = said.length;
    await new Promise<void>((resolve, reject) => {
      server.stderr.setEncoding('utf8').on('data', (piece: string) => {
        said += piece;
        if (said.slice(before).includes('Server is ready')) resolve();
      });
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`nats-server has ended (${code}): ${said}`)));
    });
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    start,
    said: () => said,
    kill: () =>
      new Promise((resolve) => {
        if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

/**
 * The tests of agents, and of what every source of load keeps to, with the newest nats-server: deployments need one that Debian
 * has not. It is installed from its Go module, into a folder of its own, so Go is needed. Arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const TESTS = ['test/agents', 'test/load-source'];

const folder = process.env['NATS_SERVER_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'rampart-nats-'));
try {
  if (process.env['NATS_SERVER_FOLDER'] === undefined)
    run('go', ['install', 'github.com/nats-io/nats-server/v2@latest'], { GOBIN: folder });
  const PATH = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
  run('nats-server', ['--version'], { PATH });
  run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...TESTS, ...process.argv.slice(2)], { PATH });
} finally {
  if (process.env['NATS_SERVER_FOLDER'] === undefined) rmSync(folder, { recursive: true, force: true });
}

/** @param {string} program @param {string[]} args @param {Record<string, string>} env */
function run(program, args, env) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args[0]} has ended with ${status}`);
}

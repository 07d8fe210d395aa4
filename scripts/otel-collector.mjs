/**
 * The tests of metrics and of traces with an OpenTelemetry collector, which all OTLP that they post goes through: what arrives is what
 * it understood. It is built from its Go modules, which takes minutes, into a folder of its own, so Go is needed;
 * `OTEL_COLLECTOR_FOLDER` keeps it. Arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = ['test/exporters', 'test/trace'];
const SOURCE = fileURLToPath(new URL('../test/go/collector', import.meta.url));

const kept = process.env['OTEL_COLLECTOR_FOLDER'];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'rampart-collector-'));
try {
  const collector = join(folder, 'collector');
  if (!existsSync(collector)) run('go', ['build', '-C', SOURCE, '-o', collector, '.'], { CGO_ENABLED: '0' });
  run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...TESTS, ...process.argv.slice(2)], {
    OTEL_COLLECTOR: collector,
  });
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}

/** @param {string} program @param {string[]} args @param {Record<string, string>} env */
function run(program, args, env) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args[0]} has ended with ${status}`);
}

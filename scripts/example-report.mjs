/**
 * Makes reports/example, the run that the README links: `npm run example-report`, on a machine with nothing else to do. scenarios/mixed.yaml against
 * the reference server for 45 seconds; what it leaves is committed as it is.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = 'dist/bin/cli.js';

const server = spawn(process.execPath, [CLI, 'serve', 'loan'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
const gone = new Promise((resolve) => server.once('exit', resolve));
try {
  await new Promise((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text) => {
      if (text.includes('/predict')) resolve(true);
    });
    void gone.then(() => reject(new Error('the server ended')));
  });
  const args = ['run', 'scenarios/mixed.yaml', '--duration', '45s', '--warmup', '2s', '--seed', '7'];
  const run = spawn(process.execPath, [CLI, ...args, '--overwrite', '-o', 'reports/example'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((resolve) => run.once('exit', resolve));
} finally {
  server.kill('SIGTERM');
  await gone;
}

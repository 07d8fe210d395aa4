/** The main job in under a minute: serve the loan model, put load on it, show the report, leave nothing behind. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));
const body = fileURLToPath(new URL('../scenarios/loan.json', import.meta.url));

const server = spawn(process.execPath, [cli, 'serve', 'loan'], { stdio: ['ignore', 'ignore', 'pipe'] });
const gone = new Promise((resolve) => server.once('exit', resolve));
let said = '';
const ready = await new Promise((resolve) => {
  server.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (said.includes('/predict')) resolve(true);
  });
  void gone.then(() => resolve(false));
});
if (!ready) {
  process.stderr.write(said);
  process.exit(1);
}
const stop = () => server.kill('SIGTERM');
process.once('exit', stop);

// Users with 100 ms of think time: the load grows with them until the server is full, and the answers slow down.
const load = ['--vus', '900', '--spawn-rate', '40', '--think-time', '50ms-150ms', '--duration', '30s'];
const run = spawn(process.execPath, [cli, 'run', 'http://127.0.0.1:8989/predict', '--body-file', body, ...load], {
  stdio: 'inherit',
});
// The run has heard Ctrl-C itself, and will write its report.
process.on('SIGINT', () => {});
const code = await new Promise((resolve) => run.once('exit', resolve));
stop();
await gone;
process.exitCode = code ?? 1;

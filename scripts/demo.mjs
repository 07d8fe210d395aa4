/** The main job in under a minute: serve the loan model, ramp users, find its breaking point, leave nothing behind. */
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

/** @param {string[]} args */
const rampart = (args) => {
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
};
const target = ['http://127.0.0.1:8989/predict', '--body-file', body];
// The commands have heard Ctrl-C themselves, and will write their reports.
process.on('SIGINT', () => {});

// Users with 100 ms of think time: the load grows with them until the server is full, and the answers slow down.
const ramp = ['--vus', '800', '--spawn-rate', '60', '--think-time', '50ms-150ms', '--duration', '18s'];
let code = await rampart(['run', ...target, ...ramp]);
if (code === 0 || code === 5) {
  process.stderr.write('\nAnd its breaking point:\n\n');
  code = await rampart([
    'find',
    ...target,
    '--slo',
    'p95<50ms',
    '--slo',
    'errors<1%',
    '--budget',
    '24s',
    '--allow-rough',
  ]);
}
stop();
await gone;
process.exitCode = code ?? 1;

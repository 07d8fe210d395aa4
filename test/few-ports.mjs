/** Runs the command (its path is the argument) against a server of its own, a connection per request. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('ok')).listen(8080, '127.0.0.1', () => {
  const flags = ['--vus', '3', '-d', '2s', '--threads', '1', '--no-keepalive', '--json', '-q'];
  const args = [process.argv[2] ?? '', 'run', 'http://127.0.0.1:8080/', ...flags];
  const run = spawn(process.execPath, args, { stdio: 'inherit' });
  run.once('exit', (code) => {
    server.close();
    server.closeAllConnections();
    process.exitCode = code ?? 1;
  });
});

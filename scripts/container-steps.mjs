/**
 * Runs the Dockerfile without Docker: its COPY and RUN steps, stage by stage, each in a clean folder that stands for the image's
 * root, with nothing set in the environment; then its CMD, its HEALTHCHECK and one prediction. What only a container engine can do
 * (the base image, USER, EXPOSE) is read, and said to be.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copy, execForm, ignoring, readIn, stagesOf } from './dockerfile.mjs';

const CONTEXT = fileURLToPath(new URL('..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'rampart-container-'));
const ignored = ignoring(readIn(CONTEXT, '.dockerignore'));
/** @type {string[]} */
const onlyRead = [];
/** @type {Map<string, string>} */
const roots = new Map();
/** The last stage: what would be the image. */
let image = {
  root: '',
  folder: '',
  environment: /** @type {Record<string, string>} */ ({}),
  cmd: /** @type {string[]} */ ([]),
  check: /** @type {string[]} */ ([]),
  port: 0,
};

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);
/** @param {Record<string, string>} more */
const clean = (more) => ({ PATH: process.env['PATH'] ?? '', HOME: join(home, 'home'), ...more });

/** @param {import('./dockerfile.mjs').Stage} stage */
function build({ name, image: base, steps }) {
  const root = join(home, `stage-${name}`);
  mkdirSync(root);
  roots.set(name, root);
  onlyRead.push(`FROM ${base}`);
  image = { root, folder: root, environment: {}, cmd: [], check: [], port: 0 };
  for (const { line, word, flags, rest } of steps) {
    if (word === 'USER') {
      onlyRead.push(`${word} ${rest}`);
      continue;
    }
    say([`line ${line}:`, word, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`), rest].join(' '));
    if (word === 'WORKDIR') {
      image.folder = resolve(root, `.${rest}`);
      mkdirSync(image.folder, { recursive: true });
    } else if (word === 'ENV') {
      for (const pair of rest.split(/\s+/))
        image.environment[pair.split('=', 1)[0] ?? ''] = pair.slice(pair.indexOf('=') + 1);
    } else if (word === 'COPY') {
      const paths = rest.split(/\s+/);
      const to = /** @type {string} */ (paths.pop());
      const stage = flags['from'];
      const from = stage === undefined ? CONTEXT : roots.get(stage);
      if (from === undefined) throw new Error(`line ${line}: there is no stage ${stage}`);
      const folder = to.endsWith('/') || to === '.' || paths.length > 1;
      copy(paths, from, resolve(image.folder, to), folder, stage === undefined ? ignored : () => false);
    } else if (word === 'RUN') {
      execFileSync('/bin/sh', ['-c', rest], {
        cwd: image.folder,
        env: clean(image.environment),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } else if (word === 'EXPOSE') image.port = Number(rest);
    else if (word === 'CMD') image.cmd = execForm(rest) ?? ['/bin/sh', '-c', rest];
    else {
      const command = rest.slice(rest.indexOf('CMD') + 3).trim();
      image.check = execForm(command) ?? ['/bin/sh', '-c', command];
    }
  }
}

/** @returns {Promise<number>} a port nobody uses */
function freePort() {
  return new Promise((found, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function start() {
  const port = await freePort();
  // The exposed port may be in use on this machine: another one is told to the command, and to the health check.
  const command = [...image.cmd, '--port', String(port)];
  const environment = clean(image.environment);
  say(`CMD ${command.join(' ')}`);
  const server = spawn(command[0] ?? '', command.slice(1), {
    cwd: image.folder,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const gone = new Promise((resolveGone) => server.once('exit', resolveGone));
  try {
    const check = image.check.map((word) => word.replace(`:${image.port}/`, `:${port}/`));
    for (let attempt = 0; ; attempt++) {
      try {
        execFileSync(check[0] ?? '', check.slice(1), { cwd: image.folder, env: environment, stdio: 'ignore' });
        break;
      } catch (error) {
        if (attempt === 40 || server.exitCode !== null) throw error;
        await new Promise((later) => setTimeout(later, 250));
      }
    }
    say('HEALTHCHECK healthy');
    const response = await fetch(`http://127.0.0.1:${port}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: readIn(CONTEXT, 'scenarios/loan.json'),
    });
    const answer = await response.text();
    if (response.status !== 200 || !answer.includes('default_probability'))
      throw new Error(`POST /predict answered ${response.status}: ${answer}`);
    say(`POST /predict ${answer}`);
  } finally {
    server.kill('SIGTERM');
  }
  const code = await gone;
  if (code !== 0) throw new Error(`after SIGTERM the command ended with ${code}`);
  say('SIGTERM: ended with 0');
}

try {
  mkdirSync(join(home, 'home'));
  // A builder keeps what npm has fetched from one build to the next. What is installed is the same, by the hashes of the lock file.
  symlinkSync(process.env['npm_config_cache'] ?? join(homedir(), '.npm'), join(home, 'home/.npm'), 'junction');
  for (const stage of stagesOf(readIn(CONTEXT, 'Dockerfile'))) build(stage);
  await start();
  say(`Only read: ${onlyRead.join('; ')}`);
} finally {
  rmSync(home, { recursive: true, force: true });
}

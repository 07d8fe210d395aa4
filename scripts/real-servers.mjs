/**
 * Model servers as people run them, each with a small model, asked by its address alone: `rampart discover`, then a short
 * `rampart run`. Each is installed from PyPI in a virtual environment of its own, outside of this folder (RAMPART_REAL_SERVERS
 * names another place). Writes docs/real-servers.md. `npm run real-servers -- litserve` asks the named ones and writes nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HERE = join(ROOT, 'scripts/real-servers');
const CLI = join(ROOT, 'dist/bin/cli.js');
const CACHE = process.env.RAMPART_REAL_SERVERS ?? join(homedir(), '.cache/rampart-real-servers');
const INSTALL_MS = 900_000;
const START_MS = 120_000;

/**
 * @typedef {object} ModelServer
 * @property {string} name
 * @property {string} title
 * @property {string[]} packages
 * @property {string} [make]
 * @property {(at: {bin: string, port: string}) => string[]} start
 * @property {string} path
 */

/**
 * @typedef {object} Found
 * @property {{method: string, body: string | null} | null} accepted
 * @property {{method: string}[]} asked
 * @property {string} problem
 */

/**
 * @typedef {object} Measured
 * @property {Found} found
 * @property {number} took
 * @property {import('../src/core/result.ts').RunResult | null} run
 */

/**
 * `make`: a script that writes the model into a folder; `start`: the server, in that folder.
 * @type {ModelServer[]}
 */
const SERVERS = [
  {
    name: 'litserve',
    title: 'LitServe',
    packages: ['litserve==0.2.19'],
    start: ({ bin, port }) => [join(bin, 'python'), join(HERE, 'litserve_app.py'), port],
    path: '/predict',
  },
  {
    name: 'mlserver',
    title: 'MLServer (scikit-learn)',
    packages: ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1', 'scikit-learn==1.9.1'],
    make: 'mlserver_model.py',
    start: ({ bin }) => [join(bin, 'mlserver'), 'start', '.'],
    path: '/v2/models/iris/infer',
  },
  {
    name: 'mlflow',
    title: 'MLflow',
    packages: ['mlflow==3.17.2', 'scikit-learn==1.9.1'],
    make: 'mlflow_model.py',
    start: ({ bin, port }) => [
      ...[join(bin, 'mlflow'), 'models', 'serve', '-m', 'model', '-h', '127.0.0.1', '-p', port],
      ...['--env-manager', 'local'],
    ],
    path: '/invocations',
  },
  {
    name: 'bentoml',
    title: 'BentoML',
    packages: ['bentoml==1.4.40'],
    start: ({ bin, port }) => [
      ...[join(bin, 'bentoml'), 'serve', 'bento_app:Iris', '--working-dir', HERE],
      ...['--host', '127.0.0.1', '--port', port],
    ],
    path: '/classify',
  },
  {
    name: 'ray',
    title: 'Ray Serve (FastAPI)',
    packages: ['ray[serve]==2.60.0'],
    start: ({ bin, port }) => [join(bin, 'python'), join(HERE, 'ray_app.py'), port],
    path: '/predict',
  },
  {
    name: 'kserve',
    title: "KServe's Python server",
    packages: ['kserve==0.21.0'],
    start: ({ bin, port }) => [join(bin, 'python'), join(HERE, 'kserve_app.py'), port],
    path: '/v2/models/sum/infer',
  },
];

/** @returns {Promise<number>} that nobody listens on, with room for two behind it. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port > 65_000 ? freePort() : port;
}

/** @param {ModelServer} server */
function install({ name, packages }) {
  const folder = join(CACHE, name);
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  mkdirSync(CACHE, { recursive: true });
  const steps = [
    ...(existsSync(folder) ? [] : [['python3', '-m', 'venv', folder]]),
    [join(bin, 'python'), '-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages],
  ];
  for (const [program = '', ...args] of steps) {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
    if (status !== 0)
      throw new Error(`it could not be installed: ${lastLine(stderr) || error?.message || `exit code ${status}`}`);
  }
  return bin;
}

/** @param {string | null} text */
const lastLine = (text) => text?.trim().split('\n').at(-1)?.slice(0, 300) ?? '';

/** @param {string[]} args */
function rampart(args) {
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    cwd: mkdtempSync(join(tmpdir(), 'rampart-real-')),
    timeout: 180_000,
    maxBuffer: 2 ** 28,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`rampart ${args[0]}: ${lastLine(stderr)}`);
  }
}

/** @param {ModelServer} server @returns {Promise<Measured>} */
async function measured(server) {
  const bin = install(server);
  const port = await freePort();
  const cwd = mkdtempSync(join(tmpdir(), `rampart-${server.name}-`));
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    BENTOML_DO_NOT_TRACK: 'True',
    RAY_AUTH_MODE: 'disabled',
  };
  if (server.make !== undefined) {
    const { status, stderr } = spawnSync(join(bin, 'python'), [join(HERE, server.make), String(port), cwd], {
      encoding: 'utf8',
      env,
      cwd,
    });
    if (status !== 0) throw new Error(`its model could not be made: ${lastLine(stderr)}`);
  }
  const [program = '', ...args] = server.start({ bin, port: String(port) });
  // A group of its own: some start others.
  const child = spawn(program, args, { cwd, env, stdio: 'ignore', detached: true });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  const url = `http://127.0.0.1:${port}${server.path}`;
  try {
    const until = Date.now() + START_MS;
    for (;;) {
      // Ray answers before its application is there.
      const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (reply) => reply.status,
        () => 0,
      );
      if (status === 405 || status === 200) break;
      if (ended || Date.now() > until)
        throw new Error(ended ? 'it ended at once' : `it did not answer within ${START_MS / 1000} s`);
      await sleep(500);
    }
    const began = Date.now();
    const found = rampart(['discover', url, '--json']);
    const took = Date.now() - began;
    if (found.accepted === null) return { found, took, run: null };
    return { found, took, run: rampart(['run', url, '-u', '4', '-d', '5s', '--json']) };
  } finally {
    try {
      process.kill(-Number(child.pid), 'SIGTERM');
      await sleep(2_000);
      process.kill(-Number(child.pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 220);

/** @param {ModelServer} server @param {Measured} measured */
function rowOf({ title, packages }, { found, took, run }) {
  const { accepted, asked, problem } = found;
  const posts = asked.filter(({ method }) => method === 'POST').length;
  const sends = accepted === null ? `none: ${problem}` : `\`${accepted.body ?? `${accepted.method} without a text`}\``;
  const figures =
    run === null
      ? '–'
      : `${Math.round(run.rates.achievedPerSec)}/s, p50 ${run.latency.response.p50?.toFixed(1)} ms, ${run.totals.failed} of ${run.totals.sent} failed`;
  return `| ${title} | ${packages[0]?.split('==')[1]} | ${cell(sends)} | ${asked.length} (${posts}), ${(took / 1000).toFixed(1)} s | ${figures} |`;
}

const named = process.argv.slice(2);
/** @type {string[]} */
const rows = [];
/** @type {string[]} */
const missing = [];
for (const server of SERVERS.filter(({ name }) => named.length === 0 || named.includes(name))) {
  console.log(`${server.title} …`);
  try {
    rows.push(rowOf(server, await measured(server)));
    console.log(rows.at(-1));
  } catch (error) {
    missing.push(`- ${server.title} (${server.packages.join(', ')}): ${/** @type {Error} */ (error).message}`);
    console.log(missing.at(-1));
  }
}
const python = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout.trim();
const page = `# Real model servers, by their address alone

Made by \`npm run real-servers\`, which installs each from PyPI in a virtual environment of its own (in \`~/.cache/rampart-real-servers\`), starts it with a small model, and gives
Rampart nothing but its address: \`rampart discover\`, then \`rampart run URL -u 4 -d 5s\`. ${python}, Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), server
and generator on the same machine, which had other work too: the figures say that the load came through, not how fast a server is.

| server | version | what was found to be accepted | asked (of it POSTs); the whole, with the look for a cache | four virtual users for 5 s |
|---|---|---|---|---|
${rows.join('\n')}

${missing.length === 0 ? 'All of them were installed and started.' : `Not measured:\n\n${missing.join('\n')}`}

What each of them needs of discovery: LitServe describes no body and refuses with the same words whatever is wrong, so names that fields usually have are tried. The metadata of
MLServer's model of scikit-learn lists no inputs, and its errors say nothing, so rows of usual widths are tried. MLflow's errors name the columns. BentoML and Ray Serve
(with FastAPI) describe their bodies, KServe's metadata its inputs. Not measured: TorchServe 0.12 from PyPI starts, but its workers need PyTorch, whose wheels there bring CUDA with them;
TensorFlow Serving is not on PyPI as a server; the Triton that PyTriton 0.7 brings starts, but runs no model under Python 3.11; vLLM was not tried (its wheels are for CUDA).
`;
if (named.length === 0) writeFileSync(join(ROOT, 'docs/real-servers.md'), page);
process.exitCode = missing.length === 0 ? 0 : 1;

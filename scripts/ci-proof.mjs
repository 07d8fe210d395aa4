/**
 * Twenty pull requests that change nothing and five whose build is 30 % slower, through the example's workflow for GitHub, step by
 * step (scripts/ci/steps.mjs). Each of them by itself, in a folder of its own, with runs of a second and five pairs in the place of ten
 * seconds and ten pairs; all else is the workflow's. Writes its section of docs/ci.md after each, so that what was done is kept.
 * Needs a built dist/. `npm run ci-proof -- --note TEXT` says what else ran on the machine. Exit code 3 where a demand is missed.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { actionRun, commentsApi, exampleWorkflow, shellRun, standInPackage } from './ci/steps.mjs';

const PAGE = fileURLToPath(new URL('../docs/ci.md', import.meta.url));
const [BEGIN, END] = ['<!-- proof: begin -->', '<!-- proof: end -->'];
const SERVES_MS = 20;
const SLOWER_MS = 26;
const { values } = parseArgs({
  options: {
    unchanged: { type: 'string', default: '20' },
    slower: { type: 'string', default: '5' },
    note: { type: 'string', default: '' },
  },
});

/** @typedef {{ kind: 'unchanged' | 'slower', code: number, verdict: string, load: number }} Ended */

/** @returns {Promise<number>} a port that nobody listens on. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {string} folder @param {number} port @param {number} ms that a response takes. */
function service(folder, port, ms) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'request.json'), '{"rows":[1]}');
  writeFileSync(
    join(folder, 'server.mjs'),
    `import { createServer } from 'node:http';
createServer((request, response) => setTimeout(() => response.end('{}'), request.url === '/health' ? 0 : ${ms}))
  .listen(${port}, '127.0.0.1');
`,
  );
}

/** @param {Ended[]} all */
function section(all) {
  const of = (/** @type {Ended['kind']} */ kind) => all.filter((one) => one.kind === kind);
  const red = (/** @type {Ended[]} */ some) => some.filter(({ code }) => code !== 0).length;
  const loads = all.map(({ load }) => load).sort((a, b) => a - b);
  const verdicts = (/** @type {Ended[]} */ some) => {
    const texts = some.map(({ verdict, code }) => `${verdict} (${code})`);
    return [...new Set(texts)].map((text) => `${texts.filter((each) => each === text).length} × ${text}`).join(', ');
  };
  return `By \`npm run ci-proof\`: the steps of [examples/ci/github.yml](../examples/ci/github.yml) and of the action, read from their files and carried out in turn, with
\`--duration 1s --pairs 5\` in the place of the example's ten seconds and ten pairs, on a service that responds after ${SERVES_MS} ms; its margin is 10 %.

| pull request | runs of the workflow | red | verdicts (exit code) |
|---|--:|--:|---|
| changes nothing | ${of('unchanged').length} | ${red(of('unchanged'))} | ${verdicts(of('unchanged'))} |
| ${Math.round((SLOWER_MS / SERVES_MS - 1) * 100)} % slower | ${of('slower').length} | ${red(of('slower'))} | ${verdicts(of('slower'))} |

${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}; load averages meanwhile: ${loads[0]?.toFixed(1)} to ${loads.at(-1)?.toFixed(1)}.${values.note === '' ? '' : ` ${values.note}`}`;
}

const work = mkdtempSync(join(tmpdir(), 'rampart-ci-proof-'));
const rampart = join(work, 'rampart');
standInPackage(rampart);
/** @type {{ id: number, body: string }[]} */
const comments = [];
const github = commentsApi(comments);
await new Promise((resolve) => github.listen(0, '127.0.0.1', () => resolve(null)));
const { port: apiPort } = /** @type {import('node:net').AddressInfo} */ (github.address());
const port = await freePort();
const { shell, command } = exampleWorkflow();
const shorter = command.replaceAll(':8000', `:${port}`).replace(/--duration \S+/, '--duration 1s --pairs 5');
if (shorter === command || !shorter.includes('--pairs 5')) throw new Error('the example has no --duration any more');

/** In turn, so that what changes on the machine meets both kinds. */
function* wanted() {
  const [unchanged, slower] = [Number(values.unchanged), Number(values.slower)];
  const every = Math.max(1, Math.floor(unchanged / Math.max(1, slower)));
  let made = 0;
  for (let n = 1; n <= unchanged; n++) {
    yield/** @type {const} */ ('unchanged');
    if (n % every === 0 && made++ < slower) yield/** @type {const} */ ('slower');
  }
}

/** @type {Ended[]} */
const all = [];
try {
  for (const kind of wanted()) {
    const cwd = join(work, `${all.length}`);
    service(join(cwd, 'base'), port, SERVES_MS);
    service(join(cwd, 'head'), port, kind === 'slower' ? SLOWER_MS : SERVES_MS);
    for (const script of shell)
      if ((await shellRun(script, cwd, {})) !== 0) throw new Error('a step of the workflow itself fails');
    const codes = await actionRun({
      ...{ command: shorter, package: rampart, cwd },
      api: `http://127.0.0.1:${apiPort}`,
    });
    const file = join(cwd, 'temp/rampart/comparison.json');
    const verdict = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).verdict : 'no comparison';
    const [load = 0] = loadavg();
    all.push({ kind, code: codes.verdict ?? -1, verdict, load });
    console.log(JSON.stringify(all.at(-1)));
    const page = readFileSync(PAGE, 'utf8');
    const start = page.indexOf(BEGIN) + BEGIN.length;
    writeFileSync(PAGE, `${page.slice(0, start)}\n\n${section(all)}\n\n${page.slice(page.indexOf(END))}`);
    rmSync(cwd, { recursive: true, force: true });
  }
} finally {
  github.close();
  rmSync(work, { recursive: true, force: true });
}
if (comments.length !== 1) throw new Error(`${comments.length} comments instead of one that is kept up to date`);
const missed = all.some(({ kind, code }) => (kind === 'slower' ? code !== 3 : code !== 0));
if (missed) process.exitCode = 3;

/**
 * `rampart compare` on real sockets, against what is known: twenty comparisons of the reference server with itself, and ten of it with
 * a build that serves 10 % slower; each server is started anew for each run. Prints each, keeps it in bench/compare/sockets.json at
 * once, and writes its section of docs/comparison.md. What is kept already is not done again (`--anew` forgets it), so that it can be
 * done in slices: `--minutes <n>` begins nothing after that long. Needs a built dist/. Half an hour.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * @typedef {{ name: string, interval: [number, number], verdict: string }} Metric
 * @typedef {{ kind: 'same' | 'slower', number: number, verdict: string, pairs: number, repeated: number,
 *   p50: [number, number] | null, p95: [number, number] | null, called: string[] }} Compared
 */

const CLI = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));
const DATA = fileURLToPath(new URL('../bench/compare/sockets.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/comparison.md', import.meta.url));
const [BEGIN, END] = ['<!-- sockets: begin -->', '<!-- sockets: end -->'];

const WANTED = { same: 20, slower: 10 };
const SERVED = { base: 'uniform:16ms-24ms', slower: 'uniform:17.6ms-26.4ms' };
/** Users who wait for their responses, which costs next to no processor time. */
const LOAD = ['--vus', '3', '--warmup', '500ms', '-d', '3s'];
/** What `compare` takes where nothing is said. */
const MARGIN = 0.05;
/** Side by side: none of them takes much of a core. */
const LANES = 2;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, anew: { type: 'boolean' }, note: { type: 'string' } },
});
const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + 60_000 * Number(values.minutes);
/** @type {{ machine: { cores: number, cpu: string, node: string }, note: string, comparisons: Compared[] }} */
const data =
  existsSync(DATA) && values.anew !== true
    ? JSON.parse(readFileSync(DATA, 'utf8'))
    : { machine: machine(), note: values.note ?? '', comparisons: [] };
const folder = mkdtempSync(join(tmpdir(), 'rampart-compare-'));
try {
  const open = ['same', 'slower'].flatMap((kind) =>
    Array.from({ length: WANTED[/** @type {'same' | 'slower'} */ (kind)] }, (_, i) => ({ kind, number: i + 1 })),
  );
  const left = open.filter(
    (one) => !data.comparisons.some(({ kind, number }) => kind === one.kind && number === one.number),
  );
  const lane = async () => {
    for (let next = left.shift(); next !== undefined && Date.now() < until; next = left.shift()) {
      const found = await compared(/** @type {'same' | 'slower'} */ (next.kind), next.number);
      data.comparisons.push(found);
      data.comparisons.sort((a, b) => a.kind.localeCompare(b.kind) || a.number - b.number);
      writeFileSync(DATA, `${JSON.stringify(data, null, 2)}\n`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${section()}\n${END}${after}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {'same' | 'slower'} kind @param {number} number @returns {Promise<Compared>} */
async function compared(kind, number) {
  const port = await freePort();
  const out = join(folder, `${kind}-${number}`);
  // No two starts of a server draw the same service times.
  const serve = (/** @type {string} */ law, /** @type {number} */ seed) =>
    `exec "${process.execPath}" "${CLI}" serve --law ${law} --slots 4 --port ${port} --seed ${seed}`;
  const head = kind === 'same' ? SERVED.base : SERVED.slower;
  const args = [
    ...['compare', `http://127.0.0.1:${port}/predict`, '-b', '{}', ...LOAD, '-q', '-o', out],
    ...['--base-cmd', serve(SERVED.base, 2 * number), '--head-cmd', serve(head, 2 * number + 1)],
  ];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => child.once('exit', resolve));
  const { verdict, metrics, base, doubts } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'));
  const of = (/** @type {string} */ name) =>
    metrics.find((/** @type {Metric} */ metric) => metric.name === name)?.interval ?? null;
  const called = metrics
    .filter((/** @type {Metric} */ metric) => ['regression', 'improved'].includes(metric.verdict))
    .map((/** @type {Metric} */ metric) => metric.name);
  const [, repeated = '0'] = /^(\d+) pairs? of runs said nothing/.exec(doubts[0] ?? '') ?? [];
  const pairs = base.runs.length;
  console.log(`${kind} ${number}: ${verdict} after ${pairs} pairs; p50 ${range(of('p50'))}, p95 ${range(of('p95'))}`);
  rmSync(out, { recursive: true, force: true });
  return { kind, number, verdict, pairs, repeated: Number(repeated), p50: of('p50'), p95: of('p95'), called };
}

function section() {
  const { machine: at, note, comparisons } = data;
  const of = (/** @type {string} */ kind) => comparisons.filter((one) => one.kind === kind);
  const [same, slower] = [of('same'), of('slower')];
  const wrong = same.filter(({ verdict }) => verdict === 'regression' || verdict === 'improved').length;
  const right = slower.filter(({ verdict }) => verdict === 'regression').length;
  const rows = comparisons.map(
    ({ kind, number, verdict, pairs, repeated, p50, p95 }) =>
      `| ${kind === 'same' ? 'the same' : '10 % slower'} | ${number} | ${verdict} | ${pairs}${repeated > 0 ? ` (and ${repeated} repeated)` : ''} | ${range(p50)} | ${range(p95)} |`,
  );
  const undecided = same.filter(({ verdict }) => verdict === 'undecided');
  // An interval that reaches beyond the margin is neither within it nor beyond it.
  const wide = (/** @type {'p50' | 'p95'} */ name) =>
    undecided.filter((one) => one[name]?.some((end) => Math.abs(end) > MARGIN)).length;
  const found =
    slower.length === 0 ? '' : ` The slower build was called a regression in **${right} of ${slower.length}**.`;
  return `On real sockets, by \`npm run compare:sockets\`: \`rampart serve --law ${SERVED.base} --slots 4\`${slower.length === 0 ? '' : `, and a build that serves 10 % slower (\`${SERVED.slower}\`)`}, each started anew
for each of its runs (\`${LOAD.join(' ')}\`), over the loopback of one machine; at most ten pairs, ${LANES} comparisons side by side. A change was called in **${wrong} of ${same.length}**
comparisons of the server with itself. ${undecided.length} of them were undecided: the interval of p95 reached beyond the margin of ${100 * MARGIN} % in ${wide('p95')}, that of the median in
${wide('p50')}; so short a run bears that, and calls nothing equal that it cannot tell.${found} ${at.cores} cores (${at.cpu}), Node ${at.node}.${note === '' ? '' : ` ${note}`}

| head | comparison | verdict | pairs | p50 | p95 |
|---|--:|---|--:|---|---|
${rows.join('\n')}
`;
}

/** @param {[number, number] | null} interval */
function range(interval) {
  if (interval === null) return '–';
  const [low, high] = interval.map((share) => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} %`);
  return `${low} to ${high}`;
}

function machine() {
  return { cores: cpus().length, cpu: (cpus()[0]?.model ?? 'unknown').trim(), node: process.version };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * `rampart find` on real sockets, against what is known: five searches of two minutes on each of seven laws of the reference server
 * (`laws`: a few searches side by side, see `--abreast`: each and its server take a tenth of a core or two), and six on the reference loan server
 * (`loan`, which wants two cores to itself). Prints each, keeps them in bench/accuracy/sockets.json, and writes
 * docs/accuracy-sockets.md from that. Needs a built dist/.
 * Arguments: the parts to run (both; `page`: none), `--law <name>` (again and again): of the laws those whose names begin so, in the
 * place of what is kept of them with as many at a time, `--abreast <number>`: searches at a time (3), and `--note <text>`: what else ran meanwhile. 40 minutes.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    note: { type: 'string' },
    law: { type: 'string', multiple: true },
    abreast: { type: 'string', default: '3' },
  },
});

/**
 * What is kept of one search.
 * @typedef {{ summary: string, status: string, stoppedBy: string, estimate: number | null,
 *   low: number | null, high: number | null, levels: number, voided: number, spentSeconds: number,
 *   warnings: string }} Found
 * @typedef {Found & { speedBefore: number, speedAfter: number }} LoanFound
 * @typedef {{ machine: ReturnType<typeof machine>, note?: string }} Part
 * @typedef {{ name: string, serve: string, slos: string, truth: number | string, abreast: number, runs: Found[] }} LawRuns
 * @typedef {Part & { laws: LawRuns[] }} LawsPart
 * @typedef {Part & { runs: LoanFound[] }} LoanPart
 */

const CLI = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));
const BODY = fileURLToPath(new URL('../scenarios/loan.json', import.meta.url));
const DATA = fileURLToPath(new URL('../bench/accuracy/sockets.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/accuracy-sockets.md', import.meta.url));

const RUNS = { laws: 5, loan: 6 };
/** s: what `find` takes by itself. */
const BUDGET = 120;
const LOAN_SLOS = ['--slo', 'p95<50ms', '--slo', 'errors<1%'];

const parts = positionals.length > 0 ? positionals : ['laws', 'loan'];
const note = values.note === undefined ? {} : { note: ` ${values.note}` };
const folder = mkdtempSync(join(tmpdir(), 'rampart-sockets-'));
const data = existsSync(DATA) ? JSON.parse(readFileSync(DATA, 'utf8')) : {};
try {
  if (parts.includes('laws')) data.laws = { machine: machine(), ...note, laws: await onLaws() };
  if (parts.includes('loan')) data.loan = { machine: machine(), ...note, runs: await onLoan() };
  writeFileSync(DATA, `${JSON.stringify(data, null, 2)}\n`);
  writeFileSync(PAGE, page(data));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each search on a server of its own, with its own service times. @returns {Promise<LawRuns[]>} */
async function onLaws() {
  const { SOCKET_LAWS, truthOf } = await bundled(
    `export { SOCKET_LAWS } from './bench/accuracy/socket-laws.ts'; export { truthOf } from './bench/accuracy/truth.ts';`,
  );
  const names = values.law ?? [''];
  const wanted = SOCKET_LAWS.filter((/** @type {any} */ { target }) =>
    names.some((name) => target.name.startsWith(name)),
  );
  const abreast = Number(values.abreast);
  if (!Number.isInteger(abreast) || abreast < 1)
    throw new Error(`--abreast ${values.abreast} is no number of searches`);
  /** @type {LawRuns[]} */
  const all = wanted.map((/** @type {any} */ { serve, target }) => {
    const slos = target.slos.map((/** @type {{ text: string }} */ { text }) => text);
    return {
      name: target.name,
      serve: serve.join(' '),
      slos: slos.join(', '),
      truth: truthOf(target),
      abreast,
      runs: [],
    };
  });
  // By turns of the laws, so that no law has all of its searches beside those of one other.
  /** @type {{ law: LawRuns, run: number }[]} */
  const waiting = [];
  for (let run = 1; run <= RUNS.laws; run++) for (const law of all) waiting.push({ law, run });
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { law, run } = next;
      const slos = law.slos.split(', ').flatMap((slo) => ['--slo', slo]);
      const args = ['-b', '{}', ...slos, '--budget', `${BUDGET}s`];
      const server = [...law.serve.split(' '), '--seed', String(run)];
      law.runs.push(await served(server, (url) => find(`${law.name}, run ${run}`, url, args)));
    }
  };
  await Promise.all(Array.from({ length: abreast }, lane));
  if (values.law === undefined) return all;
  // What was measured with another number of searches at a time stays beside it.
  const order = SOCKET_LAWS.map((/** @type {any} */ { target }) => target.name);
  const others = data.laws.laws.filter(
    (/** @type {LawRuns} */ old) => !all.some((one) => one.name === old.name && one.abreast === old.abreast),
  );
  return [...others, ...all].sort(
    (one, other) => order.indexOf(one.name) - order.indexOf(other.name) || other.abreast - one.abreast,
  );
}

/** What a piece of TypeScript exports. @param {string} contents @returns {Promise<any>} */
async function bundled(contents) {
  const outfile = join(folder, 'bundled.mjs');
  const resolveDir = fileURLToPath(new URL('..', import.meta.url));
  await build({
    stdin: { contents, resolveDir },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return import(outfile);
}

/** Each search on a server of its own: one that a search has heated up is quicker than a fresh one. */
async function onLoan() {
  const args = ['--body-file', BODY, ...LOAN_SLOS, '--budget', `${BUDGET}s`];
  const all = [];
  for (let run = 1; run <= RUNS.loan; run++) {
    const speedBefore = speed();
    const found = await served(['loan'], (url) => find(`loan, run ${run}`, url, args));
    all.push({ ...found, speedBefore, speedAfter: speed() });
  }
  return all;
}

/** How many times a second this machine reads and writes the request's body, in this moment. */
function speed() {
  const text = readFileSync(BODY, 'utf8');
  const end = performance.now() + 3_000;
  let count = 0;
  let length = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 100; i++) length += JSON.stringify(JSON.parse(text)).length;
    count += 100;
  }
  if (length === 0) throw new Error('the body is empty');
  return Math.round(count / 3);
}

function machine() {
  return { cores: cpus().length, cpu: (cpus()[0]?.model ?? 'unknown').trim(), node: process.version };
}

/**
 * Starts a server, and ends it when `use` is done.
 * @template T
 * @param {string[]} args @param {(url: string) => Promise<T>} use @returns {Promise<T>}
 */
async function served(args, use) {
  const server = spawn(process.execPath, [CLI, 'serve', ...args, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  let said = '';
  try {
    const url = await new Promise((resolve, reject) => {
      server.stderr.setEncoding('utf8').on('data', (text) => {
        said += text;
        const [found] = /http:\S+predict/.exec(said) ?? [];
        if (found !== undefined && said.includes('(Ctrl-C')) resolve(found);
      });
      void gone.then(() => reject(new Error(said)));
    });
    return await use(String(url));
  } finally {
    server.kill('SIGTERM');
    await gone;
  }
}

/**
 * One search. The seed is drawn by the command itself: no two are the same.
 * @param {string} name @param {string} url @param {string[]} args @returns {Promise<Found>}
 */
async function find(name, url, args) {
  const out = join(folder, name.replaceAll(/\W+/g, '-'));
  const child = spawn(process.execPath, [CLI, 'find', url, ...args, '--quiet', '--overwrite', '-o', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((resolve) => child.once('exit', resolve));
  const { breakingPoint } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const { summary, status, stoppedBy, estimate, interval, levels, spentSeconds } = breakingPoint;
  const warnings = breakingPoint.warnings.map((/** @type {{ code: string }} */ { code }) => code).join(' ');
  const voided = levels.filter((/** @type {{ verdict: string }} */ { verdict }) => verdict === 'void').length;
  console.log(`${name}: ${summary} ${levels.length} levels (${voided} void) in ${Math.round(spentSeconds)} s`);
  const [low, high] = interval ?? [null, null];
  return { summary, status, stoppedBy, estimate, low, high, levels: levels.length, voided, spentSeconds, warnings };
}

/** @param {{ laws?: LawsPart, loan?: LoanPart }} measured */
function page({ laws, loan }) {
  const sections = [laws === undefined ? '' : lawsSection(laws), loan === undefined ? '' : loanSection(loan)];
  return `# \`rampart find\` on real sockets

Written by \`npm run accuracy:sockets\` from bench/accuracy/sockets.json: the built command against the reference server, over the
loopback of one machine. The same search in virtual time, thousands of times: [accuracy.md](accuracy.md).
${sections.join('')}`;
}

/** @param {LawsPart} part */
function lawsSection({ machine: { cores, cpu, node }, note = '', laws }) {
  const most = Math.max(...laws.map(({ abreast }) => abreast));
  const rows = laws.map(({ name, serve, slos, truth, abreast, runs }) => {
    const known = typeof truth === 'number';
    const found = runs.filter(({ status }) => status === 'found');
    const right = known ? runs.filter((run) => covers(run, truth)) : runs.filter(({ status }) => status === truth);
    const wrong = known ? found.filter(({ estimate }) => Math.abs((estimate ?? 0) / truth - 1) > 0.15) : found;
    const ranges = runs.map(({ status, low, high }) => {
      const range = low === null ? status : `${rate(low)} to ${high === null ? '∞' : rate(high)}`;
      return status === 'found' || low === null ? range : `${range} (${status})`;
    });
    const told = runs.filter(({ warnings }) => warnings.includes('pauses')).length;
    const pauses = told > 0 ? `; pauses named in ${told}` : '';
    return `| ${name}; ${slos}${abreast === most ? '' : abreast === 1 ? ' (by itself)' : ` (${abreast} at a time)`} | \`${serve}\` | ${known ? `${truth.toFixed(1)}/s` : 'fails at every load'} | ${found.length} | ${right.length} of ${runs.length}${pauses} | ${wrong.length} | ${ranges.join('; ')} |`;
  });
  const all = laws.flatMap(({ truth, runs }) => runs.map((run) => ({ truth, run })));
  const found = all.filter(({ run }) => run.status === 'found');
  const covered = found.filter(({ truth, run }) => typeof truth === 'number' && covers(run, truth));
  return `
## Laws that are known

\`rampart serve\` with a law, whose truth is from theory or a simulation of three million requests; \`rampart find --budget ${BUDGET}s\`, ${RUNS.laws} searches of each,
${most} at a time where nothing else is said: searches and servers on one machine make each other late, which moves limits of tens of milliseconds. **${found.length} of ${all.length} found, of which ${covered.length} hold the truth.** ${cores} cores (${cpu}), Node ${node}.${note}

| law; SLO | server | truth | found | holds the truth, or says so | found, and off by more than 15 % | 95 % intervals, 1/s |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** @param {LoanPart} part */
function loanSection({ machine: { cores, cpu, node }, note = '', runs }) {
  // "At least" would agree with everything.
  const pairs = runs.flatMap((one, i) => {
    return runs.slice(i + 1).map((other) => (bothFound(one, other) ? { one, other } : null));
  });
  const overlapping = pairs.filter((pair) => pair !== null && overlap(pair.one, pair.other)).length;
  const close = pairs.filter((pair) => pair !== null && holdEachOther(pair.one, pair.other)).length;
  const fastest = Math.max(...runs.flatMap(({ speedBefore, speedAfter }) => [speedBefore, speedAfter]));
  const rows = runs.map(({ estimate, low, high, levels, voided, status, speedBefore, speedAfter }, i) => {
    const speeds = [speedBefore, speedAfter].map((one) => percent(one / fastest)).join(', ');
    return `| ${i + 1} | ${rate(estimate)} | ${rate(low)} to ${rate(high)} | ${levels} (${voided}) | ${status} | ${speeds} |`;
  });
  return `
## The loan server, again and again

\`rampart serve loan\`, \`rampart find --slo 'p95<50ms' --slo 'errors<1%' --budget ${BUDGET}s\`, each on a server freshly started.
Wanted: two searches agree within their intervals. **The intervals of ${overlapping} of ${pairs.length} pairs overlap**; in ${close} each holds the other's
estimate too, which right and independent intervals of one width do in 83 % of pairs. ${cores} cores (${cpu}), Node ${node}.${note}

The server does real work, so its limit is also this machine's: the last column is how fast the machine alone, before and after the search, read and wrote
such a request's JSON.

| run | estimate, 1/s | 95 % interval, 1/s | levels (void) | status | the machine's speed |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** @param {Found} one @param {Found} other */
function bothFound(one, other) {
  return one.status === 'found' && other.status === 'found';
}

/** @param {Found} one @param {Found} other */
function overlap(one, other) {
  const lowest = Math.max(one.low ?? 0, other.low ?? 0);
  return lowest <= Math.min(one.high ?? Number.POSITIVE_INFINITY, other.high ?? Number.POSITIVE_INFINITY);
}

/** @param {Found} one @param {Found} other */
function holdEachOther(one, other) {
  return covers(one, other.estimate) && covers(other, one.estimate);
}

/** @param {Found} found @param {number | null} value */
function covers({ low, high }, value) {
  return low !== null && value !== null && low <= value && (high === null || value <= high);
}

/** @param {number | null} value */
function rate(value) {
  return value === null ? '–' : value.toFixed(1);
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * Every application of test/python/fastapi_apps.py, asked by its address alone: what was accepted, after how many requests, and
 * why not. Writes docs/discover-apps.md. Its packages are in .venv (test/python/requirements.txt). The suite holds the same to
 * nine in ten.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'dist/bin/cli.js');
const cwd = mkdtempSync(join(tmpdir(), 'rampart-apps-'));

const apps = spawn(join(ROOT, '.venv/bin/python'), [join(ROOT, 'test/python/fastapi_apps.py')], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
/** @type {string} */
const line = await new Promise((resolve, reject) => {
  createInterface({ input: apps.stdout }).once('line', resolve);
  apps.once('exit', (code) => reject(new Error(`fastapi_apps.py ended (${code})`)));
});
const { port, cases } = JSON.parse(line);
const origin = `http://127.0.0.1:${port}`;

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 160);

const rows = [];
let accepted = 0;
for (const { name, path } of cases) {
  const { stdout } = spawnSync(process.execPath, [CLI, 'discover', origin + path, '--json'], {
    ...{ encoding: 'utf8', cwd, maxBuffer: 2 ** 28 },
  });
  const found = JSON.parse(stdout);
  const asked = found.asked.length;
  if (found.accepted !== null) accepted++;
  const sends =
    found.accepted === null
      ? `**none**: ${cell(`${found.problem}. ${found.hint}`)}`
      : `\`${cell(found.accepted.body ?? (found.accepted.bytes === undefined ? found.accepted.path : `${Math.round(found.accepted.bytes.length * 0.75)} bytes`))}\``;
  rows.push(`| ${cell(name)} | ${asked} | ${sends} |`);
}
const counts = JSON.parse(await (await fetch(`${origin}/counts`)).text());
const changed = Object.values(counts.changed).reduce(
  (/** @type {number} */ sum, /** @type {number} */ n) => sum + n,
  0,
);
apps.kill('SIGKILL');
const page = `# FastAPI applications, by their address alone

Made by \`npm run discover-apps\`: the applications of [test/python/fastapi_apps.py](../test/python/fastapi_apps.py), each with routes beside it that train, configure, delete and reset. Of
${cases.length} applications **${accepted}** accepted what was found (${((100 * accepted) / cases.length).toFixed(0)} %), and the routes that change something were called **${changed}** times. The suite
holds the first to 90 % and the second to 0.

| application | requests | what it accepts |
|---|---|---|
${rows.join('\n')}
`;
writeFileSync(join(ROOT, 'docs/discover-apps.md'), page);
console.log(`${accepted} of ${cases.length} accepted, ${changed} calls that change something`);

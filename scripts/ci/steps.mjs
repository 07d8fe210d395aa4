/**
 * The example's workflow for GitHub and the action that it uses, carried out here step by step as a runner does: what they say is
 * read from `examples/ci/github.yml` and `action.yml`, not copied.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {{ id?: string, run?: string, uses?: string, env?: Record<string, string>, with?: { command?: string } }} Step */

/** @param {string} path */
const read = (path) => parse(readFileSync(join(ROOT, path), 'utf8'));

/** The shell of the workflow's own steps, and the command that it gives to the action. */
export function exampleWorkflow() {
  /** @type {Step[]} */
  const steps = read('examples/ci/github.yml').jobs.compare.steps;
  return {
    shell: steps.flatMap(({ run }) => run ?? []),
    command: steps.find(({ uses = '' }) => uses.startsWith('rampart-load/'))?.with?.command ?? '',
  };
}

/**
 * What `npm install` gets in the place of the published package: the built command.
 *
 * @param {string} folder
 */
export function standInPackage(folder) {
  const cli = join(ROOT, 'dist/bin/cli.js');
  mkdirSync(folder);
  writeFileSync(join(folder, 'cli.mjs'), `#!/usr/bin/env node\nawait import(${JSON.stringify(cli)});\n`, {
    mode: 0o755,
  });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'rampart', version: '1.0.0', bin: { rampart: 'cli.mjs' } }),
  );
}

/**
 * What is called of GitHub's API: the comments of a pull request.
 *
 * @param {{ id: number, body: string }[]} comments
 */
export function commentsApi(comments) {
  return createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const { body = '' } = text === '' ? {} : JSON.parse(text);
    const [, id] = /comments\/(\d+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'POST') comments.push({ id: comments.length + 7, body });
    const known = comments.find((comment) => `${comment.id}` === id);
    if (request.method === 'PATCH' && known !== undefined) known.body = body;
    response.end(JSON.stringify(request.method === 'GET' ? comments : {}));
  });
}

/**
 * Carries out the action's steps: what a runner knows is put in, and what a step writes is known to the next.
 *
 * @param {{ command: string, package: string, cwd: string, api: string }} given
 * @returns {Promise<Record<string, number>>} the exit code of each step, by its id.
 */
export async function actionRun({ command, package: rampart, cwd, api }) {
  /** @type {{ inputs: Record<string, { default?: string }>, runs: { steps: Step[] } }} */
  const action = read('action.yml');
  /** @type {Record<string, string>} */
  const known = {
    'runner.temp': join(cwd, 'temp'),
    'github.event.pull_request.number': '12',
    'inputs.command': command,
    'inputs.package': rampart,
    'inputs.token': 'a-token',
  };
  for (const [name, { default: value = '' }] of Object.entries(action.inputs)) known[`inputs.${name}`] ??= value;
  /** @param {string} text */
  const filled = (text) => text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name) => known[name] ?? '');
  /** @type {Record<string, number>} */
  const codes = {};
  mkdirSync(join(cwd, 'temp'), { recursive: true });
  for (const { id = '', run, env = {} } of action.runs.steps) {
    if (run === undefined) continue;
    const output = join(cwd, 'temp', `${id}.output`);
    writeFileSync(output, '');
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]));
    codes[id] = await shellRun(run, cwd, {
      ...own,
      GITHUB_OUTPUT: output,
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_REPOSITORY: 'them/service',
      GITHUB_API_URL: api,
      GITHUB_RUN_ID: '5',
    });
    for (const line of readFileSync(output, 'utf8').split('\n')) {
      const [, name, value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined) known[`steps.${id}.outputs.${name}`] = value;
    }
  }
  return codes;
}

/**
 * As GitHub runs `shell: bash`. Whoever waits can answer it meanwhile: it calls the API.
 *
 * @param {string} script
 * @param {string} cwd
 * @param {Record<string, string>} env
 * @returns {Promise<number>} the exit code.
 */
export function shellRun(script, cwd, env) {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
}

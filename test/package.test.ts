import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../scripts/pack.mjs';
import { counted, temporaryFolder } from './command.ts';

/**
 * The package as a stranger gets it: packed, installed into an empty folder elsewhere, and used; and the programs of examples/
 * beside it. All in one file, since to pack and to install take a minute.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = temporaryFolder();
const elsewhere = join(folder, 'elsewhere');
const installed = join(elsewhere, 'node_modules/rampart');
const cli = join(installed, 'dist/bin/cli.js');
let url = '';
let stop: () => Promise<unknown> = async () => {};

beforeAll(async () => {
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'package.json'), '{ "type": "module" }');
  const tarball = pack(folder);
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', tarball], { cwd: elsewhere });
  cpSync(join(ROOT, 'examples'), join(elsewhere, 'examples'), { recursive: true });
  const server = spawn(process.execPath, [cli, 'serve', 'loan', '--port', '0'], {
    cwd: elsewhere,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  stop = () => {
    server.kill('SIGTERM');
    return gone;
  };
  url = await new Promise<string>((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      const [address] = /http:\S+predict/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}, 600_000);

afterAll(() => stop());

/** Runs a program to its end, in the folder that the package is installed in. */
function program(args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('the packed package', () => {
  it('has what it is to have, and no more', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => /\.test\.|fixture|training|node_modules/.test(path))).toEqual([]);
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'scenarios',
    ]);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(join(installed, manifest.bin.rampart)).toBe(cli);
    expect(program([cli, '--version']).stdout.trim()).toBe(manifest.version);
    // What is bundled is not installed beside it, and its licences go with it.
    for (const name of ['zod', 'commander', 'papaparse', 'chart.js'])
      expect([name, existsSync(join(elsewhere, 'node_modules', name))]).toEqual([name, false]);
    const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8');
    for (const name of ['zod', 'commander', 'papaparse', 'cli-table3', 'chart.js', 'Permission is hereby granted'])
      expect(licences).toContain(name);
  });

  it('has declarations in which a caller’s program and an example compile, in both ways to find them', () => {
    writeFileSync(
      join(elsewhere, 'program.ts'),
      `import { exitCodeOf, type RunResult } from 'rampart';
    export const code = (result: RunResult): number => exitCodeOf(result);
    // @ts-expect-error: were a declaration missing, everything would be any, and this right.
    export const wrong: string = exitCodeOf({} as RunResult);
    `,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    for (const resolution of [
      ['--module', 'nodenext', '--outDir', 'built'],
      ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'],
    ]) {
      const options = ['--strict', '--target', 'es2023', ...types, ...resolution, '--rootDir', '.'];
      const { status, stdout } = program([tsc, ...options, 'program.ts', 'examples/find.ts']);
      expect({ resolution, status, stdout }).toEqual({ resolution, status: 0, stdout: '' });
    }
  });

  it('does the demo’s main job', async () => {
    const body = join(installed, 'scenarios/loan.json');
    const load = ['--vus', '20', '--spawn-rate', '20', '-d', '2s', '--json', '--no-preflight'];
    const before = await statsOf(url);
    const { status, stdout } = program([cli, 'run', url, '--body-file', body, ...load]);
    expect([0, 5]).toContain(status);
    const { totals } = JSON.parse(stdout);
    const after = await statsOf(url);
    expect(totals.sent).toBe(after.received - before.received);
    expect({ ...totals.byStatus, 200: totals.byStatus['200'] + (totals.leftOut ?? 0) }).toEqual({
      200: (after.byStatus['200'] ?? 0) - (before.byStatus['200'] ?? 0),
    });
    // Hundreds of files used to be opened at each start, fifty of them at once.
    const few = ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, cli];
    // Fifty requests from a cold start last too short a time for a verdict that a busy machine could not change.
    const measured = spawnSync('sh', [...few, 'run', url, '--body-file', body, '-n', '50', '-u', '2', '--json', '-q'], {
      cwd: elsewhere,
      encoding: 'utf8',
    });
    expect([0, 5]).toContain(measured.status);
    expect(counted(JSON.parse(measured.stdout).totals)).toMatchObject({ sent: 50, ok: 50 });
    const [run = ''] = readdirSync(join(elsewhere, 'reports'));
    expect(existsSync(join(elsewhere, 'reports', run, 'report.html'))).toBe(true);
  });

  // No version of Node reads such a scenario by itself.
  it('asks for esbuild where a scenario needs it, and takes the one beside the package it runs', () => {
    const text = `enum Kind { small = 1 } export default { url: ${JSON.stringify(url)}, body: () => ({ kind: Kind.small }) };`;
    writeFileSync(join(elsewhere, 'load.ts'), text);
    const without = program([cli, 'validate', 'load.ts']);
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('npm install --save-dev esbuild')]);
    expect(without.stderr).toContain('npx --package rampart --package esbuild rampart');
    symlinkSync(join(ROOT, 'node_modules/esbuild'), join(elsewhere, 'node_modules/esbuild'));
    const beside = program([cli, 'validate', 'load.ts']);
    expect([beside.status, beside.stderr]).toEqual([0, '']);
  });

  it('exports a library, and the schemas of its result and of scenarios', async () => {
    const library = await import(new URL('../dist/src/index.js', import.meta.url).href);
    expect(Object.keys(library)).toEqual(
      expect.arrayContaining(['run', 'find', 'probe', 'start', 'report', 'RampartError']),
    );
    const schema = JSON.parse(readFileSync(`${ROOT}dist/result.schema.json`, 'utf8'));
    expect(schema.properties.format).toBeDefined();
    const scenario = JSON.parse(readFileSync(`${ROOT}dist/scenario.schema.json`, 'utf8'));
    expect(scenario.properties.flows.description).toMatch(/\w/);
  });
});

async function statsOf(target: string): Promise<{ received: number; byStatus: Record<string, number> }> {
  const response = await fetch(new URL('/stats', target));
  return (await response.json()) as { received: number; byStatus: Record<string, number> };
}

describe('the examples, beside the installed package', () => {
  it('puts load on a target, and ends as the command would', () => {
    const { status, stdout, stderr } = program(['examples/run.mjs', url]);
    expect(stderr).toBe('');
    // A busy machine is told of, and is no failure of the example: what was due while it stood still is not sent.
    expect([0, 5]).toContain(status);
    expect(stdout).toMatch(
      status === 0 ? /^250 sent, 0 failed, p95 [\d.]+ ms: passed\n/ : /^\d+ sent, 0 failed, p95 [\d.]+ ms: invalid\n/,
    );
    const nobody = program(['examples/run.mjs', 'http://127.0.0.1:9/']);
    expect([nobody.status, nobody.stderr]).toEqual([4, expect.stringMatching(/^unreachable: nothing answers/)]);
  });

  it('finds a breaking point, in TypeScript that was compiled', () => {
    const { status, stdout, stderr } = program(['built/examples/find.js', url, '10s']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/requests\/s: \w+\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^(?:found|rough|not-reached|generator-limited|fails-at-every-load|undecided): ./,
    );
  });

  it('is a gate in a suite of Vitest', () => {
    symlinkSync(join(ROOT, 'node_modules/vitest'), join(elsewhere, 'node_modules/vitest'), 'junction');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const gate = (target: string) => program([vitest, 'run', '--root', elsewhere], { TARGET: target });
    const { status, stdout, stderr } = gate(url);
    // On a busy machine the gate says that nothing was measured, as it should: Vitest writes why to standard error.
    expect(stdout + stderr).toMatch(status === 0 ? /1 passed/ : /"?invalidates"?: true/);
    expect(gate('http://127.0.0.1:9/').status).toBe(1);
  });

  it('gives a run an output of its own, by its path and from a program', () => {
    const load = ['--body-file', 'examples/loan.json', '--vus', '1', '-d', '2s', '-q'];
    const output = ['--output', './examples/output.mjs,file=lines.txt', '--output', 'junit,file=gate.xml'];
    const { status, stderr } = program([cli, 'run', url, ...load, ...output]);
    expect([0, 5]).toContain(status);
    expect(stderr).not.toContain('output');
    expect(readFileSync(join(elsewhere, 'lines.txt'), 'utf8')).toMatch(/^0 s: \d+ sent\n1 s: \d+ sent\n/);
    expect(existsSync(join(elsewhere, 'gate.xml'))).toBe(true);
  });

  it('is steered by a program', () => {
    const { status, stdout, stderr } = program(['examples/steered.mjs', url]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^stopped with 8 users after 3 changes: \d+ sent, 0 failed\n$/);
  });
});

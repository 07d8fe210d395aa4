import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pack } from '../scripts/pack.mjs';
import { temporaryFolder } from './command.ts';

/** The package as a stranger gets it: packed, installed into an empty folder elsewhere, and used. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the packed package', () => {
  it('installs into an empty folder, and does the demo’s main job from there', async () => {
    const folder = temporaryFolder();
    const tarball = pack(folder);
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    execFileSync('npm', ['install', '--prefix', elsewhere, '--no-audit', '--no-fund', tarball], { cwd: elsewhere });
    const installed = join(elsewhere, 'node_modules/rampart');
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
    typeCheck(elsewhere);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const cli = join(installed, manifest.bin.rampart);
    // What is bundled is not installed beside it, and its licences go with it.
    for (const name of ['zod', 'commander', 'papaparse', 'chart.js'])
      expect([name, existsSync(join(elsewhere, 'node_modules', name))]).toEqual([name, false]);
    const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8');
    for (const name of ['zod', 'commander', 'papaparse', 'cli-table3', 'chart.js', 'Permission is hereby granted'])
      expect(licences).toContain(name);
    expect(execFileSync(process.execPath, [cli, '--version'], { encoding: 'utf8' }).trim()).toBe(manifest.version);

    const server = spawn(process.execPath, [cli, 'serve', 'loan', '--port', '0'], {
      cwd: elsewhere,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = new Promise((resolve) => server.once('exit', resolve));
    const url = await new Promise<string>((resolve) => {
      server.stderr.setEncoding('utf8').on('data', (text: string) => {
        const match = /http:\S+predict/.exec(text);
        if (match !== null) resolve(match[0]);
      });
    });
    try {
      const body = join(installed, 'scenarios/loan.json');
      const load = ['--vus', '20', '--spawn-rate', '20', '-d', '2s', '--json', '--no-preflight'];
      const stdout = execFileSync(process.execPath, [cli, 'run', url, '--body-file', body, ...load], {
        cwd: elsewhere,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const result = JSON.parse(stdout);
      const own = (await (await fetch(new URL('/stats', url))).json()) as {
        received: number;
        byStatus: Record<string, number>;
      };
      expect(result.totals.sent).toBe(own.received);
      expect(result.totals.byStatus).toEqual(own.byStatus);
      // Hundreds of files used to be opened at each start, fifty of them at once.
      const few = ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, cli];
      // Fifty requests from a cold start last too short a time for a verdict that a busy machine could not change.
      const measured = spawnSync(
        'sh',
        [...few, 'run', url, '--body-file', body, '-n', '50', '-u', '2', '--json', '-q'],
        {
          cwd: elsewhere,
          encoding: 'utf8',
        },
      );
      expect([0, 5]).toContain(measured.status);
      expect(JSON.parse(measured.stdout).totals).toMatchObject({ sent: 50, ok: 50 });
      bundlesWithPeer(elsewhere, cli, url);
      const [run = ''] = readdirSync(join(elsewhere, 'reports'));
      expect(existsSync(join(elsewhere, 'reports', run, 'report.html'))).toBe(true);
    } finally {
      server.kill('SIGTERM');
      await gone;
    }
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

/** A scenario that no version of Node reads by itself: without esbuild the message has the command, with it beside the package it runs. */
function bundlesWithPeer(folder: string, cli: string, url: string): void {
  const file = join(folder, 'load.ts');
  const text = `enum Kind { small = 1 } export default { url: ${JSON.stringify(url)}, body: () => ({ kind: Kind.small }) };`;
  writeFileSync(file, text);
  const validated = () => spawnSync(process.execPath, [cli, 'validate', file], { cwd: folder, encoding: 'utf8' });
  const without = validated();
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('npm install --save-dev esbuild')]);
  expect(without.stderr).toContain('npx --package rampart --package esbuild rampart');
  symlinkSync(join(ROOT, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'));
  const beside = validated();
  expect([beside.status, beside.stderr]).toEqual([0, '']);
}

/** Checks a program of a caller, and with it the package's own declarations, in both ways that TypeScript finds them. */
function typeCheck(folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'program.ts'),
    `import { exitCodeOf, type RunResult } from 'rampart';
    export const code = (result: RunResult): number => exitCodeOf(result);
    // @ts-expect-error: were a declaration missing, everything would be any, and this right.
    export const wrong: string = exitCodeOf({} as RunResult);
    `,
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ]) {
    const options = ['--noEmit', '--strict', '--target', 'es2023', ...types, ...resolution, 'program.ts'];
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options], { cwd: folder, encoding: 'utf8' });
    expect({ resolution, status, stdout }).toEqual({ resolution, status: 0, stdout: '' });
  }
}

import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../scripts/pack.mjs';
import { temporaryFolder } from './command.ts';

/** The programs of examples/, as a stranger has them: beside the installed package, against its reference server. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const elsewhere = join(temporaryFolder(), 'elsewhere');
const examples = join(elsewhere, 'examples');
let url = '';
let stop: () => Promise<unknown> = async () => {};

beforeAll(async () => {
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'package.json'), '{ "type": "module" }');
  const tarball = pack(elsewhere);
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', tarball], { cwd: elsewhere });
  cpSync(join(ROOT, 'examples'), examples, { recursive: true });
  const cli = join(elsewhere, 'node_modules/rampart/dist/bin/cli.js');
  const server = spawn(process.execPath, [cli, 'serve', 'loan', '--port', '0'], {
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
}, 120_000);

afterAll(() => stop());

/** Runs a program to its end, in the folder that the package is installed in. */
function program(args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('the examples, beside the installed package', () => {
  it('puts load on a target, and ends as the command would', () => {
    const { status, stdout, stderr } = program(['examples/run.mjs', url]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^250 sent, 0 failed, p95 [\d.]+ ms: (?:passed|invalid)\n/);
    // A busy machine is told of, and is no failure of the example.
    expect([0, 5]).toContain(status);
    const nobody = program(['examples/run.mjs', 'http://127.0.0.1:9/']);
    expect([nobody.status, nobody.stderr]).toEqual([4, expect.stringMatching(/^unreachable: nothing answers/)]);
  });

  it('finds a breaking point, in TypeScript that compiles both ways', () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    for (const resolution of [
      ['--module', 'nodenext', '--outDir', 'built'],
      ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'],
    ]) {
      const options = ['--strict', '--target', 'es2023', ...types, ...resolution, 'examples/find.ts'];
      const { status, stdout } = program([tsc, ...options]);
      expect({ resolution, status, stdout }).toEqual({ resolution, status: 0, stdout: '' });
    }
    const { status, stdout, stderr } = program(['built/find.js', url, '10s']);
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
    const cli = join(elsewhere, 'node_modules/rampart/dist/bin/cli.js');
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

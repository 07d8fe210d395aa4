import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './command.ts';

/** The package as a stranger gets it: packed, installed into an empty folder elsewhere, and used. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the packed package', () => {
  it('installs into an empty folder, and does the demo’s main job from there', async () => {
    const folder = temporaryFolder();
    const packed = execFileSync('npm', ['pack', '--pack-destination', folder, '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    expect(files.map(({ path }) => path).filter((path) => /\.test\.|fixture|training|node_modules/.test(path))).toEqual(
      [],
    );
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    execFileSync('npm', ['install', '--prefix', elsewhere, '--no-audit', '--no-fund', join(folder, filename)], {
      cwd: elsewhere,
    });
    const installed = join(elsewhere, 'node_modules/rampart');
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
      const load = ['--vus', '20', '--spawn-rate', '20', '-d', '2s', '--json'];
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
      const measured = execFileSync(
        'sh',
        [...few, 'run', url, '--body-file', body, '-n', '50', '-u', '2', '--json', '-q'],
        {
          cwd: elsewhere,
          encoding: 'utf8',
        },
      );
      expect(JSON.parse(measured).totals).toMatchObject({ sent: 50, ok: 50 });
      const [run = ''] = readdirSync(join(elsewhere, 'reports'));
      expect(existsSync(join(elsewhere, 'reports', run, 'report.html'))).toBe(true);
    } finally {
      server.kill('SIGTERM');
      await gone;
    }
  });

  it('exports a library, and the schema of its result', async () => {
    const library = await import(new URL('../dist/src/index.js', import.meta.url).href);
    expect(Object.keys(library)).toContain('runSession');
    const schema = JSON.parse(readFileSync(`${ROOT}dist/result.schema.json`, 'utf8'));
    expect(schema.properties.format).toBeDefined();
  });
});

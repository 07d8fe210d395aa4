/** `npm run bench`: bundles the harness (Node 20 runs no TypeScript) and runs it. `--help` tells what it takes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

await build({
  entryPoints: ['bench/main.ts', 'bench/client-error.ts'],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
const { main } = await import(pathToFileURL(join(folder, 'main.mjs')).href);
process.exitCode = await main(process.argv.slice(2), folder);

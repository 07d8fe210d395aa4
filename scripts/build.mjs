/** Builds the package into dist/: the command and the library (ESM, split), the generator thread, the report's browser side. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

await build({
  entryPoints: [
    'bin/cli.ts',
    'bin/folder-probe.ts',
    'src/index.ts',
    'src/run/worker.ts',
    'src/run/null-server.ts',
    'reference-server/strategies/pool-worker.ts',
    'reference-server/strategies/replica-process.ts',
    'reference-server/cluster/replica.ts',
  ],
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
chmodSync('dist/bin/cli.js', 0o755);

await build({
  entryPoints: {
    report: 'src/report/client/report.ts',
    overlay: 'src/report/client/overlay.ts',
    live: 'src/report/client/live/live.ts',
    'report-style': 'src/report/client/styles.css',
    'live-style': 'src/report/client/live/live.css',
  },
  outdir: 'dist/client',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  logLevel: 'warning',
});

// The schema is written in TypeScript, once; its JSON form is made from it.
mkdirSync('dist/schema', { recursive: true });
const schemaModule = 'dist/schema/result-schema.js';
await build({
  entryPoints: ['src/report/result-schema.ts'],
  outfile: schemaModule,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
});
const { resultJsonSchema } = await import(pathToFileURL(schemaModule).href);
writeFileSync('dist/result.schema.json', `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
rmSync('dist/schema', { recursive: true });

// The package carries its types; a checkout has the source, and does without these ten seconds.
if (process.argv.includes('--types'))
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });

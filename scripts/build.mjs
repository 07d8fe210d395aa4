/** Builds the package into dist/: the command and the library (ESM, split), the generator thread, the report's browser side. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

/**
 * What the command needs at its start, or is large beside what is used of it, is bundled: hundreds of files (zod has one for
 * each of fifty languages) would each be opened at every start. Other dependencies are installed.
 */
const BUNDLED = ['commander', 'zod', 'papaparse', 'cli-table3', 'yaml', 'minizlib'];
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Commander loads child_process for commands that are programs of their own; there are none here.
 * @type {import('esbuild').Plugin}
 */
const withoutChildren = {
  name: 'without-children',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const { metafile } = await build({
  entryPoints: [
    'bin/cli.ts',
    'src/machine/folder-probe.ts',
    'src/index.ts',
    'src/run/worker.ts',
    'src/run/null-server.ts',
    'reference-server/strategies/pool-worker.ts',
    'reference-server/strategies/replica-process.ts',
    'reference-server/cluster/replica.ts',
    'reference-server/law/law-thread.ts',
  ],
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(dependencies),
  plugins: [withoutChildren],
  // What is bundled of CommonJS asks for Node's own modules by require, which an ES module does not have.
  banner: { js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
});
chmodSync('dist/bin/cli.js', 0o755);

const browser = await build({
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
  metafile: true,
  logLevel: 'warning',
});

/** The licences of what is bundled, which ask to go with every copy. */
const bundled = new Map();
for (const path of [...Object.keys(metafile.inputs), ...Object.keys(browser.metafile.inputs)]) {
  const [, folder, name] = /^(.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(path) ?? [];
  if (name !== undefined) bundled.set(name, folder);
}
const unasked = [...bundled.keys()].filter((name) => Object.hasOwn(dependencies, name));
if (unasked.length > 0) throw new Error(`bundled, though installed: ${unasked.join(', ')}`);
for (const name of BUNDLED) if (!bundled.has(name)) throw new Error(`${name} is not bundled`);
const licences = [...bundled].sort().map(([name, folder]) => {
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence to go with it`);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync('dist/licences.txt', licences.join(`\n${'-'.repeat(80)}\n\n`));

// The schemas are written in TypeScript, once; their JSON form is made from it.
mkdirSync('dist/schema', { recursive: true });
await build({
  entryPoints: ['src/report/result-schema.ts', 'src/plan/scenario-schema.ts'],
  outdir: 'dist/schema',
  outbase: 'src',
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
});
/** @param {string} module */
const made = (module) => import(pathToFileURL(`dist/schema/${module}.js`).href);
const { resultJsonSchema } = await made('report/result-schema');
const { scenarioJsonSchema } = await made('plan/scenario-schema');
writeFileSync('dist/result.schema.json', `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
writeFileSync('dist/scenario.schema.json', `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
rmSync('dist/schema', { recursive: true });

// The package carries its types, so `prepare` makes them: npm runs it last before it packs. `npm run build` does without these
// five seconds, since a checkout has the source.
if (process.argv.includes('--types'))
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });

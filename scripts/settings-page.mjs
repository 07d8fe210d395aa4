/** Writes docs/settings.md from the table of settings (src/settings). */
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/settings/reference.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
  logLevel: 'warning',
});
const [module] = outputFiles;
const source = Buffer.from(module?.text ?? '').toString('base64');
const { settingsPage } = await import(`data:text/javascript;base64,${source}`);
writeFileSync('docs/settings.md', settingsPage());

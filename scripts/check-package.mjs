/**
 * Is the package fit to publish? Packs it as a publisher does, and has the tarball judged: publint by what `package.json`
 * promises, attw by whether TypeScript finds the types of every entry. A CommonJS caller gets the library by `import()` only,
 * which is meant: hence the profile.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rampart-package-'));
try {
  const tarball = pack(folder);
  for (const [program, ...words] of [
    ['node_modules/publint/src/cli.js', '--strict', tarball],
    ['node_modules/@arethetypeswrong/cli/dist/index.js', '--profile', 'esm-only', '--format', 'ascii', tarball],
  ]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [/** @type {string} */ (program), ...words], {
      encoding: 'utf8',
    });
    if (status === 0) continue;
    process.stderr.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

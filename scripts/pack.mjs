/** The package as `npm publish` makes it, packed from a copy of the checkout. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a fresh checkout has not. */
const MADE = new Set(['node_modules', 'dist', '.git', '.venv', '.vitest', 'coverage', 'reports']);

/**
 * Packs the package as `npm publish` does, with its scripts: what they leave out, or delete again, is missing here too. A copy
 * is packed, since `prepare` builds `dist/` anew, which others may be using.
 *
 * @param {string} folder an empty one, for the tarball
 * @returns {string} where the tarball is
 */
export function pack(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'rampart-pack-'));
  try {
    cpSync(ROOT, copy, { recursive: true, filter: (path) => !MADE.has(relative(ROOT, path)) });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
    npm(['pack', '--pack-destination', folder], copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  // The scripts may write to standard output, so the name is read from the folder.
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (tarballs.length !== 1) throw new Error(`npm pack left ${tarballs.length} tarballs in ${folder}`);
  return join(folder, /** @type {string} */ (tarballs[0]));
}

/** @param {string[]} words @param {string} cwd */
function npm(words, cwd) {
  // A caller inside `npm run` hands its npm on; by name it could be another one, and on Windows it is a shell script.
  const own = process.env['npm_execpath'];
  /** @type {import('node:child_process').ExecFileSyncOptions} */
  const options = { cwd, stdio: ['ignore', 'ignore', 'pipe'] };
  if (own !== undefined && /npm-cli\.c?js$/.test(own)) execFileSync(process.execPath, [own, ...words], options);
  else execFileSync('npm', words, options);
}

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Packs the package as `npm publish` does, with its scripts: what they leave out, or delete again, is missing here too.
 *
 * @param {string} folder an empty one, for the tarball
 * @returns {string} where the tarball is
 */
export function pack(folder) {
  // A caller inside `npm run` hands its npm on; by name it could be another one, and on Windows it is a shell script.
  const npm = process.env['npm_execpath'];
  const words = ['pack', '--pack-destination', folder];
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm))
    execFileSync(process.execPath, [npm, ...words], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  else execFileSync('npm', words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  // The scripts may write to standard output, so the name is read from the folder.
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (tarballs.length !== 1) throw new Error(`npm pack left ${tarballs.length} tarballs in ${folder}`);
  return join(folder, /** @type {string} */ (tarballs[0]));
}

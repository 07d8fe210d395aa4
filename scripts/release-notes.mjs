/**
 * What a release says of itself: the section of the changelog for its version. `node scripts/release-notes.mjs v1.2.3` prints
 * it, or ends with 1 where the tag, the package and the changelog do not agree.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * @param {string} changelog
 * @param {string} tag as `v1.2.3`
 * @param {string} version of the package
 * @returns {string}
 * @throws Error that says what is to be done before the release
 */
export function releaseNotes(changelog, tag, version) {
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, the version in package.json is ${version}`);
  const lines = changelog.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('## ') && line.split(/\s+/)[1] === version);
  if (start < 0) throw new Error(`the changelog has no section "## ${version} (date)"`);
  const heading = /** @type {string} */ (lines[start]);
  if (!/^## \S+ \(\d{4}-\d{2}-\d{2}\)$/.test(heading))
    throw new Error(
      `the changelog's heading is "${heading}": write the date of the release, "## ${version} (2026-01-31)"`,
    );
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  const notes = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
  if (notes.trim() === '') throw new Error(`the changelog says nothing of ${version}`);
  return `${notes.trim()}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  /** @param {string} name */
  const read = (name) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');
  try {
    const [tag] = process.argv.slice(2);
    if (tag === undefined) throw new Error('which tag? node scripts/release-notes.mjs v1.2.3');
    process.stdout.write(releaseNotes(read('CHANGELOG.md'), tag, JSON.parse(read('package.json')).version));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

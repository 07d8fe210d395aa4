import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { releaseNotes } from './release-notes.mjs';

const CHANGELOG = `# Changelog

## 1.10.0 (2027-03-01)

- The newest.

## 1.1.0 (2027-02-01)

- One line
  that goes on.
- Another.

## 1.0.0 (2027-01-01)

- The first.
`;

describe('the notes of a release', () => {
  test('are the section of its version, and of no other that begins alike', () => {
    expect(releaseNotes(CHANGELOG, 'v1.1.0', '1.1.0')).toBe('- One line\n  that goes on.\n- Another.\n');
    expect(releaseNotes(CHANGELOG, 'v1.10.0', '1.10.0')).toBe('- The newest.\n');
    expect(releaseNotes(CHANGELOG, 'v1.0.0', '1.0.0')).toBe('- The first.\n');
    expect(releaseNotes(CHANGELOG.replaceAll('\n', '\r\n'), 'v1.0.0', '1.0.0')).toBe('- The first.\n');
  });

  test.each([
    [
      'another version in the tag',
      CHANGELOG,
      'v1.2.0',
      '1.1.0',
      'the tag is v1.2.0, the version in package.json is 1.1.0',
    ],
    ['a tag without its v', CHANGELOG, '1.1.0', '1.1.0', 'the tag is 1.1.0, the version in package.json is 1.1.0'],
    ['no section', CHANGELOG, 'v1.2.0', '1.2.0', 'no section "## 1.2.0 (date)"'],
    ['no date yet', '## 1.2.0 (unreleased)\n\n- Some.\n', 'v1.2.0', '1.2.0', 'write the date of the release'],
    [
      'an empty section',
      '## 1.2.0 (2027-04-01)\n\n## 1.1.0 (2027-02-01)\n',
      'v1.2.0',
      '1.2.0',
      'says nothing of 1.2.0',
    ],
  ])('are refused for %s', (_name, changelog, tag, version, message) => {
    expect(() => releaseNotes(changelog, tag, version)).toThrow(message);
  });

  test('are printed by the command, of this repository too once its changelog has the date', () => {
    const root = mkdtempSync(join(tmpdir(), 'rampart-notes-'));
    try {
      const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
      const { version } = JSON.parse(readFileSync(file('package.json'), 'utf8'));
      const changelog = readFileSync(file('CHANGELOG.md'), 'utf8');
      mkdirSync(join(root, 'scripts'));
      cpSync(file('scripts/release-notes.mjs'), join(root, 'scripts/release-notes.mjs'));
      cpSync(file('package.json'), join(root, 'package.json'));
      writeFileSync(join(root, 'CHANGELOG.md'), changelog.replace(/^(## \S+) \(unreleased\)$/m, '$1 (2027-01-01)'));
      const script = join(root, 'scripts/release-notes.mjs');
      const notes = execFileSync(process.execPath, [script, `v${version}`], { encoding: 'utf8' });
      expect(notes).toMatch(/^- /);
      expect(notes).not.toContain('## ');

      const refused = spawnSync(process.execPath, [script, 'v0.0.1'], { encoding: 'utf8' });
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toContain('the tag is v0.0.1');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

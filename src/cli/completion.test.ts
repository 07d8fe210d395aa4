import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagOf, settingsOf } from '../settings/table.ts';
import { saidBy } from './world.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-completion-'));
let script = '';

beforeAll(async () => {
  script = (await saidBy(['completion', 'bash'])).stdout;
  mkdirSync(join(folder, 'runs of may'));
  writeFileSync(join(folder, 'loan test.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of these words, as it splits them. */
function offered(...words: readonly string[]): string[] {
  const call = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rampart; for each in "\${COMPREPLY[@]}"; do echo "$each"; done`;
  const said = execFileSync('bash', ['--norc', '-c', `${script}\n${call}`, 'bash', 'rampart', ...words], {
    cwd: folder,
  });
  return said
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers the commands', () => {
    expect(offered('')).toEqual(
      expect.arrayContaining(['run', 'find', 'probe', 'report', 'doctor', 'serve', 'completion', 'help', '--ui']),
    );
    expect(offered('')).not.toContain('ui');
    expect(offered('fi')).toEqual(['find']);
    expect(offered('help', 'se')).toEqual(['serve']);
  });

  it('offers every flag of a command, and those of no other tool', () => {
    for (const command of ['run', 'find', 'probe'] as const) {
      const flags = offered(command, '-');
      expect(flags).toEqual(expect.arrayContaining(settingsOf(command).map(flagOf)));
      expect(flags).not.toContain('--users');
    }
    expect(offered('serve', '--strat')).toEqual(['--strategy']);
    expect(offered('run', 'http://h/', '--spawn')).toEqual(['--spawn-rate']);
  });

  it('offers the words that a flag takes', () => {
    expect(offered('run', '--timing', '')).toEqual(['precise', 'relaxed']);
    expect(offered('run', '--timing', '=')).toEqual(['precise', 'relaxed']);
    expect(offered('run', '--timing', '=', 're')).toEqual(['relaxed']);
    expect(offered('find', '--unit', 'r')).toEqual(['req/s']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
  });

  it('offers files and folders where they are meant, with spaces in their names, and nothing where nobody can guess', () => {
    expect(offered('run', 'lo')).toEqual(['loan test.json']);
    expect(offered('run', '--body-file', 'lo')).toEqual(['loan test.json']);
    expect(offered('run', '-o', '')).toEqual(['runs of may']);
    expect(offered('report', '')).toEqual(['runs of may']);
    expect(offered('run', '--vus', '')).toEqual([]);
  });
});

it.each(['zsh', 'fish'])('is there for %s, with every flag and its help', async (shell) => {
  const { code, stdout } = await saidBy(['completion', shell]);
  expect(code).toBe(0);
  const names = settingsOf('find').map(flagOf);
  for (const name of names) expect(stdout).toContain(shell === 'fish' ? `-l ${name.slice(2)} ` : name);
  expect(stdout).toContain('how narrow the interval shall be (default 10%)');
  expect(stdout).toContain('req/s vus');
});

it('is there for PowerShell, with every flag, its help and its words, quoted as it quotes', async () => {
  const { code, stdout } = await saidBy(['completion', 'powershell']);
  expect(code).toBe(0);
  for (const name of settingsOf('find').map(flagOf)) expect(stdout).toContain(`      '${name} `);
  expect(stdout).toContain("'find/--unit' { return & $offer @('req/s', 'vus') }");
  expect(stdout).toContain("'completion' = @('bash', 'zsh', 'fish', 'powershell')");
  // Each of these ends a text that is in single quotes: within one they stand twice.
  const texts = stdout.split('\n').filter((line) => /^ {4,6}'-/.test(line));
  expect(texts.length).toBeGreaterThan(300);
  for (const line of texts) expect(line).toMatch(/^ +'(?:[^'‘’‚‛]|(['‘’‚‛])\1)*'$/);
  // Keys of its tables know no case.
  for (const table of stdout.match(/= @\{\n[\s\S]*?\n {2}\}/g) ?? []) {
    const keys = [...table.matchAll(/^ {4}'([^']+)' = /gm)].map(([, key = '']) => key.toLowerCase());
    expect(new Set(keys).size).toBe(keys.length);
  }
  const open = (text: string) => [...stdout].filter((each) => each === text).length;
  expect(open('{')).toBe(open('}'));
});

it('names the shells that there are', async () => {
  const { code, stderr } = await saidBy(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('shell: "tcsh" is not allowed; write bash or zsh or fish or powershell');
});

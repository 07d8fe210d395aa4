import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

/**
 * The recipes of docs/ci.md as what would run them reads them: YAML is parsed, every shell text goes through `sh -n`, Groovy's
 * brackets and quotes are paired. That the commands themselves are right, `src/cli/recipes.test.ts` holds; `test/ci-page.test.ts` carries them out.
 */

const page = readFileSync(fileURLToPath(new URL('../docs/ci.md', import.meta.url)), 'utf8');
/** The blocks of a language, without the indentation of the list that they may stand in. */
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'))].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );

/** What the shell says of a text that it does not run. */
function complaintOf(text: string): string {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

interface GitHub {
  readonly on: readonly string[];
  readonly jobs: Record<string, { readonly 'runs-on': string; readonly steps: readonly Record<string, unknown>[] }>;
}

interface GitLab {
  readonly load: {
    readonly image: string;
    readonly script: readonly unknown[];
    readonly retry: unknown;
    readonly artifacts: unknown;
  };
}

test('there are two recipes in YAML, one in Groovy, and a loop', () => {
  expect([blocks('yaml').length, blocks('groovy').length, blocks('sh').length]).toEqual([2, 1, 1]);
});

describe('the recipe for GitHub', () => {
  const { on, jobs } = parse(blocks('yaml')[0] ?? '') as GitHub;
  const { steps, 'runs-on': machine } = jobs['load'] as GitHub['jobs'][string];

  test('is a job of steps that are a command or an action of a version', () => {
    expect(on).toEqual(['pull_request']);
    expect(machine).toBe('ubuntu-latest');
    for (const { run, uses, name: _, if: __, with: ___, ...unknown } of steps) {
      expect(unknown).toEqual({});
      expect((run === undefined) !== (uses === undefined)).toBe(true);
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
  });

  test('has commands that a shell reads, each in one line where it is one', () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [String(run)]));
    expect(commands.map(complaintOf)).toEqual(commands.map(() => ''));
    // A folded text with a more indented line keeps its line break, which would end the command half-way.
    const load = commands.find((command) => command.includes('rampart run')) ?? '';
    expect(load.trim().split('\n')).toHaveLength(1);
  });

  test('keeps the folder that the run writes, whatever came of it', () => {
    const kept = steps.find(({ uses }) => String(uses).startsWith('actions/upload-artifact'));
    expect(kept).toMatchObject({ if: 'always()', with: { path: 'load-test' } });
    expect(page).toContain('--out load-test --quiet');
  });
});

describe('the recipe for GitLab', () => {
  const { load } = parse(blocks('yaml')[1] ?? '') as GitLab;

  test('has a script of texts that a shell reads, each one command', () => {
    for (const line of load.script) {
      expect(line).toBeTypeOf('string');
      expect(complaintOf(String(line))).toBe('');
      expect(String(line).trim().split('\n')).toHaveLength(1);
    }
  });

  test('tries again where nothing could be measured, and then alone; keeps folder and JUnit file whatever came of it', () => {
    expect(load.retry).toEqual({ max: 2, exit_codes: [5] });
    expect(load.artifacts).toEqual({
      when: 'always',
      paths: ['load-test'],
      reports: { junit: 'load-test/junit.xml' },
    });
  });
});

describe('the recipe for Jenkins', () => {
  const [text = ''] = blocks('groovy');
  // Strings first: brackets within them are text.
  const strings = /'''([\s\S]*?)'''|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g;

  test('has brackets and quotes in pairs', () => {
    const code = text.replaceAll(strings, '');
    expect(code).not.toMatch(/['"]/);
    const open: string[] = [];
    for (const sign of code.match(/[(){}[\]]/g) ?? []) {
      if ('({['.includes(sign)) open.push(sign);
      else expect(`${open.pop()}${sign}`).toMatch(/^(\(\)|\{\}|\[\])$/);
    }
    expect(open).toEqual([]);
  });

  test('gives the shell a text that it reads, in which each line but the last goes on', () => {
    const [script = ''] = [...text.matchAll(strings)].flatMap(([, triple]) => (triple === undefined ? [] : [triple]));
    // In Groovy a backslash in ''' is written twice.
    const command = script.replaceAll('\\\\', '\\').trim();
    expect(complaintOf(command)).toBe('');
    expect(
      command
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true);
  });
});

test('the loop is one that a shell reads', () => {
  expect(complaintOf(blocks('sh')[0] ?? '')).toBe('');
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

/** The workflows run elsewhere, so what they name is held here: every script, file and job of theirs is one that exists. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const { scripts, engines } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

interface Step {
  readonly run?: string;
  readonly uses?: string;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: Record<string, readonly unknown[]> };
  readonly permissions?: Record<string, string>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}`));
const commands = ({ jobs }: Workflow): string[] =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
const names = readdirSync(`${ROOT}.github/workflows`);

describe.each(names)('the workflow %s', (name) => {
  const { jobs, permissions } = workflow(name);

  test('runs scripts and files that exist', () => {
    for (const command of commands(workflow(name))) {
      for (const [, script = ''] of command.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
        expect([script, Object.keys(scripts).includes(script)]).toEqual([script, true]);
      for (const [, path = ''] of command.matchAll(/(?:\bnode |(?:^|\s))((?:scripts|\.ci|bench|bin)\/[\w./-]+)/g))
        expect([path, existsSync(`${ROOT}${path}`)]).toEqual([path, true]);
    }
  });

  test('has jobs that end in bounded time, wait for jobs of its own, and may only read unless they say so', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const { needs = [], steps, ...job } of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const needed of [needs].flat()) expect(Object.keys(jobs)).toContain(needed);
      for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
  });
});

test('CI runs everything on Linux and the unit tests elsewhere, from the oldest Node that the package names', () => {
  const { jobs } = workflow('ci.yml');
  const matrices = Object.values(jobs)
    .map(({ strategy }) => strategy?.matrix)
    .filter((matrix) => matrix !== undefined);
  expect(matrices).toEqual([{ node: [20, 22, 24] }, { os: ['macos-latest', 'windows-latest'], node: [20, 22, 24] }]);
  expect(engines.node).toMatch(/^>=20\./);
  expect(commands(workflow('ci.yml')).some((command) => command.endsWith('.ci/run'))).toBe(true);
  for (const script of ['check', 'test:unit', 'demo'])
    expect(commands(workflow('ci.yml'))).toContain(`npm run ${script}`);
});

test('a release has its notes before it publishes anything, and a provenance', () => {
  const { on, jobs } = workflow('release.yml');
  expect(on).toEqual({ push: { tags: ['v*'] } });
  const [first] = jobs['ready']?.steps.flatMap(({ run }) => run ?? []) ?? [];
  expect(first).toContain('node scripts/release-notes.mjs');
  for (const [name, { needs }] of Object.entries(jobs)) if (name !== 'ready') expect(needs).toBeDefined();
  expect(jobs['package']?.permissions).toMatchObject({ 'id-token': 'write' });
  expect(jobs['package']?.steps.map(({ run }) => run)).toContain('npm publish --provenance --access public');
});

test('.ci/run calls every check, and counts them', () => {
  const checks = (scripts['check'] ?? '').match(/check:\w+/g) ?? [];
  const [, listed = ''] = /^checks=\(([\w ]+)\)$/m.exec(read('.ci/run')) ?? [];
  expect(
    listed
      .split(' ')
      .map((check) => `check:${check}`)
      .sort(),
  ).toEqual([...checks].sort());
  expect(read('.ci/run')).toMatch(/\(\(passed \+ \$\{#checks\[@\]\} -/);
});

test('issue forms have what such a form needs', () => {
  const forms = readdirSync(`${ROOT}.github/ISSUE_TEMPLATE`).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(0);
  for (const name of forms) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}`));
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String), body: expect.any(Array) });
    const fields = form.body.filter(({ type }: { type: string }) => type !== 'markdown');
    const ids = fields.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, type, attributes } of fields) {
      expect(id).toMatch(/^[a-z]+$/);
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes.label).toEqual(expect.any(String));
    }
  }
});

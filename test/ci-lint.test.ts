/**
 * The examples for CI, this repository's own workflows and the recipes of docs/ci.md, read by what reads such files elsewhere: actionlint
 * for GitHub, GitLab's schema, a parser of Groovy for Jenkins. What they run is tried by `ci-examples.test.ts` and `ci-page.test.ts`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from './command.ts';
import { printedBy } from './python.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/ci.md');
const recipes = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const [githubRecipe = '', gitlabRecipe = ''] = recipes('yaml');
const [jenkinsRecipe = ''] = recipes('groovy');

/** The action itself in the place of its published version, so that what is given to it is held against `action.yml`. */
const example = read('examples/ci/github.yml').replaceAll(/rampart-load\/rampart@\w+/g, './');

describe('the workflows for GitHub', () => {
  const linter = join(temporaryFolder(), 'actionlint');

  beforeAll(() => {
    const source = join(ROOT, 'test/go/actionlint');
    const module = 'github.com/rhysd/actionlint/cmd/actionlint';
    execFileSync('go', ['build', '-C', source, '-o', linter, module], { env: { ...process.env, CGO_ENABLED: '0' } });
  }, 240_000);

  /** What actionlint has against a workflow in a repository that holds the action. */
  function complaints(text: string): string {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.git'));
    mkdirSync(join(cwd, '.github/workflows'), { recursive: true });
    writeFileSync(join(cwd, 'action.yml'), read('action.yml'));
    mkdirSync(join(cwd, 'scripts/ci'), { recursive: true });
    const path = '.github/workflows/performance.yml';
    writeFileSync(join(cwd, path), text);
    // Programs of the machine would make it say more in one place than in another.
    const { stdout, stderr, status } = spawnSync(linter, ['-no-color', '-shellcheck=', '-pyflakes=', path], {
      cwd,
      encoding: 'utf8',
    });
    expect([0, 1]).toContain(status);
    return `${stdout}${stderr}`;
  }

  it.each<readonly [string, string]>([
    ['examples/ci/github.yml', example],
    ['the recipe of docs/ci.md', githubRecipe],
    ...readdirSync(join(ROOT, '.github/workflows')).map((name) => [name, read(`.github/workflows/${name}`)] as const),
  ])('%s has nothing against it', (_, text) => {
    expect(complaints(text)).toBe('');
  });

  it('would be told of an input that the action does not have, and of one that is left out', () => {
    expect(complaints(example.replace('command: >-', 'comand: >-'))).toMatch(
      /missing input "command"[\s\S]*input "comand" is not defined/,
    );
  });
});

describe('the files for GitHub and GitLab', () => {
  const gitlab = read('examples/ci/gitlab-ci.yml');
  const action = read('action.yml');
  const problems = async (
    test: TestContext,
    files: readonly (readonly [schema: string, text: string])[],
  ): Promise<readonly string[][]> =>
    JSON.parse(
      await printedBy(test, 'ci_schemas.py', JSON.stringify(files.map(([schema, text]) => ({ schema, text })))),
    );

  it('have nothing against them by their schemas', async (test) => {
    const found = await problems(test, [
      ['gitlab-ci', gitlab],
      ['gitlab-ci', gitlabRecipe],
      ['github-workflows', read('examples/ci/github.yml')],
      ['github-workflows', githubRecipe],
      ['github-actions', action],
    ]);
    expect(found).toEqual([[], [], [], [], []]);
  });

  it('would be told of a time, a report and a word that are not known there', async (test) => {
    const found = await problems(test, [
      ['gitlab-ci', gitlab.replace('when: always', 'when: sometimes')],
      ['gitlab-ci', gitlab.replace('junit: rampart/junit.xml', 'junit: 5')],
      ['github-actions', action.replace('shell: bash', 'shel: bash')],
    ]);
    expect(found.map((each) => each.length > 0)).toEqual([true, true, true]);
  });
});

describe('the pipelines for Jenkins', () => {
  interface Pipeline {
    readonly problems: readonly string[];
    readonly blocks: readonly string[];
  }
  const parsed = async (test: TestContext, text: string): Promise<Pipeline> =>
    JSON.parse(await printedBy(test, 'jenkinsfile_parse.py', text));
  const files = [
    ['examples/ci/Jenkinsfile', read('examples/ci/Jenkinsfile')],
    ['the recipe of docs/ci.md', jenkinsRecipe],
  ] as const;

  it.for(files)('%s is Groovy, with the blocks of a declarative pipeline', async ([, text], test) => {
    const { problems, blocks } = await parsed(test, text);
    expect(problems).toEqual([]);
    for (const block of ['pipeline', 'pipeline/agent', 'pipeline/stages/stage/steps']) expect(blocks).toContain(block);
    // What Jenkins lets stand in a pipeline and in a stage; anything else there is an error of its own.
    const known = /^(agent|stages|stage|steps|post|options|environment|parameters|triggers|tools|when|input)$/;
    for (const block of blocks) {
      const [, inPipeline] = /^pipeline\/([^/]+)$/.exec(block) ?? [];
      const [, inStage] = /^pipeline\/stages\/stage\/([^/]+)$/.exec(block) ?? [];
      for (const name of [inPipeline, inStage]) if (name !== undefined) expect(name).toMatch(known);
    }
  });

  it('would be told of a bracket that is missing, and of a text without its end', async (test) => {
    const [, text] = files[0];
    expect(
      (await parsed(test, text.replace("timeout(time: 30, unit: 'MINUTES') }", "timeout(time: 30, unit: 'MINUTES'")))
        .problems,
    ).not.toEqual([]);
    expect((await parsed(test, text.replace(/'''\s*\}/, '}'))).problems).not.toEqual([]);
  });
});

it('have shell that sh and bash read', () => {
  const action = parse(read('action.yml')) as { runs: { steps: readonly { readonly run?: string }[] } };
  const github = parse(example) as { jobs: Record<string, { steps: readonly { readonly run?: string }[] }> };
  const gitlab = parse(read('examples/ci/gitlab-ci.yml')) as { performance: { script: readonly string[] } };
  const [, jenkins = ''] = /sh '''([\s\S]*?)'''/.exec(read('examples/ci/Jenkinsfile')) ?? [];
  const texts = [
    ...action.runs.steps.flatMap(({ run }) => (run === undefined ? [] : [['bash', run] as const])),
    ...Object.values(github.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => (run === undefined ? [] : [['bash', run] as const])),
    ),
    ...gitlab.performance.script.map((line) => ['sh', line] as const),
    // In Groovy a backslash is written twice, and one before a line's end joins it with the next.
    ['sh', jenkins.replaceAll('\\\n', '').replaceAll('\\\\', '\\')] as const,
  ];
  expect(texts.length).toBeGreaterThan(6);
  for (const [shell, text] of texts)
    execFileSync(shell, ['-n'], { input: text.replaceAll(/\$\{\{.*?\}\}/g, 'x'), stdio: 'pipe' });
});

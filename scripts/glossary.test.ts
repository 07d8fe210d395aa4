import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const glossary = read('docs/glossary.md');

/** The left column of the glossary's last table. */
const retired = [...glossary.slice(glossary.indexOf('## Write instead')).matchAll(/^\| (`.*?`) \|/gm)].flatMap(
  ([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, phrase = '']) => phrase),
);

/** A phrase in running text, where a line may end at any of its spaces, in a comment too; `…` is the rest of its sentence. */
function pattern(phrase: string): RegExp {
  const parts = phrase.split(/( … | )/).map((part) => {
    if (part === ' … ') return '[^.:;|]{1,60}?';
    return part === ' ' ? '\\s+(?:[*/]+\\s+)?' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(parts.join(''));
}

const patterns = retired.map((phrase) => ({ phrase, expression: pattern(phrase) }));
const retiredIn = (text: string): string[] =>
  patterns.filter(({ expression }) => expression.test(text)).map(({ phrase }) => phrase);

/** Where a person reads what the project says: code with its messages and comments, pages, examples, settings of services. */
const FOLDERS = [
  '.github',
  'bench',
  'bin',
  'deploy',
  'docs',
  'examples',
  'reference-server',
  'scenarios',
  'scripts',
  'src',
];
/** Glossary and test have the retired words themselves. */
const APART = ['docs/glossary.md', 'scripts/glossary.test.ts'];
const texts = ['.', ...FOLDERS]
  .flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: folder !== '.', encoding: 'utf8' }).map((path) =>
      folder === '.' ? path : `${folder}/${path}`,
    ),
  )
  .filter((path) => /\.(?:ts|mjs|css|md|ya?ml|py|conf)$|Dockerfile$/.test(path))
  .filter((path) => !/\.(?:test|fixture)\.ts$/.test(path) && !APART.includes(path));

test('the patterns know the words in running text, and nothing else', () => {
  expect(retired.length).toBeGreaterThan(8);
  for (const [text, found] of [
    ['at most so many; who finds all\n * busy waits', ['who finds all busy waits']],
    ['It takes 126 requests per second under p95<250ms.', ['It takes … requests per second']],
    ['It takes 40 to 60 concurrent users.', ['It takes … concurrent users']],
    ['It takes two minutes. Then 40 requests per second are sent.', []],
    ['The half takes about 3,000 requests; it takes longer.', []],
  ] as const)
    expect(retiredIn(text)).toEqual(found);
});

test('every kind of text is looked at', () => {
  for (const path of ['CHANGELOG.md', 'README.md', 'action.yml', 'bin/cli.ts', 'docs/decisions/0001-own-histogram.md'])
    expect(texts).toContain(path);
  for (const path of [
    'examples/README.md',
    'reference-server/admin-guard.ts',
    'src/cli/run.ts',
    'src/report/client/styles.css',
  ])
    expect(texts).toContain(path);
});

test.each(texts)('%s is in the words of the glossary', (path) => {
  expect(retiredIn(read(path))).toEqual([]);
});

test('the glossary says each word once', () => {
  const words = [...glossary.slice(0, glossary.indexOf('## Write instead')).matchAll(/^\| ([^|]+) \|/gm)]
    .map(([, word = '']) => word.trim())
    .filter((word) => word !== 'word');
  expect(words.length).toBeGreaterThan(40);
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
});

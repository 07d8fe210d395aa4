/** The page on reliability, drawn from the results that its sections' scripts left. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { faultsSection } from './faults-section.ts';
import { journalSection } from './journal-section.ts';
import { parserSection } from './parser-section.ts';
import type { Section } from './section.ts';
import { signalsSection } from './signals-section.ts';
import { viewersSection } from './viewers-section.ts';

const PAGE = 'docs/reliability.md';
const fileOf = (name: string): string => `bench/reliability/${name}.json`;

/** In the page's order. A section without results yet is left out. */
const SECTIONS: readonly Section<never>[] = [
  parserSection,
  signalsSection,
  faultsSection,
  viewersSection,
  journalSection,
];

const HEAD = `# How reliable it is

What was tried to make it fail, and what came of it. Each section is written by a script of its own from the results that lie beside the scripts in
\`bench/reliability/\`; nobody edits this page by hand. What has no figure is held by the test suite: hostile texts (escape sequences, turned
writing, markup, formulas) in every field that comes from outside and every file of a run are inert (\`src/report/hostile.test.ts\`).
`;

/** Keeps the results of one section, and draws the page again. */
export function saveSection<Results>(section: Section<Results>, results: Results): void {
  writeFileSync(fileOf(section.name), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(PAGE, reliabilityPage());
}

/** `docs/reliability.md`, from the results that there are. */
function reliabilityPage(): string {
  const sections = SECTIONS.filter(({ name }) => existsSync(fileOf(name))).map((section) =>
    section.render(JSON.parse(readFileSync(fileOf(section.name), 'utf8')) as never),
  );
  return [HEAD, ...sections].join('\n');
}

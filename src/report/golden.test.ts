import { readFileSync, writeFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import type { RunResult } from '../core/result.ts';
import { readJournal } from '../run/journal.ts';
import { IntervalArchive } from './archive.ts';
import { readArchive } from './client/archive.ts';
import type { EmbeddedRun } from './client/embedded.ts';
import { renderHtml } from './html.ts';

/**
 * A journal of a small real run, and the report that was made of it. After a change that is meant,
 * `npx vitest run --project unit src/report/golden.test.ts --update` writes the report anew; the difference is then read in
 * review.
 */
const JOURNAL = new URL('golden/journal.ndjson', import.meta.url);
const REPORT = new URL('golden/report.html', import.meta.url);

/** Without script and style: those have their own tests, and change with every colour. */
function drawnAgain(): string {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  for (const event of readJournal(readFileSync(JOURNAL, 'utf8'), 'golden')) {
    fold.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  const result = fold.result();
  return renderHtml(result, { script: '', style: '' }, archive.pack(result.timeline, result.failures));
}

const DATA = /(<script type="application\/json" id="timeline">)(.*?)(<\/script>)/;
const NUMBER = /\d+(?:\.\d+)?/g;

/** The page without its packed data: what it is made of, an element a line, and the numbers in it. */
function partsOf(html: string): { structure: string[]; numbers: number[] } {
  const page = html.replace(DATA, '$1$3');
  return {
    structure: page.replace(NUMBER, '#').split(/(?=<)|\n/),
    numbers: (page.match(NUMBER) ?? []).map(Number),
  };
}

/** Unpacked: another version of zlib packs the same differently. */
function dataOf(html: string): unknown {
  const [, , json = ''] = DATA.exec(html) ?? [];
  const { intervals, ...run } = JSON.parse(json) as EmbeddedRun;
  return { run, archive: readArchive(inflateRawSync(Buffer.from(intervals, 'base64'))) };
}

it('draws the committed journal as the committed report: the same structure, the same numbers', () => {
  const now = drawnAgain();
  if (process.env['GOLDEN'] === 'update') writeFileSync(REPORT, now);
  const committed = readFileSync(REPORT, 'utf8');
  expect(partsOf(now)).toEqual(partsOf(committed));
  expect(dataOf(now)).toEqual(dataOf(committed));
});

it('has a committed example whose journal comes to its result, and whose files say the same', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`../../reports/example/${name}`, import.meta.url), 'utf8');
  const fold = new RunFold();
  for (const event of readJournal(read('journal.ndjson'), 'example')) fold.accept(event);
  const { totals, series } = fold.result();
  const result = JSON.parse(read('result.json')) as RunResult;
  expect(JSON.parse(JSON.stringify(totals))).toEqual(result.totals);
  expect(Object.keys(series)).toEqual(['predict', 'batch', 'health']);
  expect(['passed', 'failed']).toContain(result.verdict.status);
  expect(read('stats.csv')).toContain(`,Aggregated,${totals.ok + totals.failed},`);
  expect(read('report.html')).toContain('scenarios/mixed.yaml');
});

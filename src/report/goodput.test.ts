import { expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { micros } from '../core/units.ts';
import { goodputSentence } from './goodput.ts';
import { keyFiguresOf } from './html/key-figures.ts';
import { goodputTable } from './html/tables.ts';
import { toMarkdown } from './markdown.ts';
import { fixtureResult } from './result.fixture.ts';
import { renderSummary } from './summary.ts';

const GOODPUT = { good: 962, judged: 1000, share: 0.962, ci95: [0.948, 0.973], perSec: 96.2 } as const;

function withGoodput(more: Partial<RunResult['goodput']> = {}): RunResult {
  const result = fixtureResult();
  const series = Object.entries(result.series).map(([name, part]) => [name, { ...part, goodput: GOODPUT }]);
  const limits = [
    { text: 'ttft<300ms', of: 'ttft', op: '<', limit: micros(300_000) },
    { text: 'tpot<40ms', of: 'tpot', op: '<', limit: micros(40_000) },
  ] as const;
  return {
    ...result,
    plan: { ...result.plan, goodput: limits },
    goodput: { ...GOODPUT, ...more },
    series: Object.fromEntries(series),
  };
}

const SENTENCE =
  'Goodput 96.2 % (94.8 % to 97.3 %), 96.2/s: 962 requests of 1,000 met ttft<300ms and tpot<40ms at once.';

it('is said in a sentence, with those of which it is not known', () => {
  expect(goodputSentence(withGoodput())).toBe(SENTENCE);
  expect(goodputSentence(withGoodput({ open: 3 }))).toBe(
    `${SENTENCE} Of 3 requests given up at the end it is not known.`,
  );
  expect(goodputSentence(fixtureResult())).toBe('');
});

it('is in every output where it was asked for, and in none where it was not', () => {
  const outputs = (result: RunResult): string[] => [
    renderSummary(result, { columns: 200, colour: false }),
    toMarkdown(result).replaceAll('\\', ''),
    keyFiguresOf(result),
    goodputTable(result),
  ];
  for (const output of outputs(withGoodput())) expect(output).toContain('96.2 %');
  for (const output of outputs(fixtureResult())) expect(output).not.toMatch(/goodput/i);
  const [summary, markdown, , table] = outputs(withGoodput());
  expect(summary).toContain('Goodput 96.2 % (94.8 % to 97.3 %), 96.2/s: 962 requests');
  expect(markdown).toMatch(/Achieved \| Goodput \|\n.*--: \| --: \|\n\| `POST \/predict` .* 96\.2 % \|\n/);
  expect(table).toContain('POST');
});

import { describe, expect, it } from 'vitest';
import { formatMs, formatRate } from '../analyze/wording.ts';
import { errorOf } from '../plan/error.fixture.ts';
import { fixtureResult } from './result.fixture.ts';
import { fillSummaryTemplate, parseSummaryTemplate } from './summary-template.ts';

const RESULT = fixtureResult();
const filled = (text: string, result = RESULT): string =>
  fillSummaryTemplate(parseSummaryTemplate(text, 's.tmpl'), result);

describe('a summary by a template', () => {
  it('has places of the result, written as they are or as it says', () => {
    const { latency, rates, run, series } = RESULT;
    const [name = ''] = Object.keys(series);
    expect(filled('{{run.id}}: {{latency.response.p95 ms}}, {{ rates.achievedPerSec rate }}')).toBe(
      `${run.id}: ${formatMs(latency.response.p95 ?? 0)}, ${formatRate(rates.achievedPerSec)}\n`,
    );
    expect(filled(`{{series."${name}".totals.ok}} {{latency.response."p99.9"}}`)).toBe(
      `${series[name]?.totals.ok} ${latency.response['p99.9'] ?? '–'}\n`,
    );
    expect(filled('{{sentence}}\n')).toMatch(/\S.*\n$/);
  });

  it('has a dash for what is not known, and braces that stand for themselves', () => {
    expect(filled('{{breakingPoint.estimate rate}} {{run.nothing}} {{run.constructor}} {{{{x}} }')).toBe(
      '– – – {{x}} }\n',
    );
  });

  it('moves no cursor, whatever a name holds', () => {
    const hostile = { ...RESULT, run: { ...RESULT.run, id: 'a\u001b[2J' } };
    expect(filled('{{run.id}} {{run}}', hostile)).not.toContain('\u001b');
  });

  it.each([
    [
      'a part that there is not',
      'x\n{{latencies.p95}}',
      /bad-file s\.tmpl, line 2: \{\{latencies\.p95\}\} is no part of the result \| There are: sentence, format/,
    ],
    [
      'no way to write',
      '{{run.id pretty}}',
      /line 1: \{\{run\.id pretty\}\} is to be written as pretty \| There are: ms, rate/,
    ],
    ['nothing', '{{ }}', /line 1: \{\{\}\} names no place/],
    ['no end', '\n\n{{run.id', /line 3: \{\{run\.id\}\} is not closed/],
  ])('is refused with its line: %s', (_, text, message) => {
    expect(errorOf(() => parseSummaryTemplate(text, 's.tmpl'))).toMatch(message);
  });
});

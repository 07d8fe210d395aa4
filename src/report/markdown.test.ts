import { describe, expect, it } from 'vitest';
import { headline } from '../analyze/headline.ts';
import { toMarkdown } from './markdown.ts';
import { fixtureResult } from './result.fixture.ts';

/** Cells of a table row, split at bars that are not escaped. */
const cells = (line: string): string[] => line.split(/(?<!\\)\|/).slice(1, -1);

describe('toMarkdown', () => {
  const result = fixtureResult();
  const text = toMarkdown(result);

  it('begins with the answer', () => {
    const first = text.split('\n')[0]?.replaceAll('\\', '');
    expect(first).toBe(`## ${headline(result).sentence}`);
  });

  it('has a table with as many cells in every row', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(cells(row)).toHaveLength(9);
    expect(rows[2]).toContain('| `POST /predict` | 600 | 1.7 % |');
    expect(rows[6]).toContain('| **All requests** | 1,200 | 1.7 % |');
  });

  it('has the checks, the failures and what the numbers mean', () => {
    expect(text).toMatch(/### Checks\n\n- ○ `p95<250ms` not sure: p95 was /);
    expect(text).toContain('- ■ `errors<1%` ');
    expect(text).toContain('- 10 × `POST /predict` http-error: `HTTP 503 Service Unavailable`');
    expect(text).toContain('Response time: due → last byte');
  });

  it('has a small chart of letters of what happened by time', () => {
    expect(text).toMatch(/```text\np95 {5}[▁▂▃▅▆▇ ]+ up to \d/);
  });

  it('has no empty sections', () => {
    const clean = toMarkdown({ ...result, failures: [], verdict: { status: 'passed', checks: [], doubts: [] } });
    expect(clean).not.toContain('###');
    expect(clean).not.toContain('\n\n\n');
  });

  it('lets nothing from the target become markup', () => {
    const message = '`x` | ``y`` <img src=x> @everyone [a](javascript:b)\n# head';
    const names = ['POST /a|b`c'];
    const evil = toMarkdown(fixtureResult({ message, names }));
    const row = evil.split('\n').find((line) => line.startsWith('| `` POST') || line.startsWith('| ``POST'));
    expect(cells(String(row))).toHaveLength(9);
    expect(row).toContain('``POST /a\\|b`c``');
    expect(evil).toContain(': ``` `x` | ``y`` <img src=x> @everyone [a](javascript:b) # head ```\n');
    expect(evil).not.toMatch(/^# head/m);
  });

  it('escapes what a sentence quotes', () => {
    const doubts = [{ code: 'no-samples', message: '<b>@all</b> *x* `y` a|b', hint: '', invalidates: true }] as const;
    const quoted = toMarkdown({ ...result, verdict: { status: 'invalid', checks: [], doubts } });
    expect(quoted).toContain('- \\<b\\>@<!-- -->all\\</b\\> \\*x\\* \\`y\\` a\\|b\n');
  });

  it('stays small, whatever the number and length of failures', () => {
    const [failure] = result.failures;
    const failures = Array.from({ length: 5000 }, (_, i) => ({ ...failure!, message: `${i} ${'x'.repeat(5000)}` }));
    expect(toMarkdown({ ...result, failures }).length).toBeLessThan(10_000);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { measured, temporaryFolder } from './command.ts';
import { afterEachAttempt, codeOf, undisturbed } from './disturbed.ts';
import { type Served, serve } from './served.ts';

/** Right answers under load: the 691 held-out days of the forecast, each with scikit-learn's own forecast. */

const DAYS = fileURLToPath(new URL('../scenarios/forecast-days.jsonl', import.meta.url));

let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
});

/** The server's own count is the tester's. */
async function expectSameTotals({ totals }: RunResult): Promise<void> {
  const stats = (await (await fetch(new URL('/stats', served?.url))).json()) as {
    received: number;
    byStatus: Record<string, number>;
  };
  expect(stats.byStatus).toEqual(totals.byStatus);
  expect(stats.received).toBe(totals.sent);
}

describe('the forecasts of 691 days', () => {
  for (const strategy of ['global', 'pool', 'cluster'])
    it(
      `are scikit-learn’s under load, from ${strategy}`,
      undisturbed(async () => {
        served = await serve('forecast', '--strategy', strategy);
        const rows = ['--data', DAYS, '--data-order', 'once', '--expect-field', 'expected'];
        const { code, result } = await measured(['run', served.url, ...rows, '--vus', '16']);
        expect(code).toBe(codeOf(result, 0));
        expect(result.totals).toMatchObject({ ok: 691, failed: 0, byStatus: { 200: 691 } });
        await expectSameTotals(result);
      }),
    );

  it(
    'are told from others: one digit that is not as expected is a wrong answer',
    undisturbed(async () => {
      const lines = readFileSync(DAYS, 'utf8').trimEnd().split('\n');
      const wrong = lines.map((line, n) => (n % 100 === 0 ? line.replace(/\d(?=\]"\}\}$)/, 'X') : line));
      const file = join(temporaryFolder(), 'days.jsonl');
      writeFileSync(file, `${wrong.join('\n')}\n`);
      served = await serve('forecast');
      const rows = ['--data', file, '--data-order', 'once', '--expect-field', 'expected'];
      const { result } = await measured(['run', served.url, ...rows, '--vus', '16']);
      expect(result.totals.byOutcome).toMatchObject({ ok: 684, 'wrong-answer': 7 });
      await expectSameTotals(result);
    }),
  );
});

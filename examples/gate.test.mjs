// A test that fails when the target is too slow, or the measurement says nothing of it. The address is in TARGET.
import { fileURLToPath } from 'node:url';
import { run } from 'rampart';
import { expect, it } from 'vitest';

const url = process.env.TARGET ?? 'http://127.0.0.1:8989/predict';

it('answers 19 of 20 requests within a quarter of a second', { timeout: 60_000 }, async () => {
  const { verdict, totals } = await run({
    url,
    bodyFile: fileURLToPath(new URL('loan.json', import.meta.url)),
    vus: 2,
    duration: '3s',
    thresholds: 'p95<250ms',
  });
  expect(verdict.doubts.filter(({ invalidates }) => invalidates)).toEqual([]);
  expect(verdict.checks.map(({ message, status }) => `${status}: ${message}`)).toEqual([
    expect.stringMatching(/^passed/),
  ]);
  expect(totals.failed).toBe(0);
});

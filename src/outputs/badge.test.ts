import { describe, expect, it } from 'vitest';
import { resultOf, spread } from '../analyze/events.fixture.ts';
import { toBadge } from './badge.ts';

const run = resultOf({ ok: spread(100, 10_000, 20_000) });
const withStatus = (status: typeof run.verdict.status) => ({ ...run, verdict: { ...run.verdict, status } });

describe('a badge', () => {
  it('says the p95 in the colour of the verdict', () => {
    const passed = toBadge(withStatus('passed'));
    expect(passed).toMatch(/aria-label="p95: (19|20) ms"/);
    expect(passed).toContain('fill="#0b7a55"');
    expect(toBadge(withStatus('failed'))).toContain('fill="#c62828"');
  });

  it('names no figure of a measurement that is none', () => {
    for (const status of ['invalid', 'interrupted'] as const)
      expect(toBadge(withStatus(status))).toContain(`aria-label="load test: ${status}"`);
  });
});

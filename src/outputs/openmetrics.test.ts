import { describe, expect, it } from 'vitest';
import { resultOf, spread } from '../analyze/events.fixture.ts';
import { toOpenMetrics } from './openmetrics.ts';

describe('the figures of a run as OpenMetrics', () => {
  it('are those of the result, in seconds; what is not known is left out', () => {
    const result = resultOf({ ok: spread(100, 10_000, 20_000), ended: { timeout: 1 } });
    const text = toOpenMetrics(result);
    const { p95 } = result.latency.responseWithFailures;
    expect(text).toContain(`rampart_response_seconds{quantile="0.95"} ${(p95 ?? 0) / 1e3}\n`);
    expect(text).toContain(`rampart_failed_ratio ${10 / 1_010}\n`);
    expect(text).not.toContain('rampart_breaking_point');
    expect(text.endsWith('# EOF\n')).toBe(true);
  });
});

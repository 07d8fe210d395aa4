import { describe, expect, it } from 'vitest';
import { foldOf, resultOf, spread } from '../analyze/events.fixture.ts';
import { EVENTS } from '../analyze/few-events.fixture.ts';
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

  it('have what streams are judged by, and goodput, where there is any', () => {
    const result = foldOf(EVENTS).result();
    const text = toOpenMetrics(result);
    const { max } = result.latency.timeToFirstToken ?? {};
    expect(max).toBe(9);
    // Three are too few for any percentile.
    expect(text).not.toContain('rampart_time_to_first_token_seconds{');
    expect(text).toContain(`rampart_output_tokens_per_second ${result.streams?.outputTokensPerSec}\n`);
    expect(text).toContain('rampart_streams_ended{finish="stop"} 2\nrampart_streams_ended{finish="length"} 1\n');
    expect(text).toContain(`rampart_goodput_ratio ${result.goodput?.share}\n`);
    const many = resultOf({ ok: spread(100, 10_000, 20_000) });
    const streamed = toOpenMetrics({ ...many, latency: { ...many.latency, timeToFirstToken: many.latency.response } });
    expect(streamed).toContain(
      `rampart_time_to_first_token_seconds{quantile="0.95"} ${(many.latency.response.p95 ?? 0) / 1e3}\n`,
    );
    expect(toOpenMetrics(many)).not.toMatch(/stream|token|goodput/);
  });
});

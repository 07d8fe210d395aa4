import { describe, expect, it } from 'vitest';
import { resultOf, spread } from '../analyze/events.fixture.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { toBrowserPerformance } from './browser-performance.ts';

type Subject = { subject: string; metrics: { name: string; value: number; desiredSize: string }[] };
const read = (text: string) => JSON.parse(text) as Subject[];

describe('figures for GitLab’s widget of browser performance', () => {
  it('say which way is better, and are those of the result', () => {
    const result = resultOf({ ok: spread(100, 10_000, 20_000), ended: { timeout: 1 } });
    const [all, ...others] = read(toBrowserPerformance(result));
    expect(others).toEqual([]);
    const of = (name: string) => all?.metrics.find((metric) => metric.name === name);
    expect(of('p95 (ms)')?.value).toBeCloseTo(result.latency.responseWithFailures.p95 ?? 0, 3);
    expect(of('p95 (ms)')?.desiredSize).toBe('smaller');
    expect(of('achieved (1/s)')?.desiredSize).toBe('larger');
    expect(of('failed (%)')?.value).toBeCloseTo((100 * 10) / 1_010, 4);
  });

  it('are of each request too where there are several', () => {
    const result = fixtureResult({ names: ['POST /a', 'GET /b'] });
    const subjects = read(toBrowserPerformance(result)).map(({ subject }) => subject);
    expect(subjects).toEqual(['all requests', ...Object.keys(result.series)]);
  });
});

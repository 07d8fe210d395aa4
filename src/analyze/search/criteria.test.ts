import { describe, expect, it } from 'vitest';
import type { Threshold } from '../../core/plan.ts';
import { micros } from '../../core/units.ts';
import { assumedCriteria, criteriaOf, timesLimited } from './criteria.ts';

const p95: Threshold = {
  text: 'p95<250ms',
  metric: { kind: 'percentile', p: 95 },
  op: '<',
  limit: 250_000,
  unit: 'µs',
};

describe('what a search can look for', () => {
  it('is a limit from above on a percentile, the mean or the error share', () => {
    const mean: Threshold = { ...p95, text: 'mean<1s', metric: { kind: 'mean' }, limit: 1e6 };
    const errors: Threshold = { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' };
    expect(criteriaOf([p95, mean, errors])).toEqual([
      { slo: 'p95<250ms', kind: 'latency', p: 0.95, limit: 250_000 },
      { slo: 'mean<1s', kind: 'latency', p: null, limit: 1e6 },
      { slo: 'errors<1%', kind: 'errors', p: null, limit: 0.01 },
    ]);
  });

  it('or a share of requests that meet their limits', () => {
    const goodput: Threshold = {
      text: 'goodput>95%',
      metric: { kind: 'goodput' },
      op: '>',
      limit: 0.95,
      unit: 'share',
    };
    const limits = [
      { text: 'ttft<300ms', of: 'ttft', op: '<', limit: micros(300_000) },
      { text: 'response<2s', of: 'response', op: '<', limit: micros(2_000_000) },
    ] as const;
    const criteria = criteriaOf([goodput], limits);
    const times = { least: 300_000, most: 2_000_000 };
    expect(criteria).toEqual([{ slo: 'goodput>95%', kind: 'goodput', p: 0.95, limit: 0.95, times }]);
    expect(timesLimited([...criteria, ...criteriaOf([p95])])).toEqual([2, 0.25]);
    for (const [wrong, why] of [
      [{ ...goodput, limit: 50, unit: '1/s' }, 'is a rate'],
      [{ ...goodput, op: '<' }, 'asks for few'],
      [{ ...goodput, op: '>=', limit: 1 }, 'breaks with a single request'],
      [{ ...goodput, op: '>=', limit: 0 }, 'always holds'],
    ] as [Threshold, string][])
      expect(() => criteriaOf([wrong], limits)).toThrow(why);
  });

  it('may look at one request', () => {
    const scoped = { ...p95, text: 'p95{chat}<250ms', scope: { kind: 'request', name: 'chat' } } as const;
    expect(criteriaOf([scoped])).toEqual([
      { slo: 'p95{chat}<250ms', scope: { kind: 'request', name: 'chat' }, kind: 'latency', p: 0.95, limit: 250_000 },
    ]);
  });

  it.each([
    [{ ...p95, text: 'p95>250ms', op: '>' }, 'asks for more'],
    [{ ...p95, text: 'max<1s', metric: { kind: 'max' } }, 'looks at max'],
    [{ ...p95, text: 'p95<=0ms', op: '<=', limit: 0 }, 'can never hold'],
    [{ text: 'errors<10', metric: { kind: 'errors' }, op: '<', limit: 10, unit: 'count' }, 'counts errors'],
    [{ text: 'errors<=100%', metric: { kind: 'errors' }, op: '<=', limit: 1, unit: 'share' }, 'always holds'],
    [{ text: 'achieved>5/s', metric: { kind: 'achieved' }, op: '>', limit: 5, unit: '1/s' }, 'asks for more'],
  ] as [Threshold, string][])('refuses %o', (slo, why) => {
    expect(() => criteriaOf([slo])).toThrow(why);
  });

  it('assumes ten idle medians, but no less than 100 ms', () => {
    expect(assumedCriteria(4_000).map(({ slo }) => slo)).toEqual(['p95<=100ms', 'errors<1%']);
    expect(assumedCriteria(23_400)[0]).toMatchObject({ slo: 'p95<=234ms', limit: 234_000 });
    expect(assumedCriteria(300_000)[0]?.slo).toBe('p95<=3s');
    expect(assumedCriteria(Number.NaN).map(({ slo }) => slo)).toEqual(['errors<1%']);
  });
});

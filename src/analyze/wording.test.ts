import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  counted,
  formatActual,
  formatBytes,
  formatClock,
  formatCount,
  formatLimit,
  formatMs,
  formatRange,
  formatRate,
  formatShare,
  metricName,
  perSecondOf,
} from './wording.ts';

describe('numbers in words', () => {
  it.each([
    [0, '0 ms'],
    [0.0421, '0.042 ms'],
    [0.9996, '1.00 ms'],
    [9.21, '9.21 ms'],
    [9.996, '10.0 ms'],
    [61.2, '61.2 ms'],
    [99.96, '100 ms'],
    [214.4, '214 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1250, '1.25 s'],
    [61_234, '61.2 s'],
    [1_800_000, '1,800 s'],
  ])('%f ms is %s', (ms, text) => expect(formatMs(ms)).toBe(text));

  it.each([
    [0, '0/s'],
    [8.333, '8.33/s'],
    [158.06, '158.1/s'],
    [999.96, '1,000/s'],
    [1240.4, '1,240/s'],
  ])('a rate of %f is %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [0, '0'],
    [999, '999'],
    [14_208, '14,208'],
    [1_234_567, '1,234,567'],
  ])('%i is %s', (n, text) => expect(formatCount(n)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.00001, '< 0.01 %'],
    [0.009, '0.9 %'],
    [0.0125, '1.3 %'],
    [0.021, '2.1 %'],
    [0.01, '1 %'],
    [0.162, '16 %'],
    [0.994, '99.4 %'],
    [0.999999, '99.99 %'],
    [1, '100 %'],
    [1.2, '120 %'],
  ])('a share of %f is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('never says that none or all are, when some or not all are', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (share) => {
        expect(['0 %', '100 %']).not.toContain(formatShare(share));
      }),
    );
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1200, '1.2 kB'],
    [999_960, '1.0 MB'],
    [3_400_000, '3.4 MB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0:00'],
    [65, '1:05'],
    [59.7, '1:00'],
    [3665, '1:01:05'],
  ])('%f s on the clock are %s', (seconds, text) => expect(formatClock(seconds)).toBe(text));

  it('names metrics, requests and addresses', () => {
    expect(metricName({ kind: 'percentile', p: 99.9 })).toBe('p99.9');
    expect(metricName({ kind: 'errors' })).toBe('errors');
    expect([1, 126.3, 8.33, 12_345.6].map((rate) => perSecondOf(rate, 'request'))).toEqual([
      '1.00 request per second',
      '126 requests per second',
      '8.33 requests per second',
      '12,346 requests per second',
    ]);
    expect([counted(1, 'request'), counted(2, 'request')]).toEqual(['1 request', '2 requests']);
    const target = { url: '', protocol: 'http:', port: 9 } as const;
    expect(addressOf({ ...target, host: '127.0.0.1' })).toBe('127.0.0.1:9');
    expect(addressOf({ ...target, host: '::1' })).toBe('[::1]:9');
  });
});

describe('a value beside its limit', () => {
  it('has limits as a person writes them', () => {
    expect(formatLimit(250, 'ms')).toBe('250 ms');
    expect(formatLimit(1500, 'ms')).toBe('1.5 s');
    expect(formatLimit(0.01, 'share')).toBe('1 %');
    expect(formatLimit(0.001, 'share')).toBe('0.1 %');
    expect(formatLimit(95, '1/s')).toBe('95/s');
    expect(formatLimit(10, 'count')).toBe('10');
  });

  it('is rounded, unless rounding hides the difference', () => {
    expect(formatActual(312.4, 250, 'ms')).toBe('312 ms');
    expect(formatActual(250.3, 250, 'ms')).toBe('250.3 ms');
    expect(formatActual(250, 250, 'ms')).toBe('250 ms');
    expect(formatActual(0.01004, 0.01, 'share')).toBe('1.004 %');
    expect(formatActual(94.98, 95, '1/s')).toBe('94.98/s');
    expect(formatActual(1000.4, 1000, 'ms')).toBe('1.0004 s');
  });
});

describe('an interval beside its value', () => {
  it.each([
    [198, [164, 231], '164 to 231'],
    [198, [164, null], '164 or more'],
    [61.23, [58.1, 164.4], '58.1 to 164'],
    [1_210, [988, 1_430], '0.99 to 1.43'],
    [89.2, [65.8, 6_012.9], '65.8 to 6,013'],
    [0.062, [0.058, 0.07], '0.058 to 0.070'],
    [2_100, [0.4, null], '0 or more'],
    [2_100, [1.2, null], '0.001 or more'],
    [12_300, [9_870, 14_000], '9.9 to 14.0'],
    [Number.POSITIVE_INFINITY, [2_100, null], '2.10 s or more'],
    [Number.POSITIVE_INFINITY, [900, 2_100], '900 ms to 2.10 s'],
  ] as const)('of %f ms, %o: %s', (value, interval, text) => {
    expect(formatRange(interval, value)).toBe(text);
  });
});

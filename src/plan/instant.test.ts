import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, instantOfLog, isNumber, unitBySize } from './instant.ts';

describe('instantOf', () => {
  it('reads ISO 8601 to the microsecond, in UTC where there is no zone', () => {
    const base = Date.UTC(2023, 10, 16, 18, 15, 46) * 1e3;
    expect(instantOf('2023-11-16 18:15:46.6805900', 1)).toBe(base + 680_590);
    expect(instantOf('2023-11-16T18:15:46Z', 1)).toBe(base);
    expect(instantOf('2023-11-16 18:15:46.000001+00:00', 1)).toBe(base + 1);
    expect(instantOf('2023-11-16T19:15:46,5+0100', 1)).toBe(base + 500_000);
  });

  it('reads any instant that a date writes', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true }), (date) => {
        expect(instantOf(date.toISOString(), 1)).toBeCloseTo(date.getTime() * 1e3, 0);
      }),
    );
  });

  it('reads numbers in their unit, and nothing else', () => {
    expect([instantOf(' 1.5 ', 1e6), instantOf('27482', 1e3), instantOf('1e3', 1)]).toEqual([1.5e6, 27_482e3, 1e3]);
    expect(
      ['', 'soon', '12:30', '2023-13-01T00:00:00Z', '2023-11-16', '1,5'].map((text) => instantOf(text, 1)),
    ).toEqual(new Array(6).fill(null));
    expect([isNumber('-1.5'), isNumber('1s')]).toEqual([true, false]);
  });

  it('knows the unit of a number since 1970 by its size', () => {
    const now = ['1700000000.5', '1700000000000', '1700000000000000', '1700000000000000000'];
    expect([...now, '0', '86400'].map(unitBySize)).toEqual(['s', 'ms', 'us', 'ns', 's', 's']);
  });
});

describe('instantOfLog', () => {
  it('reads the time of a line, with its zone', () => {
    expect(instantOfLog('10/Oct/2000:13:55:36 -0700')).toBe(Date.UTC(2000, 9, 10, 20, 55, 36) * 1e3);
    expect(['10/Foo/2000:13:55:36 -0700', '2000-10-10', ''].map(instantOfLog)).toEqual([null, null, null]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayExceedDoubles, sameDoubles, sameNumber } from './json-number.ts';

const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('numbers as they are written', () => {
  it.each([
    ['1', '1.0', true],
    ['1', '1e0', true],
    ['-0', '0', true],
    ['0.1', '0.10000000000000001', true],
    ['100', '1E+2', true],
    ['9007199254740993', '9007199254740992', false],
    ['9007199254740992', '9007199254740993', false],
    ['9007199254740993', '9007199254740993.0', true],
    ['9007199254740993', '9.007199254740993e15', true],
    ['12345678901234567890', '12345678901234567891', false],
    ['-12345678901234567890', '12345678901234567890', false],
    ['1e400', '1e400', true],
    ['1e400', '10e399', true],
    ['1e400', '1e401', false],
    ['1e400', '-1e400', false],
    ['1e-400', '0', false],
    ['0.123456789012345678901', '0.123456789012345678902', false],
    ['1e99999999999', '1e99999999999', true],
    ['1e99999999999', '1e99999999998', false],
  ])('%s and %s: the same? %s', (one, other, same) => {
    expect(sameNumber(one, other, 0)).toBe(same);
    expect(mayExceedDoubles(one) || mayExceedDoubles(other) || (Number(one) === Number(other)) === same).toBe(true);
  });

  it.each([
    ['0.3', '0.4', 0.1, true],
    ['0.3', '0.4000000000000001', 0.1, false],
    ['9007199254740993', '9007199254740994', 1, true],
    ['9007199254740993', '9007199254740995', 1, false],
    ['1e400', '1e400', 0.1, true],
    ['1e400', '2e400', 0.1, false],
    ['1e99999999999', '1', 0.1, false],
    ['-0.05', '0.05', 0.1, true],
    ['0', '1e-400', 1e-9, true],
  ])('%s and %s lie within %d: %s', (one, other, tolerance, within) => {
    expect(sameNumber(one, other, tolerance)).toBe(within);
  });

  it('are those of doubles where doubles hold them', () => {
    fc.assert(
      fc.property(anyDouble, anyDouble, fc.double({ min: 0, max: 1e6, noNaN: true }), (one, other, tolerance) => {
        expect(sameNumber(JSON.stringify(one), JSON.stringify(one), 0)).toBe(true);
        expect(sameNumber(JSON.stringify(one), JSON.stringify(other), 0)).toBe(one === other);
        expect(sameNumber(String(one), String(other), tolerance)).toBe(
          one === other || sameDoubles(one, other, tolerance),
        );
      }),
    );
  });

  it('of any length are the same only digit by digit', () => {
    const digits = fc.stringMatching(/^[1-9]\d{16,40}$/);
    fc.assert(
      fc.property(digits, digits, fc.nat(9), (one, other, last) => {
        expect(mayExceedDoubles(one)).toBe(true);
        expect(sameNumber(one, other, 0)).toBe(one === other);
        const near = `${one.slice(0, -1)}${last}`;
        expect(sameNumber(one, near, 0)).toBe(one === near);
        expect(sameNumber(one, near, 9)).toBe(true);
      }),
    );
  });
});

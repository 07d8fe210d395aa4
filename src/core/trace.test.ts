import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanIdOf, traceIdOf, traceparentOf } from './trace.ts';

const key = fc.record({ key: fc.integer({ min: 0, max: 2 ** 32 - 1 }) });
const index = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const request = fc.integer({ min: 0, max: 9_999 });

describe('trace ids', () => {
  it('are what W3C’s traceparent wants, and never zero', () => {
    fc.assert(
      fc.property(key, index, request, (of, number, which) => {
        expect(traceparentOf(of, number, which)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
        expect(spanIdOf(of, number, which)).not.toBe('0'.repeat(16));
        // Only the very first of a run whose key is zero could be: its end is not.
        expect(traceIdOf(of, number)).not.toBe('0'.repeat(32));
      }),
    );
    expect(traceIdOf({ key: 0 }, 0)).not.toBe('0'.repeat(32));
  });

  it('are of one request alone, in one run alone', () => {
    fc.assert(
      fc.property(key, key, index, index, (a, b, one, other) => {
        fc.pre(a.key !== b.key && one !== other);
        expect(traceIdOf(a, one)).not.toBe(traceIdOf(a, other));
        expect(traceIdOf(a, one)).not.toBe(traceIdOf(b, one));
      }),
    );
  });

  it('look random at their end, by which samplers decide', () => {
    const all = Array.from(
      { length: 4_096 },
      (_, i) => Number.parseInt(traceIdOf({ key: 7 }, i).slice(-8), 16) / 2 ** 32,
    );
    const below = all.filter((share) => share < 0.25).length;
    expect(below).toBeGreaterThan(900);
    expect(below).toBeLessThan(1_150);
  });
});

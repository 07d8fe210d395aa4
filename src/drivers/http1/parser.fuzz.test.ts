import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWithLlhttp } from './llhttp-comparison.fixture.ts';
import { DIFFERENCES } from './llhttp-differences.fixture.ts';
import { type Ours, readWithOurs } from './own-reading.fixture.ts';
import { anyResponse } from './response.fixture.ts';

/**
 * Our parser against llhttp: the same response must be the same to both. The same responses each time, so that a change is
 * judged by its own merits. `bench/reliability/parser.ts` does it with ten million others.
 */

const SEED = 4;
const RUNS = 20_000;

describe('the parser', () => {
  it('reads any response as llhttp does, well-formed or damaged', () => {
    const counts = { done: 0, 'cut-off': 0, malformed: 0 };
    fc.assert(
      fc.property(anyResponse, fc.boolean(), (text, bodiless) => {
        const { verdict, difference, known } = compareWithLlhttp(text, bodiless);
        counts[verdict]++;
        if (known === null) expect(difference).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // The generator reaches all three, so that the agreement means something.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(200);
  });

  it('reads a response the same, cut at any one position or at all of them', () => {
    const unsplit = ({ header, malformedWhenCompleted: _, ...reading }: Ours) => ({
      ...reading,
      reason: '',
      type: header('content-type'),
    });
    fc.assert(
      fc.property(anyResponse, fc.boolean(), (text, bodiless) => {
        const bytes = Buffer.from(text, 'latin1');
        const whole = readWithOurs(bytes, [], bodiless);
        const everywhere = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, i) => i + 1);
        for (const cuts of [...everywhere.map((cut) => [cut]), everywhere]) {
          const cutUp = readWithOurs(bytes, cuts, bodiless);
          // In the same wrong head one may see another fault first, and stop before the status.
          if (whole.verdict === 'malformed') expect(cutUp.verdict).toBe('malformed');
          else expect(unsplit(cutUp)).toEqual(unsplit(whole));
        }
      }),
      { numRuns: RUNS / 50, seed: SEED },
    );
  });

  it.each(DIFFERENCES)('differs from llhttp by choice: $name', (difference) => {
    const { known } = compareWithLlhttp(difference.example, false);
    expect(known?.name).toBe(difference.name);
  });

  it('holds no memory after 100,000 responses, whole or broken', () => {
    const samples = fc.sample(anyResponse, { numRuns: 500, seed: 4 }).map((text) => Buffer.from(text, 'latin1'));
    const readAll = (times: number): void => {
      for (let n = 0; n < times; n++)
        for (const bytes of samples) readWithOurs(bytes, n % 2 === 0 ? [] : [bytes.length >> 1], false);
    };
    const used = (): number => {
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    readAll(20);
    const before = used();
    readAll(200);
    // Garbage that was not collected yet is in it, now more and now less: a leak of 200 bytes a response would be 20 MB always.
    const held = Array.from({ length: 8 }, () => {
      readAll(10);
      return used() - before;
    });
    expect(Math.min(...held)).toBeLessThan(16 * 1024 * 1024);
  });
});

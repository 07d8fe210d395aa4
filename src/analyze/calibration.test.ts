import { describe, expect, it } from 'vitest';
import type { BreakingPoint } from '../core/breaking-point.ts';
import {
  calibratedBy,
  calibratedLine,
  calibrationVerdict,
  KNOWN_QUEUES,
  queueName,
  truthOf,
  worstError,
} from './calibration.ts';

const [first, second] = KNOWN_QUEUES as [(typeof KNOWN_QUEUES)[0], (typeof KNOWN_QUEUES)[0]];
const answer = (changes: Partial<BreakingPoint>): BreakingPoint =>
  ({ status: 'found', estimate: 138, interval: [130, 145], spentSeconds: 60, ...changes }) as BreakingPoint;

describe('what a search says of a queue that is known', () => {
  it('is held against what theory says', () => {
    // λ* = μ − ln 20 / L; and of eight slots the accuracy page finds 353/s.
    expect(truthOf(first)).toBeCloseTo(200 - Math.log(20) / 0.05, 6);
    expect(truthOf(second)).toBeCloseTo(353.6, 1);
  });

  it('is off by so much, and its interval holds the truth or not', () => {
    const good = calibratedBy(first, answer({}));
    expect(good.error).toBeCloseTo(138 / truthOf(first) - 1, 6);
    expect(good.covered).toBe(true);
    expect(calibratedLine(good)).toBe('sustains 140.1/s, found 138.0/s: −1.5 % (130.0/s to 145.0/s, holds it)');
    const rough = calibratedBy(first, answer({ status: 'rough', estimate: 160, interval: [150, null] }));
    expect(calibratedLine(rough)).toBe(
      'sustains 140.1/s, rough 160.0/s: +14 % (150.0/s to no bound, does not hold it)',
    );
    expect(worstError([good, rough])).toBeCloseTo(160 / truthOf(first) - 1, 6);
    expect(calibrationVerdict([good, rough])).toBe('On this machine searches are within ±14 %.');
  });

  it('is none where there is only a bound', () => {
    const limited = calibratedBy(first, answer({ status: 'generator-limited', estimate: 90, interval: null }));
    expect(limited).toMatchObject({ error: null, covered: null });
    expect(worstError([limited])).toBeNull();
    expect(calibratedLine(limited)).toBe('sustains 140.1/s, no estimate: generator-limited');
    expect(calibrationVerdict([limited])).toContain('1 of 1 searches gave no estimate');
    expect(queueName(first)).toBe('1 slot of 5.00 ms, p95 < 50.0 ms');
  });
});

import { describe, expect, it } from 'vitest';
import { Histogram } from '../../stats/histogram.ts';
import { closedThroughput, sustainedThroughput, throughputOf } from './capacity.ts';
import type { Level } from './level.ts';

/** A level of closed users, each of whose responses takes so long, so that all of them come together. */
function waves(vus: number, tookMs: number, seconds: number): Level {
  const batches = Array.from({ length: 20 }, (_, i) => {
    const times = new Histogram();
    const endsIn = (wave: number): boolean => Math.ceil((wave * tookMs * 20) / (seconds * 1000)) === i + 1;
    const ended = Array.from({ length: 100 }, (__, n) => n + 1).filter(endsIn).length;
    for (let n = 0; n < ended * vus; n++) times.record(tookMs * 1000);
    return { times: times.toData(), infinite: 0 };
  });
  const ok = batches.reduce((sum, { times }) => sum + times.count, 0);
  return {
    step: { purpose: 'ramp', load: { model: 'closed', vus } },
    observation: { batches },
    margins: [{ kind: 'above' }],
    result: { achievedPerSec: ok / seconds, seconds, ok, meanMs: tookMs, verdict: 'fail' },
  } as unknown as Level;
}

describe('the throughput of users who wait', () => {
  it('is known though their responses come in waves, longer than a stretch of the level', () => {
    expect(throughputOf(waves(32, 1_200, 2.6)).relativeError).toBeCloseTo(1 / Math.sqrt(64), 6);
    expect(throughputOf(waves(32, 1_000, 20)).relativeError).toBeCloseTo(0, 6);
    expect(throughputOf(waves(32, 3_000, 20)).relativeError).toBeLessThan(0.1);
  });

  it('is that of the levels at which it had stopped growing, not of those with few users', () => {
    const ramp = [
      waves(2, 371, 2.6),
      waves(4, 425, 2.6),
      waves(8, 534, 2.6),
      waves(16, 765, 2.6),
      waves(32, 1_185, 2.6),
    ];
    // 18.5/s and 24.6/s of the last two differ by what is chance, 12.3/s of eight users is less.
    expect(closedThroughput(ramp)).toMatchObject({ vus: 32, perSec: expect.closeTo((48 + 64) / 5.2, 6) });
    expect(sustainedThroughput(ramp)?.perSec).toBeCloseTo((48 + 64) / 5.2, 6);
  });
});

import { describe, expect, it } from 'vitest';
import { NO_STREAMS, type StreamCounts } from '../core/streamed.ts';
import { seriesOf } from './events.fixture.ts';
import { StreamFold } from './stream-fold.ts';

const having = (streams: Partial<StreamCounts>) => ({ ...seriesOf({}), streams: { ...NO_STREAMS, ...streams } });
const perSec = (fold: StreamFold): number | undefined => fold.result(10_000)?.outputTokensPerSec;

describe('output tokens per second', () => {
  it('are those that came while load was offered, though their streams ended behind it', () => {
    const fold = new StreamFold();
    fold.addEarlier(having({ pieces: 300, ended: 1, endedPieces: 400, outputTokens: 400 }));
    fold.add(having({ pieces: 1_700 }), true);
    fold.add(having({ pieces: 900, ended: 10, endedPieces: 2_600, outputTokens: 2_600 }), false);
    expect(perSec(fold)).toBe(200);
    expect(fold.result(10_000)?.outputTokens).toBe(2_600);
  });

  it('have as many of an event as streams that came to their end', () => {
    const fold = new StreamFold();
    fold.add(having({ pieces: 100 }), true);
    expect(perSec(fold)).toBe(10);
    fold.add(having({ pieces: 20, ended: 1, endedPieces: 60, outputTokens: 180, toldOutput: 1 }), false);
    expect(perSec(fold)).toBe(30);
  });

  it('are none of streams that failed', () => {
    const fold = new StreamFold();
    fold.add(having({ pieces: 80, failedPieces: 80 }), true);
    expect(perSec(fold)).toBe(0);
    // Some of them had come before.
    fold.add(having({ failedPieces: 5 }), true);
    expect(perSec(fold)).toBe(0);
  });

  it('are counted at the end of streams where nothing else is known of them', () => {
    const ofBefore = new StreamFold();
    const { endedPieces: _, failedPieces: __, ...before } = having({ pieces: 50, ended: 1, outputTokens: 40 }).streams;
    ofBefore.add({ ...seriesOf({}), streams: before }, true);
    expect(perSec(ofBefore)).toBe(4);
    const silent = new StreamFold();
    silent.add(having({ ended: 2, outputTokens: 60, toldOutput: 2 }), true);
    expect(perSec(silent)).toBe(6);
  });
});

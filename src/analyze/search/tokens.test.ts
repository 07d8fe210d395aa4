import { describe, expect, it } from 'vitest';
import type { BreakingPoint, LevelResult } from '../../core/breaking-point.ts';
import { NO_STREAMS } from '../../core/streamed.ts';
import { searchResult } from '../../report/search.fixture.ts';
import { summaryOf } from './summary.ts';
import { tokensAt, tokensIn } from './tokens.ts';

const level = (changes: Partial<LevelResult>): LevelResult => ({
  ...(searchResult().breakingPoint.levels[0] as LevelResult),
  verdict: 'pass',
  seconds: 10,
  ...changes,
});

describe('tokens of a search', () => {
  it('are those of the streams that ended', () => {
    const series = { streams: { ...NO_STREAMS, ended: 4, outputTokens: 120 } } as never;
    expect(tokensIn([series, series, {} as never])).toEqual({ streams: 8, output: 240 });
    expect(tokensIn([{} as never])).toBeNull();
  });

  it('at a load are as many for each thing achieved as the levels had, the void ones left out', () => {
    const levels = [
      level({ achievedPerSec: 2, tokensPerSec: 200 }),
      level({ achievedPerSec: 8, tokensPerSec: 800 }),
      level({ achievedPerSec: 8, tokensPerSec: 8, verdict: 'void' }),
    ];
    expect(tokensAt(levels, 12.3)).toBeCloseTo(1_230, 6);
    expect(tokensAt([level({})], 12.3)).toBeNull();
  });

  it('are in the sentence of an answer, beside the streams at a time', () => {
    const found: BreakingPoint = {
      ...searchResult().breakingPoint,
      ...{ status: 'found', unit: 'req/s', estimate: 12.3, interval: [11.5, 13], criterion: 'tpot_p95<40ms' },
      ...{ usersAtLimit: 41, tokensAtLimit: 1_270.4 },
    };
    expect(summaryOf(found)).toMatch(/, about 41 streams at a time, 1,270 tokens\/s: tpot_p95<40ms breaks there\.$/);
    expect(summaryOf({ ...found, status: 'rough' })).toContain(
      'near 12.3/s, about 41 streams at a time, 1,270 tokens/s',
    );
    expect(summaryOf({ ...found, status: 'not-reached' })).toBe(
      'At least 12.3/s, about 41 streams at a time, 1,270 tokens/s: the highest load allowed.',
    );
    const { tokensAtLimit: _, ...without } = found;
    expect(summaryOf(without)).toMatch(/, about 41 requests at a time: /);
  });
});

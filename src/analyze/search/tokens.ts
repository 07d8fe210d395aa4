/** Tokens of streamed responses in a search: what a level had, and what there are at the limit. */
import type { LevelResult } from '../../core/breaking-point.ts';
import type { SeriesSnapshot } from '../../core/snapshot.ts';

/** Of the streams that came to their end. */
export interface StreamedTokens {
  readonly streams: number;
  readonly output: number;
}

/** Null: nothing was streamed. */
export function tokensIn(all: readonly SeriesSnapshot[]): StreamedTokens | null {
  const counts = all.flatMap(({ streams }) => streams ?? []);
  const streams = counts.reduce((sum, { ended }) => sum + ended, 0);
  return streams === 0 ? null : { streams, output: counts.reduce((sum, { outputTokens }) => sum + outputTokens, 0) };
}

/** Per second at a load: what levels had for each thing that was achieved there. Null: nothing was streamed. */
export function tokensAt(levels: readonly LevelResult[], achievedPerSec: number): number | null {
  const streamed = levels.filter((level) => level.tokensPerSec !== undefined && level.verdict !== 'void');
  const sum = (of: (level: LevelResult) => number): number =>
    streamed.reduce((total, level) => total + of(level) * level.seconds, 0);
  const achieved = sum((level) => level.achievedPerSec);
  return achieved === 0 ? null : (achievedPerSec * sum(({ tokensPerSec = 0 }) => tokensPerSec)) / achieved;
}

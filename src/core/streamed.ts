/** What is counted of streamed responses: pieces, tokens, and how generation ended. */
import type { Measure } from './measures.ts';

/** Times of streams as thresholds name them: `ttft_p95`. */
export const STREAM_METRICS = {
  ttft: 'timeToFirstToken',
  tpot: 'timePerOutputToken',
  itl: 'interTokenLatency',
} as const satisfies Record<string, Measure>;
export type StreamMetric = keyof typeof STREAM_METRICS;

/** How generation ended, as a stream says; `unknown`: it does not. The order is that of codes on the hot path. */
export const FINISHES = ['unknown', 'stop', 'length', 'other'] as const;
export type Finish = (typeof FINISHES)[number];

/** How many tokens a text has. It may throw. */
export type TokenCounter = (text: string) => number;

/** Where a number of tokens is from: the server's own count, a tokenizer's, or one for each event. */
export const TOKEN_SOURCES = ['usage', 'tokenizer', 'events'] as const;
export type TokenSource = (typeof TOKEN_SOURCES)[number];

/** Streamed responses to one request name in one interval. */
export interface StreamCounts {
  /** Events with a piece of the response, as they came, those of streams that failed afterwards included. */
  readonly pieces: number;
  /** All events of those that came to their end, and of those that failed, counted at their end. Absent: a journal of before has none. */
  readonly endedPieces?: number;
  readonly failedPieces?: number;
  /** Streams that came to their end. */
  readonly ended: number;
  /** Tokens of their responses: by the server's count where it gives one, else a tokenizer's, else events. */
  readonly outputTokens: number;
  /** Tokens of their prompts; of those that are known. */
  readonly inputTokens: number;
  /** How many of them told the tokens of their response, and of their prompt. */
  readonly toldOutput: number;
  readonly toldInput: number;
  /** How many of them a tokenizer counted, since the server told nothing. Absent: none. */
  readonly countedOutput?: number;
  readonly countedInput?: number;
  /** How their generation ended. Absent: none so. */
  readonly finishes: Readonly<Partial<Record<Finish, number>>>;
}

export const NO_STREAMS: StreamCounts = {
  pieces: 0,
  endedPieces: 0,
  failedPieces: 0,
  ended: 0,
  outputTokens: 0,
  inputTokens: 0,
  toldOutput: 0,
  toldInput: 0,
  finishes: {},
};

/** All of them together; null of none. */
export function addStreamCounts(parts: readonly StreamCounts[]): StreamCounts | null {
  if (parts.length === 0) return null;
  const sum = (pick: (part: StreamCounts) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  const counted = { countedOutput: sum((p) => p.countedOutput ?? 0), countedInput: sum((p) => p.countedInput ?? 0) };
  const finishes: { [F in Finish]?: number } = {};
  for (const finish of FINISHES) {
    const n = sum((part) => part.finishes[finish] ?? 0);
    if (n > 0) finishes[finish] = n;
  }
  return {
    pieces: sum((part) => part.pieces),
    ...(parts.every(({ endedPieces }) => endedPieces !== undefined)
      ? {
          endedPieces: sum((part) => part.endedPieces ?? 0),
          failedPieces: sum((part) => part.failedPieces ?? 0),
        }
      : {}),
    ended: sum((part) => part.ended),
    outputTokens: sum((part) => part.outputTokens),
    inputTokens: sum((part) => part.inputTokens),
    toldOutput: sum((part) => part.toldOutput),
    toldInput: sum((part) => part.toldInput),
    ...(counted.countedOutput > 0 || counted.countedInput > 0 ? counted : {}),
    finishes,
  };
}

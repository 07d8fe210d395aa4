/** Streamed responses, as every table tells of them. */
import { counted, formatCount, formatRate } from '../analyze/wording.ts';
import { MEASURES } from '../core/measures.ts';
import type { LatencySummary, RunResult, StreamResult } from '../core/result.ts';

const ROWS = ['timeToFirstToken', 'interTokenLatency', 'timePerOutputToken', 'longestGap'] as const;

/** Their times by name; none where nothing was streamed. */
export function streamTimes({ latency }: Pick<RunResult, 'latency'>): { label: string; summary: LatencySummary }[] {
  return ROWS.flatMap((measure) => {
    const summary = latency[measure];
    return summary === undefined ? [] : [{ label: MEASURES[measure].label, summary }];
  });
}

const COUNTED: Readonly<Record<StreamResult['tokensFrom'], string>> = {
  usage: 'by the server’s own count',
  events: 'one for each event, since the server tells no count',
  both: 'by the server’s count where it tells one, else one for each event',
};

/** `205 streams, 1,640 output tokens (by the server’s own count), 400.0/s; ended by length 205.` */
export function streamSentence(streams: StreamResult): string {
  const { ended, outputTokens, inputTokens, tokensFrom, outputTokensPerSec, finishes } = streams;
  const input = inputTokens === undefined ? '' : `, ${counted(inputTokens, 'input token')}`;
  const ends = Object.entries(finishes)
    .filter(([finish]) => finish !== 'unknown')
    .map(([finish, n]) => `${finish} ${formatCount(n)}`);
  return (
    `${counted(ended, 'stream')} came to ${ended === 1 ? 'its' : 'their'} end: ${counted(outputTokens, 'output token')} (${COUNTED[tokensFrom]})${input}; ` +
    `${formatRate(outputTokensPerSec)} while load was offered.${ends.length === 0 ? '' : ` Ended by ${ends.join(', ')}.`}`
  );
}

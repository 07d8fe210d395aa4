/** Streamed responses, as every table tells of them. */
import { counted, formatCount, formatRate } from '../analyze/wording.ts';
import type { LatencySummary } from '../core/latencies.ts';
import { MEASURES } from '../core/measures.ts';
import type { RunResult, StreamResult } from '../core/result.ts';
import { TOKEN_SOURCES } from '../core/streamed.ts';

const ROWS = ['timeToFirstToken', 'interTokenLatency', 'timePerOutputToken', 'longestGap'] as const;

/** Their times by name; none where nothing was streamed. */
export function streamTimes({ latency }: Pick<RunResult, 'latency'>): { label: string; summary: LatencySummary }[] {
  return ROWS.flatMap((measure) => {
    const summary = latency[measure];
    return summary === undefined ? [] : [{ label: MEASURES[measure].label, summary }];
  });
}

/** What counted, where it was no server: `words`, or a tokenizer by its name. */
const counterName = (tokenizer = 'a tokenizer'): string => (tokenizer === 'words' ? 'words' : `by ${tokenizer}`);

const SERVER = 'by the server’s own count';

function sourceOfOutput({ tokensFrom, tokensBy = {} }: StreamResult, tokenizer?: string): string {
  switch (tokensFrom) {
    case 'usage':
      return SERVER;
    case 'events':
      return 'one for each event, since the server tells no count';
    case 'tokenizer':
      return `${counterName(tokenizer)}, since the server tells no count`;
    case 'both': {
      if (Object.keys(tokensBy).length === 0)
        return 'by the server’s count where it tells one, else one for each event';
      const named = { usage: SERVER, tokenizer: counterName(tokenizer), events: 'one for each event' };
      return TOKEN_SOURCES.flatMap((source) => {
        const n = tokensBy[source] ?? 0;
        return n === 0 ? [] : [`of ${counted(n, 'stream')} ${named[source]}`];
      }).join(', ');
    }
  }
}

function sourceOfInput({ inputTokensFrom }: StreamResult, tokenizer?: string): string {
  if (inputTokensFrom === undefined) return '';
  return ` (${inputTokensFrom === 'both' ? 'by the server’s count where it tells one, else ' : ''}${counterName(tokenizer)})`;
}

/**
 * `205 streams, 1,640 output tokens (by the server’s own count), 400.0/s; ended by length 205.`
 *
 * @param tokenizer what counted where the server did not.
 */
export function streamSentence(streams: StreamResult, tokenizer?: string): string {
  const { ended, outputTokens, inputTokens, outputTokensPerSec, finishes } = streams;
  const input =
    inputTokens === undefined ? '' : `, ${counted(inputTokens, 'input token')}${sourceOfInput(streams, tokenizer)}`;
  const ends = Object.entries(finishes)
    .filter(([finish]) => finish !== 'unknown')
    .map(([finish, n]) => `${finish} ${formatCount(n)}`);
  return (
    `${counted(ended, 'stream')} came to ${ended === 1 ? 'its' : 'their'} end: ${counted(outputTokens, 'output token')} (${sourceOfOutput(streams, tokenizer)})${input}; ` +
    `${formatRate(outputTokensPerSec)} while load was offered.${ends.length === 0 ? '' : ` Ended by ${ends.join(', ')}.`}`
  );
}

/** Streamed responses, as every table tells of them. */

import { counted, formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { LatencySummary } from '../core/latencies.ts';
import { MEASURES } from '../core/measures.ts';
import { followsItsPlan } from '../core/procedure.ts';
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

/** From which share of the p95 of first tokens on what connections may be of it is told. */
const NOTABLE = 0.02;

/** What a table of streams says below it. */
export function streamNotes(result: RunResult): string[] {
  const { streams, plan } = result;
  if (streams === undefined) return [];
  return [streamSentence(streams, plan.tokenizer), connectSentence(result)].filter((note) => note !== '');
}

/**
 * First tokens that waited for a connection have its set-up in them, which users who have one open never see. What leaves it out,
 * where it may be a good part of their p95; empty: it is not, or a warm-up would not help.
 */
export function connectSentence({ plan, latency }: Pick<RunResult, 'plan' | 'latency'>): string {
  const { connect, timeToFirstToken: first } = latency;
  // After a warm-up, and where every request opens one, connections are a part of what is measured.
  if (connect === undefined || first === undefined || !followsItsPlan(plan) || !plan.keepAlive || plan.warmup > 0)
    return '';
  const { p95 } = first;
  const took = connect.p95 ?? connect.max;
  if (p95 === null || took === null) return '';
  const share = Math.min(1, connect.count / first.count);
  // Were these the slowest, the p95 of the others would lie there.
  const rest = quantileIn(first, 0.95 * (1 - share));
  const most = Math.min(took, p95 - (rest ?? 0));
  if (most < NOTABLE * p95) return '';
  return (
    `${formatShare(share)} of the first tokens waited for a connection as well (${connect.p95 === null ? 'up to' : 'p95'} ${formatMs(took)}), which may be ${formatMs(most)} of their p95: ` +
    'a warm-up (--warmup 3s) leaves that out.'
  );
}

/** Between the percentiles that are told, as if it were straight. */
function quantileIn({ min, p50, p75, p90, p95 }: LatencySummary, p: number): number | null {
  const told: readonly (readonly [p: number, value: number | null])[] = [
    [0, min],
    [0.5, p50],
    [0.75, p75],
    [0.9, p90],
    [0.95, p95],
  ];
  let below: readonly [p: number, value: number] | null = null;
  for (const [at, value] of told) {
    if (value === null) continue;
    if (below !== null && p <= at) return below[1] + ((value - below[1]) * (p - below[0])) / (at - below[0]);
    below = [at, value];
  }
  return below === null ? null : below[1];
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

import { describe, expect, it } from 'vitest';
import { summarize } from '../analyze/latency.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan } from '../core/plan.ts';
import { seconds } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';
import { fixtureResult } from './result.fixture.ts';
import { connectSentence, streamSentence } from './streams.ts';

it('says how many tokens came, and by whose count', () => {
  const streams = { ended: 205, events: 1640, outputTokens: 1640, outputTokensPerSec: 400, finishes: { length: 205 } };
  expect(streamSentence({ ...streams, tokensFrom: 'events' })).toBe(
    '205 streams came to their end: 1,640 output tokens (one for each event, since the server tells no count); 400.0/s while load was offered. Ended by length 205.',
  );
  expect(streamSentence({ ...streams, ended: 1, inputTokens: 9, tokensFrom: 'usage', finishes: { unknown: 1 } })).toBe(
    '1 stream came to its end: 1,640 output tokens (by the server’s own count), 9 input tokens; 400.0/s while load was offered.',
  );
  const counted = { ...streams, finishes: {}, inputTokens: 9, inputTokensFrom: 'tokenizer' } as const;
  expect(streamSentence({ ...counted, tokensFrom: 'tokenizer' }, 'gpt-tokenizer')).toBe(
    '205 streams came to their end: 1,640 output tokens (by gpt-tokenizer, since the server tells no count), 9 input tokens (by gpt-tokenizer); 400.0/s while load was offered.',
  );
  const tokensBy = { usage: 100, tokenizer: 105 };
  expect(streamSentence({ ...counted, inputTokensFrom: 'both', tokensFrom: 'both', tokensBy }, 'words')).toContain(
    '(of 100 streams by the server’s own count, of 105 streams words), 9 input tokens (by the server’s count where it tells one, else words);',
  );
});

describe('what is said of connections in first tokens', () => {
  /** 600 first tokens after 200 ms or so; of the first of them each waited `took` ms more for its connection. */
  const said = (opened: number, took: number, changes: Partial<Plan> = {}): string => {
    const [first, connect] = [new Histogram(), new Histogram()];
    for (let n = 0; n < 600; n++) first.record(200_000 + 10 * n + (n < opened ? 1_000 * took : 0));
    if (opened > 0) connect.record(1_000 * took, opened);
    const { latency } = fixtureResult();
    const times = { timeToFirstToken: summarize(first, 0, null), connect: summarize(connect, 0, null) };
    return connectSentence({ plan: planFixture({ kind: 'run', ...changes }), latency: { ...latency, ...times } });
  };

  it('is how much of their p95 they may be, and what leaves them out', () => {
    expect(said(50, 12)).toBe(
      '8.3 % of the first tokens waited for a connection as well (up to 12.0 ms), which may be 6.45 ms of their p95: a warm-up (--warmup 3s) leaves that out.',
    );
  });

  it('is nothing where they cannot be much of it', () => {
    expect(said(50, 1)).toBe('');
    expect(said(3, 12)).toBe('');
    expect(said(0, 0)).toBe('');
  });

  it('is nothing where a warm-up has been, or would not help', () => {
    expect(said(50, 12, { warmup: seconds(1) })).toBe('');
    expect(said(50, 12, { keepAlive: false })).toBe('');
    expect(said(50, 12, { kind: 'find' })).toBe('');
  });
});

import { expect, it } from 'vitest';
import { streamSentence } from './streams.ts';

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

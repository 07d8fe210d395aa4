import { expect, it } from 'vitest';
import type { StreamFormat } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { misreadLines } from './misread.ts';

const lines = (stream: StreamFormat | 'off' | undefined, type: string): readonly string[] =>
  misreadLines(stream === undefined ? {} : { stream }, [
    { headers: [['Content-Type', type]] } as unknown as SingleResponse,
  ]);

it('tells of events that are read as lines, and of lines that are read as events', () => {
  expect(lines('ndjson', 'text/event-stream; charset=utf-8')).toEqual([
    'The response is text/event-stream; charset=utf-8, and --stream ndjson reads it otherwise: first tokens and gaps would be wrong. Leave --stream out, or write --stream sse.',
  ]);
  expect(lines('sse', 'application/x-ndjson')).toEqual([expect.stringContaining('write --stream ndjson')]);
});

it.each([
  ['sse', 'text/event-stream'],
  ['ndjson', 'application/json'],
  ['chunks', 'text/event-stream'],
  ['off', 'text/event-stream'],
  [undefined, 'text/event-stream'],
] as const)('has nothing against --stream %s of %s', (stream, type) => {
  expect(lines(stream, type)).toEqual([]);
});

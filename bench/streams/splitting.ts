/** What splitting streams into events costs, beside a library that does it too; and whether both find the same. */
import { createParser } from 'eventsource-parser';
import { EventSplitter } from '../../src/drivers/stream/event-splitter.ts';
import { arbitraryBody, readByOracle, readByOwn } from '../../src/drivers/stream/splitting.fixture.ts';
import { StreamReader } from '../../src/drivers/stream/stream-reader.ts';
import { medianOf } from '../../src/stats/average.ts';

const EVENTS = 200_000;
const ROUNDS = 9;
const BEHIND = 12;

/** ns per event, medians of interleaved rounds; ratios are taken within a round. */
export interface SplittingCost {
  readonly own: number;
  readonly withContent: number;
  readonly peer: number;
  /** Own by the peer's, which has to decode the bytes first. */
  readonly ratio: number;
  readonly contentRatio: number;
}

/** As a server of OpenAI's chat protocol sends them, one in a chunk, whose end is behind it in the buffer. */
function chatEvents(): Buffer[] {
  return Array.from({ length: 100 }, (_, n) =>
    Buffer.from(
      `data: {"id":"chatcmpl-8fa","object":"chat.completion.chunk","created":1700000000,"model":"words","choices":[{"index":0,"delta":{"content":" word${n}"},"logprobs":null,"finish_reason":null}]}\n\n\r\n0123456789`,
    ),
  );
}

export function splittingCost(): SplittingCost {
  const pieces = chatEvents();
  const events = pieces.map((piece) => piece.subarray(0, piece.length - BEHIND));
  let found = 0;
  const splitter = new EventSplitter({ event: () => found++ });
  splitter.begin();
  const reader = new StreamReader();
  reader.begin('sse');
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: () => found++ });
  const ways = {
    own: (piece: Buffer) => splitter.feed(piece, 0, piece.length - BEHIND),
    withContent: (piece: Buffer) => reader.feed(piece, 0, piece.length - BEHIND),
    peer: (_: Buffer, n: number) => parser.feed(decoder.decode(events[n] as Buffer, { stream: true })),
  };
  const cost = (way: (piece: Buffer, n: number) => unknown): number => {
    // Of the process, with its collector of garbage: what else runs on the machine is not in it.
    const began = process.cpuUsage();
    for (let n = 0; n < EVENTS; n++) way(pieces[n % pieces.length] as Buffer, n % pieces.length);
    const { user, system } = process.cpuUsage(began);
    return (1e3 * (user + system)) / EVENTS;
  };
  for (let n = 0; n < 3; n++) for (const way of Object.values(ways)) cost(way);
  found = 0;
  const rounds = Array.from({ length: ROUNDS }, () => ({
    own: cost(ways.own),
    withContent: cost(ways.withContent),
    peer: cost(ways.peer),
  }));
  if (found !== 2 * ROUNDS * EVENTS) throw new Error('an event was lost');
  const of = (pick: (round: (typeof rounds)[number]) => number): number => medianOf(rounds.map(pick));
  return {
    own: of(({ own }) => own),
    withContent: of(({ withContent }) => withContent),
    peer: of(({ peer }) => peer),
    ratio: of(({ own, peer }) => own / peer),
    contentRatio: of(({ withContent, peer }) => withContent / peer),
  };
}

/** Arbitrary bodies, cut arbitrarily, read by both. @returns how many were read otherwise, with the first of them. */
export function fuzzSplitting(
  bodies: number,
  tell: (line: string) => void,
): { readonly differ: number; readonly first: number } {
  let differ = 0;
  let first = -1;
  for (let n = 0; n < bodies; n++) {
    const { bytes, cuts } = arbitraryBody(n);
    if (JSON.stringify(readByOwn(bytes, cuts)) !== JSON.stringify(readByOracle(bytes, cuts))) {
      if (differ === 0) first = n;
      differ++;
    }
    if ((n + 1) % 100_000 === 0) tell(`${n + 1} bodies, ${differ} read otherwise`);
  }
  return { differ, first };
}

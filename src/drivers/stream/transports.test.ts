import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { RequestTemplate } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { FINISHES } from '../../core/streamed.ts';
import { seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { ownEngineFor } from '../own.ts';
import { PROTOCOLS, type Protocol, readByItself, WORDS } from './protocols.fixture.ts';
import { reachedBy, WAYS, type Way } from './ways.fixture.ts';

/**
 * Every protocol over every way has the same pieces, times and outcomes. A word is sent when the one before it was told of,
 * so that none comes together with another.
 */

const clock = new SystemClock();
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

/** `chunks` has no protocol: what comes in one read is a piece. */
const TEXT: Protocol = { type: 'text/plain', before: [], words: WORDS, after: [], error: '', missing: null };

/** What the streams come to: their end; no word of it; an error or a closed connection after two words. */
type Fate = 'whole' | 'endless' | 'failed' | 'closed';

interface Seen {
  readonly outcome: string;
  readonly message: string;
  readonly example: string;
  readonly pieces: number;
  readonly outputTokens: number;
  readonly inputTokens: number;
  readonly finish: string | undefined;
  /** As they were told of: how many came together, and whether a gap was before them. */
  readonly told: readonly (readonly [pieces: number, gap: boolean])[];
  /** The first came after the request was due, the last not before the first, and none after the end. */
  readonly inOrder: boolean;
}

/** Asks for each of the protocols at the same time. */
async function streamed(
  way: Way,
  protocols: Readonly<Record<string, Protocol>>,
  fate: Fate,
): Promise<Record<string, Seen>> {
  const paths = Object.keys(protocols);
  /** Of each path, who waits for its next word to be told of. */
  const waiting = new Map<string, () => void>();
  const heard = (path: string): Promise<void> =>
    new Promise((resolve) => {
      waiting.set(path, resolve);
    });
  let open = paths.length;
  const serve = async (response: ServerResponse, path: string): Promise<void> => {
    const { type, before, words, after, error } = protocols[path] as Protocol;
    response.on('error', () => {});
    response.writeHead(200, { 'content-type': type });
    for (const event of before) response.write(event);
    const count = fate === 'failed' || fate === 'closed' ? 2 : words.length;
    for (const word of words.slice(0, count)) {
      response.write(word);
      await heard(path);
    }
    if (fate === 'closed') {
      // The streams of HTTP/2 share a connection.
      if (--open === 0) server.cut();
      return;
    }
    response.end(fate === 'failed' ? error : fate === 'whole' ? after.join('') : '');
  };
  const server = await reachedBy(way, (response, request) => {
    request.resume();
    void serve(response, request.url ?? '');
  });
  endings.push(server.close);
  const [request] = planFixture().requests as [RequestTemplate];
  const plan = planFixture({
    ...server.plan,
    requests: paths.map((path) => ({ ...request, name: path, path })),
    timeout: seconds(20),
    ...(protocols['/text'] === undefined ? {} : { stream: 'chunks' as const }),
  });
  const driver = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
  endings.push(() => driver.close());
  const told = paths.map((): (readonly [number, boolean])[] => []);
  driver.onPieces = ({ request: at }, pieces, gap) => {
    told[at]?.push([pieces, gap >= 0]);
    waiting.get(paths[at] as string)?.();
  };
  return new Promise((resolve) => {
    const seen: Record<string, Seen> = {};
    driver.onDone = ({ request: at, outcome, message, example, stream, dueAt, doneAt }) => {
      if (stream === null) throw new Error(`${paths[at]} was not streamed: ${OUTCOMES[outcome]}, ${message}`);
      const { pieces, firstAt, lastAt, outputTokens, inputTokens, finish } = stream;
      seen[paths[at] as string] = {
        ...{ outcome: OUTCOMES[outcome], message, example, pieces, outputTokens, inputTokens },
        ...{ finish: FINISHES[finish], told: told[at] ?? [] },
        inOrder: dueAt < firstAt && firstAt < lastAt && lastAt <= doneAt,
      };
      if (Object.keys(seen).length === paths.length) resolve(seen);
    };
    paths.forEach((_, at) => {
      const exchange = createExchange(at);
      exchange.request = at;
      exchange.dueAt = clock.now();
      driver.send(exchange);
    });
  });
}

const mapped = <T>(each: (protocol: Protocol, path: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(PROTOCOLS).map(([path, protocol]) => [path, each(protocol, path)]));
const first = [1, false] as const;
const next = [1, true] as const;

describe.each(WAYS)('over $name, each protocol', (way) => {
  it('has its words when they come, its tokens and its end', async () => {
    const seen = await streamed(way, PROTOCOLS, 'whole');
    expect(seen).toEqual(
      mapped((protocol) => {
        const { text: _, ending, ...read } = readByItself(protocol);
        expect(ending).toBe('whole');
        return { ...read, outcome: 'ok', message: '', example: '', told: [first, next, next, next], inOrder: true };
      }),
    );
  });

  it('is cut short without its end, where it has one', async () => {
    const seen = await streamed(way, PROTOCOLS, 'endless');
    expect(mapped((_, path) => [seen[path]?.outcome, seen[path]?.message, seen[path]?.pieces])).toEqual(
      mapped(({ missing }) => (missing === null ? ['ok', '', 4] : ['stream-cut', missing, 4])),
    );
  });

  it('is cut short with its connection', async () => {
    const seen = await streamed(way, PROTOCOLS, 'closed');
    expect(seen).toMatchObject(
      mapped(() => ({
        ...{ outcome: 'stream-cut', message: 'connection closed in the middle of the response' },
        ...{ pieces: 2, told: [first, next], inOrder: true },
      })),
    );
  });

  it('fails with an error that comes within', async () => {
    const seen = await streamed(way, PROTOCOLS, 'failed');
    expect(seen).toMatchObject(
      mapped(() => ({ outcome: 'stream-error', message: 'the stream has an error event', pieces: 2 })),
    );
    for (const { example } of Object.values(seen))
      expect(example).toMatch(/^got .*(?:out of memory|error|failed|Overloaded|terminated)/);
  });
});

it.each(WAYS)('over $name plain text has a piece for each read, and is cut short with its connection', async (way) => {
  const whole = await streamed(way, { '/text': TEXT }, 'whole');
  expect(whole).toMatchObject({ '/text': { outcome: 'ok', told: [first, next, next, next], inOrder: true } });
  const closed = await streamed(way, { '/text': TEXT }, 'closed');
  expect(closed).toMatchObject({ '/text': { outcome: 'stream-cut', told: [first, next], inOrder: true } });
});

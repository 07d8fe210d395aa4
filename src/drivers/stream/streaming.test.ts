import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan } from '../../core/plan.ts';
import { SystemClock } from '../../load/clock.ts';
import { chunk, cuts, endAll, endings, SSE, streamedOn, wait } from './streamed.fixture.ts';
import { WAYS } from './ways.fixture.ts';

/** What the drivers see of streamed responses of real servers, over every way. */

const streamed = streamedOn.bind(null, new SystemClock());
afterEach(endAll);

const USAGE = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 4 } })}\n\n`;

describe.each(WAYS)('a streamed response over $name', (way) => {
  it('has its first token with the first content, not with the role, and every gap', async () => {
    const seen = await streamed(way, async (response) => {
      response.writeHead(200, SSE);
      response.write(chunk({ role: 'assistant', content: '' }));
      response.write(': keep-alive\n\n');
      await wait(60);
      response.write(chunk({ content: 'a' }));
      await wait(40);
      response.write(chunk({ content: 'b' }));
      await wait(40);
      response.write(chunk({ content: 'c' }) + chunk({ content: 'd' }, 'stop'));
      response.end(`${USAGE}data: [DONE]\n\n`);
    });
    expect(seen).toMatchObject({ outcome: 'ok', message: '' });
    expect(seen.stream).toEqual({ pieces: 4, outputTokens: 4, inputTokens: 7, finish: 1 });
    expect(seen.firstAfter).toBeGreaterThan(55_000);
    expect(seen.gaps).toHaveLength(3);
    expect(seen.gaps[0]).toBeGreaterThan(30_000);
    expect(seen.gaps.at(-1)).toBe(0);
  });

  it('is counted by its events where the server says that it has no tokens at all', async () => {
    const none = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 0 } })}\n\n`;
    const answering = (text: string) => (response: ServerResponse) => {
      response.writeHead(200, SSE);
      response.end(`${text}${none}data: [DONE]\n\n`);
    };
    const two = await streamed(way, answering(chunk({ content: 'a' }) + chunk({ content: 'b' })));
    expect(two.stream).toEqual({ pieces: 2, outputTokens: -1, inputTokens: 7, finish: 0 });
    const empty = await streamed(way, answering(chunk({}, 'stop')));
    expect(empty.stream).toEqual({ pieces: 0, outputTokens: 0, inputTokens: 7, finish: 1 });
  });

  it('is cut short without [DONE]', async () => {
    const seen = await streamed(way, (response) => {
      response.writeHead(200, SSE);
      response.end(chunk({ content: 'a' }));
    });
    expect(seen).toMatchObject({ outcome: 'stream-cut', message: 'the stream ended without [DONE]' });
  });

  it('is cut short by a connection that closes in the middle', async () => {
    const seen = await streamed(way, async (response) => {
      response.writeHead(200, SSE);
      response.write(chunk({ content: 'a' }));
      await wait(50);
      cuts.get(response)?.();
    });
    expect(seen.outcome).toBe('stream-cut');
    expect(seen.stream?.pieces).toBe(1);
  });

  it('fails with an error event, and shows it without secrets', async () => {
    const seen = await streamed(
      way,
      (response) => {
        response.writeHead(200, SSE);
        response.end(`${chunk({ content: 'a' })}data: {"error":{"message":"out of memory for sk-secret-value"}}\n\n`);
      },
      {
        requests: [
          {
            ...planFixture().requests[0],
            headers: [['authorization', 'Bearer sk-secret-value']],
          } as Plan['requests'][number],
        ],
      },
    );
    expect(seen).toMatchObject({ outcome: 'stream-error', message: 'the stream has an error event' });
    expect(seen.example).toContain('out of memory');
    expect(seen.example).not.toContain('sk-secret-value');
  });

  it('of JSON lines ends with "done": true', async () => {
    const line = (content: string, done: boolean, more: object = {}): string =>
      `${JSON.stringify({ message: { content }, done, ...more })}\n`;
    const serve = (last: string) => (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(line('a', false) + line('b', false) + last);
    };
    const whole = await streamed(way, serve(line('', true, { done_reason: 'length', eval_count: 2 })));
    expect(whole).toMatchObject({ outcome: 'ok', stream: { pieces: 2, outputTokens: 2, finish: 2 } });
    const cut = await streamed(way, serve(''));
    expect(cut).toMatchObject({
      outcome: 'stream-cut',
      message: 'the stream ended without its last event ("done": true)',
    });
  });

  it('of plain text is split into what comes together, where that is asked for', async () => {
    const response = async (response: ServerResponse): Promise<void> => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (const text of ['one ', 'two ', 'three']) {
        response.write(text);
        await wait(40);
      }
      response.end();
    };
    expect((await streamed(way, response)).stream).toBeNull();
    expect(await streamed(way, response, { stream: 'chunks' })).toMatchObject({ outcome: 'ok', stream: { pieces: 3 } });
  });

  it('is one long response where that is asked for, or where it failed', async () => {
    const response = (status: number) => (response: ServerResponse) => {
      response.writeHead(status, SSE);
      response.end(chunk({ content: 'a' }));
    };
    expect(await streamed(way, response(200), { stream: 'off' })).toMatchObject({ outcome: 'ok', stream: null });
    expect(await streamed(way, response(503))).toMatchObject({ outcome: 'http-error', stream: null });
  });

  it('is closed where its user leaves, which the server sees; what came until then is known', async () => {
    let timer: NodeJS.Timeout | undefined;
    endings.push(() => clearInterval(timer));
    let pieces = 0;
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const seen = await streamed(
      way,
      (response) => {
        response.once('close', closed);
        response.writeHead(200, SSE);
        timer = setInterval(() => response.write(chunk({ content: 'a' })), 5);
      },
      {},
      (cancel) => {
        if (++pieces === 3) cancel();
      },
    );
    expect(seen).toMatchObject({ outcome: 'cancelled', message: '' });
    expect(seen.stream?.pieces).toBeGreaterThanOrEqual(3);
    expect(seen.firstAfter).toBeGreaterThan(0);
    await gone;
  });
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { Alarms } from '../../alarms.ts';
import { complete } from './completions.ts';
import { ContinuousBatch, USUAL_RULES } from './continuous-batch.ts';

it.each([true, false])(
  'are whole where all words are due at once, since the process was held up; streamed: %s',
  async (stream) => {
    // What is to be a second ago rings within the call that sets it.
    const batch = new ContinuousBatch(new Alarms(), USUAL_RULES, () => performance.now() - 1_000);
    const asked = { chat: true, prompt: 'the load', length: 5, stream, includeUsage: true };
    const server = express()
      .get('/', (_request, response) => complete(asked, response, batch, 1))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const text = await response.text();
      expect(response.headers.get('content-type')).toMatch(stream ? /^text\/event-stream/ : /^application\/json/);
      if (!stream) expect(JSON.parse(text).usage.completion_tokens).toBe(5);
      else {
        const events = text.trim().split('\n\n');
        expect(events[0]).toContain('"role":"assistant"');
        // Who speaks, five words, the usage, and the end.
        expect([events.length, events.at(-1)]).toEqual([8, 'data: [DONE]']);
      }
    } finally {
      server.close();
    }
  },
);

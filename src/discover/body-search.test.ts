import { expect, it } from 'vitest';
import { isAccepted } from './body-search.ts';
import type { Reply } from './exchange.ts';

it('a success that tells of an error is none', () => {
  const reply = (status: number, body: string): Reply => ({ status, headers: [], body, message: '' });
  expect(isAccepted(reply(200, '{"error":"missing field"}'))).toBe(false);
  expect(isAccepted(reply(200, '{"success":false}'))).toBe(false);
  expect(isAccepted(reply(200, '{"status":"error"}'))).toBe(false);
  expect(isAccepted(reply(200, '{"error":null,"p":1}'))).toBe(true);
  expect(isAccepted(reply(200, 'setosa'))).toBe(true);
  expect(isAccepted(reply(500, '{}'))).toBe(false);
});

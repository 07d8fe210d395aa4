import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { sessionReader } from './session.ts';

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

test('a session is told by a header', () => {
  const read = sessionReader('header:X-Session');
  expect(read(request({ 'x-session': 'a' }))).toBe('a');
  expect(read(request({}))).toBeUndefined();
});

test('or by a cookie', () => {
  const read = sessionReader('cookie:session');
  expect(read(request({ cookie: 'other=1; session=a=b; last=2' }))).toBe('a=b');
  expect(read(request({ cookie: 'xsession=1' }))).toBeUndefined();
  expect(read(request({}))).toBeUndefined();
});

test('or by nothing', () => {
  expect(sessionReader(undefined)(request({ cookie: 'session=a' }))).toBeUndefined();
  expect(() => sessionReader('query:session')).toThrow('names no session');
});

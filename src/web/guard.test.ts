import { describe, expect, it } from 'vitest';
import { type AccessPolicy, callRefusalOf, isLoopback, newToken, refusalOf } from './guard.ts';

const HOME: AccessPolicy = { host: '127.0.0.1', port: 8089, token: null };
const OPEN: AccessPolicy = { host: '0.0.0.0', port: 8089, token: 'secret' };
const statusOf = (host: string | undefined, policy: AccessPolicy, more = {}): number =>
  refusalOf({ ...(host === undefined ? {} : { host }), ...more }, policy)?.status ?? 200;

describe('the address a page is called by', () => {
  it.each(['127.0.0.1:8089', 'localhost:8089', 'LOCALHOST:8089', '[::1]:8089', '127.1.2.3:8089'])(
    'is this machine’s: %s',
    (host) => expect(statusOf(host, HOME)).toBe(200),
  );

  it.each([
    'evil.example:8089',
    'evil.example',
    'localhost',
    'localhost:80',
    'localhost.evil.example:8089',
    '127.0.0.1.evil.example:8089',
    '10.0.0.1:8089',
    '',
    undefined,
    'localhost:8089@evil.example:8089',
  ])('is somebody else’s: %s', (host) => expect(statusOf(host, HOME)).toBe(421));

  it('may be any address of a page for others, but no name that was not asked for', () => {
    const authorization = 'Bearer secret';
    expect(statusOf('192.0.2.7:8089', OPEN, { authorization })).toBe(200);
    expect(statusOf('[2001:db8::1]:8089', OPEN, { authorization })).toBe(200);
    expect(statusOf('evil.example:8089', OPEN, { authorization })).toBe(421);
    const named = { ...OPEN, host: 'bench.example' };
    expect(statusOf('Bench.Example:8089', named, { authorization })).toBe(200);
  });
});

describe('the token', () => {
  it('is asked for wherever others can come, and taken from header or cookie', () => {
    const at = '192.0.2.7:8089';
    expect(statusOf(at, OPEN)).toBe(401);
    expect(statusOf('127.0.0.1:8089', OPEN)).toBe(401);
    expect(statusOf(at, OPEN, { authorization: 'Bearer secret' })).toBe(200);
    expect(statusOf(at, OPEN, { cookie: 'a=b; rampart-8089=secret' })).toBe(200);
    for (const wrong of ['Bearer secre', 'Bearer secrett', 'Bearer ', 'secret', 'Basic secret'])
      expect(statusOf(at, OPEN, { authorization: wrong })).toBe(401);
    expect(statusOf(at, OPEN, { cookie: 'rampart-8090=secret' })).toBe(401);
  });

  it('cannot be guessed', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{24}$/);
  });

  it('is not needed where only this machine can come', () => {
    expect(['127.0.0.1', 'localhost', '::1', '[::1]', '127.9.9.9'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '128.0.0.1', ''].some(isLoopback)).toBe(false);
  });
});

describe('a call that changes something', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  const own = { host: '127.0.0.1:8089', origin: 'http://127.0.0.1:8089', 'sec-fetch-site': 'same-origin' };

  it('is this page’s own JSON', () => {
    expect(callRefusalOf({ ...own, ...JSON_TYPE })).toBeNull();
    expect(callRefusalOf({ ...own, 'content-type': 'application/json; charset=utf-8' })).toBeNull();
    // What is no browser (curl) sends neither origin nor site.
    expect(callRefusalOf({ host: own.host, ...JSON_TYPE })).toBeNull();
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'http://127.0.0.1:9999' },
    { origin: 'https://127.0.0.1:8089' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused from another site: %o', (headers) => {
    expect(callRefusalOf({ ...own, ...JSON_TYPE, ...headers })?.status).toBe(403);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('is refused as %s, which a form can send', (type) =>
    expect(callRefusalOf({ ...own, 'content-type': type })?.status).toBe(415),
  );
});

import { describe, expect, it } from 'vitest';
import { isSafe, readLogLine } from './access-log.ts';

const line = (request: string): string =>
  `203.0.113.9 - ada [10/Oct/2000:13:55:36 -0700] "${request}" 200 2326 "http://example.org/a b" "Mozilla/5.0 (\\"x\\")"`;

describe('readLogLine', () => {
  it('reads the combined format', () => {
    expect(readLogLine(line('GET /a?b=%20c HTTP/1.1'))).toEqual({
      at: Date.UTC(2000, 9, 10, 20, 55, 36) * 1e3,
      request: {
        method: 'GET',
        fields: {
          ...{ method: 'GET', path: '/a?b=%20c', status: '200', bytes: '2326' },
          ...{ referer: 'http://example.org/a b', user_agent: 'Mozilla/5.0 (\\"x\\")' },
        },
      },
    });
  });

  it('reads the common one, with a host before and more behind', () => {
    const common = 'h.example:443 ::1 - - [10/Oct/2000:13:55:36 +0000] "HEAD / HTTP/2.0" 304 - 0.012';
    expect(readLogLine(common)?.request?.fields).toMatchObject({ method: 'HEAD', path: '/', bytes: '-', referer: '' });
  });

  it('keeps the path of a whole address', () => {
    expect(readLogLine(line('GET http://h.example:80/x?y HTTP/1.1'))?.request?.fields['path']).toBe('/x?y');
  });

  it('finds no request in what no client could send again', () => {
    for (const request of [
      '-',
      '\\x16\\x03\\x01',
      'GET',
      'GET /a\\xC3 HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'CONNECT /x HTTP/1.1',
    ])
      expect(readLogLine(line(request))).toEqual({ at: expect.any(Number), request: null });
  });

  it('refuses what is no such line', () => {
    for (const text of ['', 'timestamp,method', '1.2.3.4 - - [yesterday] "GET / HTTP/1.1" 200 1', '{"time": 1}'])
      expect(readLogLine(text)).toBeNull();
  });
});

it('knows the methods that change nothing', () => {
  expect(['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PURGE'].map(isSafe)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

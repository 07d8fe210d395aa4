import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { errorOf } from './error.fixture.ts';

describe('parseAddress', () => {
  it.each([
    ['http://127.0.0.1:8989/predict', 'http://127.0.0.1:8989/predict', 'http:', '127.0.0.1', 8989, '/predict'],
    ['localhost:8989/predict', 'http://localhost:8989/predict', 'http:', 'localhost', 8989, '/predict'],
    ['localhost', 'http://localhost/', 'http:', 'localhost', 80, '/'],
    ['https://example.com', 'https://example.com/', 'https:', 'example.com', 443, '/'],
    ['HTTPS://Example.COM:443/A?b=C', 'https://example.com/A?b=C', 'https:', 'example.com', 443, '/A?b=C'],
    ['http://[::1]:8989/predict', 'http://[::1]:8989/predict', 'http:', '::1', 8989, '/predict'],
    ['[::1]:8989', 'http://[::1]:8989/', 'http:', '::1', 8989, '/'],
    ['http://[2001:DB8::1]/x', 'http://[2001:db8::1]/x', 'http:', '2001:db8::1', 80, '/x'],
    ['http://h/a b?q=ü#part', 'http://h/a%20b?q=%C3%BC', 'http:', 'h', 80, '/a%20b?q=%C3%BC'],
    ['http://h/a/../b//c?', 'http://h/b//c?', 'http:', 'h', 80, '/b//c?'],
    ['http://h?x=1', 'http://h/?x=1', 'http:', 'h', 80, '/?x=1'],
    ['h:80/p?u=http://other/', 'http://h/p?u=http://other/', 'http:', 'h', 80, '/p?u=http://other/'],
    ['http://h/@user', 'http://h/@user', 'http:', 'h', 80, '/@user'],
    [' http://h/ ', 'http://h/', 'http:', 'h', 80, '/'],
  ])('%s', (text, url, protocol, host, port, path) => {
    const address = parseAddress(text, 'URL');
    expect(address.target).toEqual({ url, protocol, host, port });
    expect(address.path).toBe(path);
    expect(address.pathname).toBe(path.replace(/\?.*$/, ''));
  });

  it.each([
    ['http+unix:///run/m.sock:/predict?x=1', '/run/m.sock', '/predict?x=1', 'http+unix:///run/m.sock:/predict?x=1'],
    ['HTTP+UNIX:///run/m.sock', '/run/m.sock', '/', 'http+unix:///run/m.sock:/'],
    ['http+unix:///run/m.sock:', '/run/m.sock', '/', 'http+unix:///run/m.sock:/'],
    ['http+unix:///run/m.sock?x=1', '/run/m.sock', '/?x=1', 'http+unix:///run/m.sock:/?x=1'],
    ['http+unix://%2Frun%2Fm.sock/predict', '/run/m.sock', '/predict', 'http+unix:///run/m.sock:/predict'],
    ['http+unix://%2Frun%2Fm.sock:/predict', '/run/m.sock', '/predict', 'http+unix:///run/m.sock:/predict'],
    ['http+unix:///run/a%3Ab%20c:/p', '/run/a:b c', '/p', 'http+unix:///run/a%3Ab%20c:/p'],
  ])('%s', (text, socketPath, path, url) => {
    const address = parseAddress(text, 'URL');
    expect(address.target).toEqual({ url, protocol: 'http:', host: 'localhost', port: 80, socketPath });
    expect(address.path).toBe(path);
    expect(parseAddress(url, 'URL')).toEqual(address);
  });

  it.each([
    ['http+unix://run/m.sock', 'names no absolute path of a socket'],
    ['http+unix://', 'names no absolute path of a socket'],
    ['http+unix:///run/m.sock:predict', 'has no / between the socket and the path'],
    ['http+unix://%zz/predict', 'has a malformed percent-encoding'],
    [`http+unix:///${'x'.repeat(120)}:/p`, 'has a socket path longer than 107 bytes'],
    ['http+unix:///run/m%00.sock:/p', 'names no absolute path of a socket'],
  ])('%s is refused', (text, problem) => {
    expect(errorOf(() => parseAddress(text, 'URL'))).toContain(problem);
  });

  const EXAMPLE = 'write http://host:port/path';
  it.each([
    ['', `"" is empty; ${EXAMPLE}`],
    ['http://', `"http://" names no host; ${EXAMPLE}`],
    ['/predict', `"/predict" names no host; ${EXAMPLE}`],
    ['http:///predict', `"http:///predict" names no host; ${EXAMPLE}`],
    ['//host/predict', `"//host/predict" names no host; ${EXAMPLE}`],
    [':8989/predict', `":8989/predict" names no host; ${EXAMPLE}`],
    ['8989', '"8989" names no host, only a number; write http://127.0.0.1:8989'],
    ['ftp://host/', '"ftp://host/" has the scheme ftp; allowed are http, https and http+unix'],
    ['ws://host/', '"ws://host/" has the scheme ws; allowed are http, https and http+unix'],
    ['http:host/x', `"http:host/x" lacks the // after the scheme; ${EXAMPLE}`],
    ['http:/host/x', `"http:/host/x" lacks the // after the scheme; ${EXAMPLE}`],
    ['::1', '"::1" has an IPv6 address without brackets; write http://[::1]:8080/path'],
    ['http://::1/x', '"http://::1/x" has an IPv6 address without brackets; write http://[::1]:8080/path'],
    ['http://h:0/', '"http://h:0/" has the port "0"; a port is a number from 1 to 65535'],
    ['http://h:65536/', '"http://h:65536/" has the port "65536"; a port is a number from 1 to 65535'],
    ['http://h:http/', '"http://h:http/" has the port "http"; a port is a number from 1 to 65535'],
    ['http://h:/', '"http://h:/" has the port ""; a port is a number from 1 to 65535'],
    ['http://[::1/', `"http://[::1/" is not a URL; ${EXAMPLE}`],
    ['http://a b/', `"http://a b/" is not a URL; ${EXAMPLE}`],
    ['http://999.1.1.1/', `"http://999.1.1.1/" is not a URL; ${EXAMPLE}`],
    ['http://h/a\nb', '"http://h/a\\nb" contains a line break or another control character'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseAddress(text, 'URL'))).toBe(`bad-url URL: ${problem}`);
  });

  it.each(['http://ann:s3cret@host/', 'ann:s3cret@host/x', 'http://ann@host/', 'http://ann:a@s3cret@host/'])(
    'refuses the password in %s without repeating it',
    (text) => {
      const error = errorOf(() => parseAddress(text, 'URL'));
      expect(error).toMatch(
        /^bad-url URL: "(http:\/\/)?\*\*\*@host.* carries a user name or password.*--user name:password/,
      );
      expect(error).not.toContain('s3cret');
    },
  );

  it('repeats no password that has a slash in it either', () => {
    expect(errorOf(() => parseAddress('http://ann:s3/cr@host/', 'URL'))).toContain('"http://***@host/"');
  });

  it('takes whatever it gives', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        const first = parseAddress(text, 'URL');
        expect(parseAddress(first.target.url, 'URL')).toEqual(first);
        expect(first.path).toMatch(/^\/[\x21-\x7e]*$/);
      }),
    );
  });

  it('answers any text with an address or an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(https?:\/\/)?[a-z0-9:/@?#[\].%\\-]{0,16}$/)), (text) => {
        const error = errorOf(() => parseAddress(text, 'URL'));
        expect(error).toMatch(/^(no error|bad-url URL: ")/);
      }),
      { numRuns: 2_000 },
    );
  });
});

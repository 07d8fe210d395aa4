import fc from 'fast-check';
import { CookieJar as Oracle, parseDate } from 'tough-cookie';
import { describe, expect, it } from 'vitest';
import { CookieJar, parseCookieDate } from './cookie-jar.ts';

const NOW = Date.UTC(2026, 10, 29);
const at = (path: string, host = 'app.test', secure = false) => ({ host, path, secure });

/** What a jar that was given these lines sends. */
function sent(lines: readonly string[], from: string, to: string, secure = false): string {
  const jar = new CookieJar();
  for (const line of lines) jar.store(line, at(from, 'app.test', secure), NOW);
  return jar.header(at(to, 'app.test', secure), () => NOW);
}

describe('CookieJar', () => {
  it('keeps name and value, and sends them to where they belong', () => {
    expect(sent(['a=1', 'b=2; Path=/x', 'c="q"; HttpOnly'], '/login', '/x/y')).toBe('b=2; a=1; c="q"');
    expect(sent(['a=1'], '/deep/er/page', '/deep')).toBe('');
    expect(sent(['a=1'], '/deep/er/page', '/deep/er/z?q=/')).toBe('a=1');
    expect(sent(['a=1; Secure'], '/', '/')).toBe('');
    expect(sent(['a=1; Secure'], '/', '/', true)).toBe('a=1');
    expect(sent(['a=1; Domain=other.test'], '/', '/')).toBe('');
    expect(sent(['a=1; Domain=.app.test'], '/', '/')).toBe('a=1');
    expect(sent(['=1', 'nothing', ' '], '/', '/')).toBe('');
  });

  it('replaces, removes and lets expire', () => {
    expect(sent(['a=1', 'b=2', 'a=3'], '/', '/')).toBe('a=3; b=2');
    expect(sent(['a=1', 'a=; Max-Age=0'], '/', '/')).toBe('');
    expect(sent(['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], '/', '/')).toBe('');
    const jar = new CookieJar();
    jar.store('a=1; Max-Age=10', at('/'), NOW);
    expect(jar.header(at('/'), () => NOW + 9_999)).toBe('a=1');
    expect(jar.header(at('/'), () => NOW + 10_000)).toBe('');
    expect(jar.size).toBe(0);
  });

  it('does not ask for the time where nothing expires', () => {
    const jar = new CookieJar();
    jar.store('a=1', at('/'), NOW);
    const clock = () => {
      throw new Error('asked');
    };
    expect(jar.header(at('/'), clock)).toBe('a=1');
  });

  it('keeps targets on one host apart, but for cookies that ask for a domain', () => {
    const jar = new CookieJar();
    const to = (target: string) => ({ ...at('/'), target });
    const sentTo = (target: string): string => jar.header(to(target), () => NOW);
    jar.store('s=1', to('a'), NOW);
    jar.store('s=2', to('b'), NOW);
    jar.store('all=3; Domain=app.test', to('b'), NOW);
    expect([sentTo('a'), sentTo('b'), sentTo('c')]).toEqual(['s=1; all=3', 's=2; all=3', 'all=3']);
    jar.store('s=; Max-Age=0', to('b'), NOW);
    jar.store('all=4; Domain=app.test', to('a'), NOW);
    expect([sentTo('a'), sentTo('b')]).toEqual(['s=1; all=4', 'all=4']);
  });

  it('is bounded', () => {
    const jar = new CookieJar();
    expect(jar.store(`a=${'x'.repeat(5_000)}`, at('/'), NOW)).toBe(false);
    for (let n = 0; n < 100; n++) jar.store(`c${n}=1`, at('/'), NOW);
    expect(jar.size).toBe(50);
  });

  it('sends what tough-cookie sends', () => {
    const token = fc.stringMatching(/^[a-z0-9]{1,3}$/);
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const attribute = fc.oneof(
      path.map((text) => `Path=${text}`),
      fc.constantFrom('Path=', 'Path=a', 'Secure', 'HttpOnly', 'SameSite=Lax', 'Priority=High'),
      fc
        .constantFrom('app.test', '.app.test', 'www.app.test', 'other.test', 'APP.test')
        .map((text) => `Domain=${text}`),
      fc.constantFrom('0', '-1', '60', 'x', '').map((text) => `Max-Age=${text}`),
      fc
        .constantFrom('Wed, 21 Oct 2015 07:28:00 GMT', 'Fri, 01-Jan-2100 00:00:00 GMT', 'soon')
        .map((text) => `Expires=${text}`),
    );
    const line = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), token, fc.array(attribute, { maxLength: 3 }))
      .map(([name, value, attributes]) => [`${name}=${value}`, ...attributes].join('; '));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.tuple(path, path, fc.boolean(), fc.boolean()),
        fc.constantFrom('app.test', 'www.app.test'),
        (lines, [from, to, secureFrom, secureTo], host) => {
          const jar = new CookieJar();
          const oracle = new Oracle(undefined, { rejectPublicSuffixes: false, looseMode: false });
          const now = new Date();
          for (const one of lines) {
            jar.store(one, at(from, host, secureFrom), now.getTime());
            oracle.setCookieSync(one, `${secureFrom ? 'https' : 'http'}://${host}${from}`, { ignoreError: true, now });
          }
          const theirs = oracle.getCookieStringSync(`${secureTo ? 'https' : 'http'}://${host}${to}`);
          expect(
            jar
              .header(at(to, host, secureTo), () => now.getTime())
              .split('; ')
              .sort(),
          ).toEqual(theirs.split('; ').sort());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads dates as tough-cookie does', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'Wed,',
        '21',
        '1',
        '31',
        '30',
        'Oct',
        'feb',
        '2015',
        '15',
        '99',
        '70',
        '07:28:00',
        '7:2:3',
        '24:00:00',
        'GMT',
        '21-Oct-2015',
        'x',
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), fc.constantFrom(' ', '-', ','), (parts, by) => {
        const text = parts.join(by);
        expect(parseCookieDate(text)).toBe(parseDate(text)?.getTime() ?? null);
      }),
      { numRuns: 1_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { leadsOn, onwardFrom } from './redirect.ts';

const ORIGINS = ['http://a.test:8080', 'http://named.test'];
const from = (method: string, status: number, location: string, path = '/x/y?z') =>
  onwardFrom({ method, path }, status, location, ORIGINS);

describe('redirects', () => {
  it.each([
    ['POST', 301, 'GET', false],
    ['POST', 302, 'GET', false],
    ['PUT', 302, 'PUT', true],
    ['PUT', 303, 'GET', false],
    ['HEAD', 303, 'HEAD', true],
    ['POST', 307, 'POST', true],
    ['POST', 308, 'POST', true],
    ['GET', 301, 'GET', true],
  ])('%s and %i become %s as with fetch', (method, status, becomes, keepsBody) => {
    expect(from(method, status, '/n')).toEqual({ method: becomes, path: '/n', keepsBody });
  });

  it.each([
    ['z', '/x/z'],
    ['?q', '/x/y?q'],
    ['/a b#top', '/a%20b'],
    ['//named.test/p', '/p'],
    ['http://a.test:8080', '/'],
    ['', '/x/y?z'],
  ])('%j is read from where it was given', (location, path) => {
    expect(from('GET', 302, location)).toMatchObject({ path });
  });

  it('go to no other origin', () => {
    for (const location of ['https://a.test:8080/', 'http://a.test/', '//b.test/x', 'mailto:a@b.test'])
      expect(from('GET', 302, location)).toEqual({ problem: 'leads to another origin, which is not followed' });
    expect(from('GET', 302, 'http://')).toEqual({ problem: 'leads to no address' });
  });

  it('are statuses with a place to go to', () => {
    expect([leadsOn(302, '/a'), leadsOn(302, null), leadsOn(302, ''), leadsOn(304, '/a'), leadsOn(200, '/a')]).toEqual([
      true,
      ...[false, false, false, false],
    ]);
  });
});

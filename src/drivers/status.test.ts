import { describe, expect, it } from 'vitest';
import { StatusFailures } from './status.ts';

describe('the message of a failure by status', () => {
  const of = (status: number, location: string | null): string => new StatusFailures().messageFor(status, location);

  it('names where a redirect points', () => {
    expect(of(307, '/predict/')).toBe('307 redirect to /predict/');
    expect(of(302, 'https://login.test/')).toBe('302 redirect to https://login.test/');
  });

  it('names the methods that are allowed', () => {
    expect(of(405, 'POST, OPTIONS')).toBe('HTTP 405 (allows POST, OPTIONS)');
    expect([of(405, ''), of(405, null), of(405, '\x1b[2J'), of(404, 'POST')]).toEqual([
      'HTTP 405',
      'HTTP 405',
      'HTTP 405',
      'HTTP 404',
    ]);
  });

  it('is the status where nothing is pointed at', () => {
    expect([of(404, '/x'), of(302, null), of(302, ''), of(304, '/x'), of(500, null)]).toEqual([
      'HTTP 404',
      'HTTP 302',
      'HTTP 302',
      'HTTP 304',
      'HTTP 500',
    ]);
  });

  it('leaves out what differs from response to response, and what is secret', () => {
    expect(of(302, '/login?state=8c1&next=%2Fpredict')).toBe('302 redirect to /login?…');
    expect(of(302, '/login#top')).toBe('302 redirect to /login#…');
    expect(of(301, 'http://ann:pa@ss@host.test/a@b')).toBe('301 redirect to http://host.test/a@b');
    expect(of(301, '//ann@host.test')).toBe('301 redirect to //host.test');
  });

  it('shows no byte that a terminal would act on, and no endless address', () => {
    expect(of(302, '/\x9b2J\xe9 ')).toBe('302 redirect to /%9B2J%E9%20');
    expect(of(302, `/${'a'.repeat(500)}`)).toBe(`302 redirect to /${'a'.repeat(159)}…`);
  });

  it('counts redirects to ever new addresses together', () => {
    const statuses = new StatusFailures();
    const messages = Array.from({ length: 500 }, (_, n) => statuses.messageFor(303, `/jobs/${n}`));
    expect(new Set(messages).size).toBe(21);
    expect(messages.at(-1)).toBe('303 redirect to further addresses');
    expect(statuses.messageFor(303, '/jobs/3')).toBe('303 redirect to /jobs/3');
  });
});

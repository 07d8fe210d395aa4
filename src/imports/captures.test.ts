import { describe, expect, it } from 'vitest';
import { withCaptures } from './captures.ts';
import type { ImportedRequest } from './imported.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmVk_x1';
const request = (path: string, changes: Partial<ImportedRequest> = {}): ImportedRequest => ({
  ...{ name: `GET ${path}`, method: 'GET', url: `http://a.test${path}`, headers: [], body: null },
  ...changes,
});
const giving = (json: unknown, path = '/login'): ImportedRequest => request(path, { response: { headers: [], json } });

describe('what a response gave to later requests', () => {
  it('is captured, and put into headers, addresses and bodies, whole', () => {
    const [login, job, all, other] = withCaptures([
      giving({ user: { access_token: TOKEN }, jobs: [{ id: 'job-7f3a/9' }] }),
      request('/jobs/job-7f3a%2F9?full=1', { headers: [['Authorization', `Bearer ${TOKEN}`]] }),
      request('/all', { body: `{"token": "${TOKEN}", "ids": ["job-7f3a/9"]}` }),
      request('/jobs/job-7f3a%2F91', { headers: [['X-Id', `pre${TOKEN}`]] }),
    ]);
    expect(login?.captures).toEqual({ access_token: '$.user.access_token', id: '$.jobs[0].id' });
    expect(job).toMatchObject({
      name: 'GET /jobs/:id?full=1',
      url: 'http://a.test/jobs/{{captured.id}}?full=1',
      headers: [['Authorization', 'Bearer {{captured.access_token}}']],
    });
    expect(all?.body).toBe('{"token": "{{captured.access_token}}", "ids": ["{{captured.id}}"]}');
    expect(other?.url).toBe('http://a.test/jobs/job-7f3a%2F91');
    expect(other?.headers[0]?.[1]).toBe(`pre${TOKEN}`);
  });

  it('comes from headers too, and of two log-ins from the later one', () => {
    const [first, one, second, two] = withCaptures([
      request('/login', { response: { headers: [['X-Session-Token', 'first-one-1']] } }),
      request('/a', { headers: [['x-session-token', 'first-one-1']] }),
      request('/login', { response: { headers: [['X-Session-Token', 'second-one-2']] } }),
      request('/b', { headers: [['x-session-token', 'second-one-2']] }),
    ]);
    const capture = { 'X-Session-Token': 'header X-Session-Token' };
    expect([first?.captures, second?.captures]).toEqual([capture, capture]);
    for (const after of [one, two]) expect(after?.headers[0]?.[1]).toBe('{{captured.X-Session-Token}}');
  });

  it.each([
    [
      'was sent before it came',
      [request('/a?key=tenant-0042'), giving({ key: 'tenant-0042' }), request('/b?key=tenant-0042')],
    ],
    ['was sent by the request that got it', [giving({ id: 'batch-0042' }, '/batch-0042'), request('/x/batch-0042')]],
    ['is short', [giving({ token: 'a1b2' }), request('/x?token=a1b2')]],
    ['is a word', [giving({ status: 'approved' }), request('/x?state=approved')]],
    ['is a number', [giving({ total: 12345678 }), request('/x/12345678')]],
    ['is the host', [giving({ host: 'node1.test' }), { ...request('/x'), url: 'http://node1.test/x' }]],
  ])('is the caller’s own where it %s', (_, requests) => {
    const made = withCaptures(requests);
    expect(made.every(({ captures }) => captures === undefined)).toBe(true);
    expect(made.map(({ url }) => url)).toEqual(requests.map(({ url }) => url));
  });

  it('keeps its name apart from another of the same', () => {
    const [a, b, use] = withCaptures([
      giving({ id: 'first-0001' }, '/a'),
      giving({ id: 'second-002' }, '/b'),
      request('/x/first-0001/second-002'),
    ]);
    expect([a?.captures, b?.captures]).toEqual([{ id: '$.id' }, { id_2: '$.id' }]);
    expect(use?.url).toBe('http://a.test/x/{{captured.id}}/{{captured.id_2}}');
  });

  it('is found among a thousand requests and long responses in no time', () => {
    const items = Array.from({ length: 2_000 }, (_, n) => ({ id: `item-${n}-0042` }));
    const many = Array.from({ length: 1_000 }, (_, n) => ({ ...giving(items, `/list/${n}`), body: 'x'.repeat(2_000) }));
    const made = withCaptures([...many, request('/items/item-1999-0042')]);
    expect(made.at(-1)?.url).toBe('http://a.test/items/{{captured.id}}');
  });

  it('goes no deeper than it may, and takes no key that a path cannot say', () => {
    let deep: unknown = { id: 'deep-000042' };
    for (let n = 0; n < 200; n++) deep = [deep];
    const made = withCaptures([giving({ 'a"b': 'odd-value-1', deep }), request('/x/odd-value-1/deep-000042')]);
    expect(made[0]?.captures).toBeUndefined();
  });
});

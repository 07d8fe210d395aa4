import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type Operations, startAdmin } from './admin.ts';
import type { Listener } from './listener.ts';
import { OptionError } from './option-syntax.ts';

let admin: Listener | undefined;
afterEach(() => admin?.close());

async function start(operations: Partial<Operations> = {}): Promise<string[]> {
  const called: string[] = [];
  const all: Operations = {
    state: () => ({ called: called.length }),
    crashNext: () => void called.push('crash'),
    replaceAll: async () => void called.push('replace'),
    setSplit: async (split) => void called.push(`split ${JSON.stringify(split)}`),
    rollOut: async (version, steps) => void called.push(`rollout ${version} ${steps}`),
  };
  admin = await startAdmin(Object.keys(operations).length > 0 ? (operations as Operations) : all, 0, () => {});
  return called;
}

async function ask(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(`${admin?.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return [response.status, await response.json()];
}

describe('an operator', () => {
  test('is told the state, and what was done', async () => {
    const called = await start();
    expect(await ask('GET', '/')).toEqual([200, { called: 0 }]);
    expect(await ask('POST', '/crash')).toEqual([200, { called: 1 }]);
    expect(await ask('POST', '/replace')).toEqual([200, { called: 2 }]);
    await ask('PUT', '/split', { v1: 90, v2: 10 });
    await ask('POST', '/rollout', { version: 'v2' });
    await ask('POST', '/rollout', { version: 'v3', steps: 2 });
    expect(called).toEqual(['crash', 'replace', 'split {"v1":90,"v2":10}', 'rollout v2 4', 'rollout v3 2']);
  });

  test.each([
    ['PUT', '/split', {}, undefined],
    ['PUT', '/split', { v1: 'all' }, 'v1'],
    ['PUT', '/split', { v1: 1, v2: -1 }, 'v2'],
    ['POST', '/rollout', {}, 'version'],
    ['POST', '/rollout', { version: 'v 2' }, 'version'],
    ['POST', '/rollout', { version: 'v2', steps: 0 }, 'steps'],
    ['POST', '/rollout', { version: 'v2', steps: 2.5 }, 'steps'],
    ['POST', '/rollout', { version: 'v3', steps: 1_000_000_000 }, 'steps'],
    ['POST', '/rollout', { version: '__proto__' }, 'version'],
    ['PUT', '/split', JSON.parse('{"__proto__": 100}'), '__proto__'],
    ['PUT', '/split', { constructor: 100 }, 'constructor'],
    ['PUT', '/split', { v1: 1e308, v2: 1e308 }, 'v1'],
    ['PUT', '/split', Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`v${i}`, 1])), undefined],
  ])('is refused %s %s %j', async (method, path, body, field) => {
    const called = await start();
    const [status, answer] = await ask(method, path, body);
    expect(status).toBe(422);
    expect((answer as { field?: string }).field).toBe(field);
    expect(called).toEqual([]);
  });

  test.each([
    ['{"v1": }', 'application/json', 400, 'unexpected "}" at position 7'],
    ['v1=1', 'text/plain', 415, 'the content type must be application/json, got text/plain'],
    ['', 'application/json', 400, 'the body is empty'],
    [`"${'x'.repeat(100_001)}"`, 'application/json', 413, 'larger than 100000 bytes'],
  ])('who sends %.10s as %s is answered %i', async (body, type, status, error) => {
    await start();
    const response = await fetch(`${admin?.url}/split`, { method: 'PUT', body, headers: { 'content-type': type } });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toContain(error);
  });

  test.each([
    ['a page of another site', { origin: 'http://evil.test' }, 403],
    ['a page of another site, without a body', { origin: 'null' }, 403],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a name that was made to point here', { host: 'evil.test' }, 421],
    ['a form', { 'content-type': 'text/plain', 'content-length': '1' }, 415],
    ['curl', {}, 200],
    ['another name of this machine', { host: 'localhost' }, 200],
  ] as const)('lets %s crash a worker, or not', async (_, headers, status) => {
    const called = await start();
    const { port } = new URL(admin?.url ?? '');
    const named = 'host' in headers ? { ...headers, host: `${headers.host}:${port}` } : headers;
    const got = await new Promise<number | undefined>((resolve, reject) => {
      const call = request({ port, host: '127.0.0.1', method: 'POST', path: '/crash', headers: named }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject);
      call.end('content-length' in headers ? 'x' : undefined);
    });
    expect([got, called]).toEqual([status, status === 200 ? ['crash'] : []]);
  });

  test('is told which method a route has', async () => {
    await start();
    expect((await ask('GET', '/split'))[0]).toBe(405);
  });

  test('is told what this deployment cannot do, or not now', async () => {
    await start({
      state: () => ({}),
      rollOut: async () => {
        throw new OptionError('a roll-out is under way');
      },
    });
    expect(await ask('POST', '/crash')).toEqual([409, { error: 'this strategy cannot do that' }]);
    expect(await ask('POST', '/rollout', { version: 'v2' })).toEqual([409, { error: 'a roll-out is under way' }]);
    expect((await ask('GET', '/nothing'))[0]).toBe(404);
  });
});

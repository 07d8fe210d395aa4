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
    ['PUT', '/split', {}],
    ['PUT', '/split', { v1: 'all' }],
    ['PUT', '/split', { v1: -1 }],
    ['POST', '/rollout', {}],
    ['POST', '/rollout', { version: 'v 2' }],
    ['POST', '/rollout', { version: 'v2', steps: 0 }],
  ])('is refused %s %s %j', async (method, path, body) => {
    const called = await start();
    expect((await ask(method, path, body))[0]).toBe(422);
    expect(called).toEqual([]);
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

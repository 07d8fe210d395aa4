import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { counted, measured, rampart, resultOf, temporaryFolder } from './command.ts';
import { httpTarget } from './target.ts';

/** A shop that knows its visitors by a cookie: each is to have its own. */
async function shop() {
  let visitors = 0;
  const baskets = new Map<string, number>();
  const target = await httpTarget(({ url, headers }, response) => {
    const visitor = /(?:^|; )visitor=(\w+)/.exec(headers.cookie ?? '')?.[1];
    if (url === '/enter') {
      response.setHeader('Set-Cookie', [`visitor=v${visitors++}; Path=/; HttpOnly`, 'seen=1; Path=/elsewhere']);
      response.end('{}');
    } else if (visitor === undefined || headers.cookie?.includes('seen')) response.writeHead(403).end();
    else {
      const items = (baskets.get(visitor) ?? 0) + 1;
      baskets.set(visitor, items);
      response.end(JSON.stringify({ items }));
    }
  });
  return { target, baskets, visitors: () => visitors };
}

const scenario = (url: string, more: object) => ({
  url,
  requests: [
    { name: 'enter', path: '/enter' },
    { name: 'add', path: '/add' },
  ],
  flows: [{ name: 'visit', steps: ['enter', 'add', 'add'] }],
  ...more,
});

it.each([
  ['users', { vus: 8 }],
  ['arrivals', { rate: '200/s' }],
])('each pass of %s has cookies of its own', async (_, load) => {
  const { target, baskets, visitors } = await shop();
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 's.json'), JSON.stringify(scenario(target.url, { ...load, cookies: true, threads: 2 })));
  const { stdout } = await rampart(['run', 's.json', '-n', '60', '--json'], { cwd });
  const result = resultOf(stdout);
  expect(counted(result.totals)).toMatchObject({ sent: 180, ok: 180, failed: 0 });
  // One more than there are passes: the first of each request.
  expect([visitors(), [...baskets.values()].every((items) => items <= 2)]).toEqual([61, true]);
  await target.close();
});

it('without them nobody is known', async () => {
  const { target } = await shop();
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 's.json'), JSON.stringify(scenario(target.url, { vus: 2 })));
  const { code, stderr } = await rampart(['run', 's.json', '-n', '5'], { cwd });
  expect([code, stderr]).toEqual([4, expect.stringContaining('HTTP 403')]);
  await target.close();
});

it('users may keep them from one pass to the next', async () => {
  const sessions = new Set<string>();
  let given = 0;
  const target = await httpTarget(({ headers }, response) => {
    const cookie = headers.cookie;
    if (cookie === undefined) response.setHeader('Set-Cookie', `s=${given++}`);
    else sessions.add(cookie);
    response.end('ok');
  });
  const { result } = await measured(['run', target.url, '-u', '5', '-n', '100', '--keep-cookies', '-q']);
  expect([counted(result.totals).ok, given, sessions.size]).toEqual([100, 5, 5]);
  await target.close();
});

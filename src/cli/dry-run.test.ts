import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function listening(bodyOf: (path: string) => string): Promise<{ readonly url: string; readonly got: string[] }> {
  const got: string[] = [];
  const made = createServer(({ url = '' }, response) => {
    got.push(url);
    response.end(bodyOf(url));
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, got };
}

describe('--dry-run', () => {
  it('sends each request of a flow once, the way that responses decide, and names those that it did not send', async () => {
    const { url, got } = await listening((path) => (path.startsWith('/job') ? '{"state":"done","id":"a7"}' : '{}'));
    const scenario = {
      url,
      requests: [
        { name: 'job', path: '/job?n={{seq}}', capture: { state: '$.state', id: '$.id' } },
        { name: 'fetch', path: '/fetch/{{captured.id}}?n={{seq}}' },
        { name: 'poll', path: '/poll' },
        { name: 'rate', path: '/rate' },
        { name: 'off', path: '/off' },
        { name: 'home', path: '/?n={{seq}}' },
      ],
      flows: [
        {
          name: 'work',
          steps: [
            'job',
            { repeat: 3, steps: [{ pause: '1h' }, { if: 'state', is: 'done', steps: ['fetch'], else: ['poll'] }] },
            {
              group: 'after',
              steps: [{ choose: [{ steps: [] }, { weight: 0, steps: ['off'] }, { steps: ['rate'] }] }],
            },
          ],
        },
        { name: 'look', steps: ['home', { pause: '1h' }] },
      ],
    };
    const files = { 's.json': JSON.stringify(scenario) };
    const { code, stdout, stderr } = await saidBy(['run', 's.json', '--dry-run'], { files });
    expect([code, stderr]).toEqual([0, '']);
    // A pass has one number, as in the load.
    expect(got).toEqual(['/job?n=0', '/fetch/a7?n=0', '/rate', '/?n=1']);
    for (const name of ['job', 'fetch', 'rate', 'home']) expect(stdout).toMatch(new RegExp(`^${name}: HTTP 200 `, 'm'));
    for (const name of ['poll', 'off']) expect(stdout).toContain(`\n${name}: not sent: `);
    expect(stdout).toMatch(/No load was sent\.\n$/);
  });

  it.each([
    ['--no-preflight', '--dry-run and --no-preflight exclude each other'],
    ['--json', '--dry-run and --json exclude each other'],
  ])('is refused beside %s', async (flag, says) => {
    const { url, got } = await listening(() => '');
    const { code, stdout, stderr } = await saidBy(['run', url, '--dry-run', flag]);
    expect([code, stdout, got]).toEqual([2, '', []]);
    expect(stderr).toContain(says);
  });
});

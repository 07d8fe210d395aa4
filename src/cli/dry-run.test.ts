import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const listening = (bodyOf: (path: string) => string): Promise<{ readonly url: string; readonly got: string[] }> =>
  serving(
    ({ url = '' }, response) => void response.end(bodyOf(url)),
    ({ url = '' }) => url,
  );

/** @param told of each request, kept in `got`. */
async function serving(
  answer: RequestListener,
  told = ({ method, url }: IncomingMessage): string => `${method} ${url}`,
): Promise<{ readonly url: string; readonly got: string[] }> {
  const got: string[] = [];
  const made = createServer((request, response) => {
    got.push(told(request));
    request.resume();
    answer(request, response);
  });
  servers.push(made);
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

describe('where nobody says what to send to several targets', () => {
  /** Takes no GET of its model. */
  const posted: RequestListener = ({ method, url }, response) => {
    if (url !== '/predict') response.writeHead(404);
    else if (method !== 'POST') response.writeHead(405, { allow: 'POST' });
    response.end('{"y":1}');
  };

  it('the one that wants more is asked what it accepts, and both get that', async () => {
    const plain = await serving((_, response) => void response.end('{"y":1}'));
    const model = await serving(posted);
    const targets = [`plain=${plain.url}/predict`, `model=${model.url}/predict`];
    const { code, stdout, stderr } = await saidBy(['run', '--dry-run', ...targets.flatMap((one) => ['--target', one])]);
    expect([code, stderr]).toEqual([0, '']);
    // No other question goes to the one that wants nothing else.
    expect(plain.got).toEqual(['GET /predict', 'POST /predict']);
    expect(model.got[0]).toBe('GET /predict');
    expect(model.got.at(-1)).toBe('POST /predict');
    for (const name of ['plain', 'model'])
      expect(stdout).toMatch(new RegExp(`^POST /predict @${name}: HTTP 200 `, 'm'));
    expect(stdout).not.toContain('HTTP 405');
  });

  it('an address of one that predicts nothing is told as that one', async () => {
    const plain = await serving((_, response) => void response.end('{"y":1}'));
    const page = await serving(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    );
    const targets = [`plain=${plain.url}/predict`, `page=${page.url}/home`];
    const { code, stdout } = await saidBy(['run', '--dry-run', ...targets.flatMap((one) => ['--target', one])]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Note: GET /home is a page for people`);
    expect(stdout).toContain(`rampart discover ${page.url}/home says what there is`);
  });
});

it('what to do about a request of the set-up is of that request', async () => {
  const { url } = await serving((_, response) => void response.writeHead(405, { allow: 'PUT' }).end());
  const requests = [{ name: 'predict', path: '/predict', body: { x: 1 } }];
  const files = { 's.json': JSON.stringify({ url, setup: [{ path: '/ready' }], requests }) };
  const { code, stderr } = await saidBy(['run', 's.json', '--dry-run'], { files });
  expect(code).toBe(4);
  expect(stderr).toContain('request 1 of the set-up failed (HTTP 405');
  expect(stderr).toContain('GET is not allowed there, it allows PUT: name another with -X PUT.');
});

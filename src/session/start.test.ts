import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { STOPPED } from '../core/event.ts';
import { thisMachine } from '../machine/machine.ts';
import { Session, type SessionOptions } from './start.ts';

/** A session that is ended before its load: at once, with a code, and what it has begun is undone. */

const machine = thisMachine(new URL('../..', import.meta.url));
const servers: Server[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const INTERRUPTED = {
  name: 'RampartError',
  code: 'interrupted',
  exitCode: 130,
  message: expect.stringMatching(/no load was sent$/),
};

describe('the end of a session whose target says nothing', () => {
  /** @param end called when the target is asked for the first time. */
  async function ended(end: (session: Session) => void, options?: SessionOptions): Promise<readonly string[]> {
    const got: string[] = [];
    const server = createServer(({ method, url }, response) => {
      got.push(`${method} ${url}`);
      if (url === '/in' || method === 'DELETE') response.end('{"token":"a"}');
      else end(session);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = mkdtempSync(join(tmpdir(), 'rampart-start-'));
    folders.push(folder);
    const scenario = join(folder, 's.json');
    const content = {
      url,
      setup: [{ name: 'in', path: '/in', method: 'GET', capture: { token: '$.token' } }],
      requests: [{ name: 'work', path: '/work', body: '{{captured.token}}' }],
      teardown: [{ name: 'out', path: '/{{captured.token}}', method: 'DELETE' }],
    };
    writeFileSync(scenario, JSON.stringify(content));
    const session = new Session(machine, 'run', { scenario, duration: '1s', timeout: '60s' }, options);
    await expect(session.result).rejects.toMatchObject(INTERRUPTED);
    return got;
  }

  it('comes by stop()', async () => {
    expect(await ended((session) => session.stop())).toEqual(['GET /in', 'POST /work', 'DELETE /a']);
  });

  it.each([undefined, STOPPED])('comes by its signal, aborted for the reason %s', async (reason) => {
    const stop = new AbortController();
    const got = await ended(() => stop.abort(reason), { signal: stop.signal });
    expect(got).toEqual(['GET /in', 'POST /work', 'DELETE /a']);
  });
});

it.each([undefined, STOPPED])(
  'a session whose signal was aborted before, for the reason %s, sends nothing',
  async (reason) => {
    const url = 'http://127.0.0.1:9/';
    const session = new Session(machine, 'run', { url, duration: '1s' }, { signal: AbortSignal.abort(reason) });
    await expect(session.result).rejects.toMatchObject(INTERRUPTED);
  },
);

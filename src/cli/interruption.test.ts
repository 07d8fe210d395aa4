import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Interrupt, World } from '../core/world.ts';
import { Interruption } from './interruption.ts';
import { type Said, saidBy } from './world.fixture.ts';

/** A run that is interrupted before its load: it says so, ends with the code of its like, and undoes what it has done. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Interrupts that are sent here, to whoever listens. */
class Terminal {
  readonly listeners = new Set<(signal: Interrupt) => void>();
  readonly onInterrupt: World['onInterrupt'] = (callback) => {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  };

  /** Returns whether anybody listened: else the process would have ended. */
  send(signal: Interrupt): boolean {
    for (const listener of [...this.listeners]) listener(signal);
    return this.listeners.size > 0;
  }
}

const SAID = 'rampart: interrupted in its preflight: no load was sent\n';
/** It would wait for so long. */
const PATIENCE = ['--timeout', '60s', '-q'];

describe('an interrupt while a response is waited for', () => {
  /** @param unanswered whether it is so long waited for what was asked. */
  async function interrupted(
    args: (url: string) => readonly string[],
    unanswered: (method: string, url: string) => boolean,
    files: (url: string) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<Said & { readonly heard: boolean; readonly got: readonly string[]; readonly left: number }> {
    const terminal = new Terminal();
    const got: string[] = [];
    let heard = false;
    const url = await serverOf(({ method = '', url: path = '' }, response) => {
      got.push(`${method} ${path}`);
      if (unanswered(method, path)) heard = terminal.send('SIGINT');
      else response.writeHead(method === 'POST' || path === '/login' ? 200 : 405).end('{"token":"a"}');
    });
    const said = await saidBy(args(url), { files: files(url), onInterrupt: terminal.onInterrupt });
    return { ...said, heard, got, left: terminal.listeners.size };
  }

  it.each([
    ['a probe', 'probe', []],
    ['a dry run', 'run', ['--dry-run']],
    ['a dry search', 'find', ['--dry-run', '--slo', 'p95<1s']],
  ])('ends %s at once', async (_, command, flags) => {
    const ended = await interrupted(
      (url) => [command, `${url}/predict`, '-b', '{}', ...flags, ...PATIENCE],
      () => true,
    );
    expect(ended).toEqual({ code: 130, stdout: '', stderr: SAID, heard: true, got: ['POST /predict'], left: 0 });
  });

  it.each([
    ['the discovery', 0],
    ['the look for what it accepts', 1],
    ['the look for a cache', 15],
  ])('ends %s of a target, and no file is written', async (_, last) => {
    const terminal = new Terminal();
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
    const description = JSON.stringify({
      openapi: '3.1.0',
      paths: { '/predict': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
    });
    let posts = 0;
    const url = await serverOf(({ method, url: path }, response) => {
      if (method === 'POST') posts++;
      if (posts === last) terminal.send('SIGTERM');
      else if (method === 'POST') response.end('{"b":1}');
      else response.writeHead(path === '/openapi.json' ? 200 : 405).end(description);
    });
    const said = await saidBy(['init', `${url}/predict`], { onInterrupt: terminal.onInterrupt });
    const stderr = 'rampart: interrupted while its target was asked: no file was written\n';
    expect([said, posts, terminal.listeners.size]).toEqual([{ code: 130, stdout: '', stderr }, last, 0]);
  });

  it('ends the waiting for a target, and the next one the process', async () => {
    const terminal = new Terminal();
    const codes: number[] = [];
    const url = await serverOf(() => {
      terminal.send('SIGINT');
      terminal.send('SIGINT');
    });
    const said = await saidBy(['run', url, '--wait-for', url, '-q'], {
      onInterrupt: terminal.onInterrupt,
      exit: (code) => void codes.push(code),
    });
    const stderr = 'rampart: interrupted before the target was ready: nothing was measured\n';
    expect([said, codes, terminal.listeners.size]).toEqual([{ code: 130, stdout: '', stderr }, [130], 0]);
  });

  it('ends the questions about what a target accepts', async () => {
    const { code, stderr, got } = await interrupted(
      (url) => ['probe', `${url}/predict`, '-q'],
      (_, path) => path !== '/predict',
    );
    expect([code, stderr]).toEqual([130, SAID]);
    // The first of those questions is the last.
    expect(got).toEqual(['GET /predict', expect.stringMatching(/^GET \//)]);
  });

  it('has what the set-up did torn down', async () => {
    const scenario = {
      setup: [{ name: 'in', path: '/login', method: 'GET', capture: { token: '$.token' } }],
      requests: [{ name: 'work', path: '/work', body: '{"token":"{{captured.token}}"}' }],
      teardown: [{ name: 'out', method: 'DELETE', path: '/login/{{captured.token}}' }],
    };
    const { code, stderr, got } = await interrupted(
      () => ['probe', 's.json', ...PATIENCE],
      (_, path) => path === '/work',
      (url) => ({ 's.json': JSON.stringify({ url, ...scenario }) }),
    );
    expect([code, got]).toEqual([130, ['GET /login', 'POST /work', 'DELETE /login/a']]);
    // The target says 405 to it, which is told too.
    expect(stderr).toContain(SAID.trim());
  });
});

describe('an interrupt of a run', () => {
  const made = () => {
    const terminal = new Terminal();
    const codes: number[] = [];
    const notes: string[] = [];
    const interruption = new Interruption({ onInterrupt: terminal.onInterrupt, exit: (code) => void codes.push(code) });
    interruption.view = { note: (line) => void notes.push(line) };
    return { terminal, codes, notes, interruption };
  };

  it('ends what is under way, and the next one the process', () => {
    const { terminal, codes, notes, interruption } = made();
    terminal.send('SIGTERM');
    expect([interruption.signal.aborted, interruption.isLeaving, codes]).toEqual([true, true, []]);
    expect(notes).toEqual(['Stopping: waiting for the responses under way (Ctrl-C again ends at once)']);
    terminal.send('SIGINT');
    expect(codes).toEqual([130]);
  });

  it('is no second one where a terminal says twice that it is gone', () => {
    const { terminal, codes } = made();
    terminal.send('SIGHUP');
    terminal.send('SIGHUP');
    expect(codes).toEqual([]);
  });

  it('is the first one of somebody at the terminal where the page has ended the load', () => {
    const { terminal, codes, notes, interruption } = made();
    interruption.stop.abort();
    expect(interruption.isLeaving).toBe(false);
    terminal.send('SIGINT');
    expect([interruption.isLeaving, notes, codes]).toEqual([true, [], []]);
  });
});

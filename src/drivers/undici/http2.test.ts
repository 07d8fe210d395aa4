import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createHttp2Server, createSecureServer, type ServerHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { heldUp } from '../../../test/held-up.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, count, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { makeCertificates } from '../certificates.fixture.ts';
import { outcomeOf, send } from '../exchanged.fixture.ts';
import { anonymous, planTo, portOf, sceneAt } from './scene.fixture.ts';

/** HTTP/2 over plain sockets, against the server of Node. */

const clock = new SystemClock();
const { endings, listening, driverFor, sendAll, sendOne, close } = sceneAt(clock);
afterEach(close);

describe('HTTP/2 without TLS', () => {
  it('shares connections among requests, and opens another for every hundred under way', async () => {
    const held = heldUp();
    const sessions = new Set<ServerHttp2Session>();
    const server = await listening(createHttp2Server());
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream, headers) => {
      stream.on('data', () => {});
      setTimeout(() => {
        stream.respond({ ':status': headers[':path'] === '/p' ? 200 : 404 });
        stream.end('fine');
      }, 100);
    });
    const driver = driverFor(planTo(portOf(server), { http2: true }));
    const done = await sendAll(driver, anonymous(150));
    expect(done.map(outcomeOf)).toEqual(Array(150).fill('ok'));
    expect(sessions.size).toBe(2);
    expect(done[0]).toMatchObject({ status: 200, bytesIn: 4, bodyBytesIn: 4, bytesOut: 7 });
    for (const exchange of done) {
      expect(exchange.connectTook).toBeGreaterThan(0);
      expect(exchange.doneAt - exchange.sentAt).toBeLessThan(seconds(2) + held());
    }
    const again = await sendAll(driver, anonymous(150));
    expect(again.every((exchange) => exchange.connectTook === -1)).toBe(true);
    expect(sessions.size).toBe(2);
  });

  it('fails at a redirect, and names where it points', async () => {
    const server = await listening(createHttp2Server());
    server.on('stream', (stream) => {
      stream.respond({ ':status': 307, location: '/predict/' });
      stream.end();
    });
    const done = await sendOne(driverFor(planTo(portOf(server), { http2: true })));
    expect([outcomeOf(done), done.status, done.message]).toEqual(['http-error', 307, '307 redirect to /predict/']);
  });

  it('goes to a Unix socket, whose Host is localhost', async () => {
    const server = createHttp2Server();
    let authority: string | undefined;
    server.on('stream', (stream, headers) => {
      authority = headers[':authority'];
      stream.respond({ ':status': 200 });
      stream.end();
    });
    const socketPath = join(mkdtempSync(join(tmpdir(), 'rampart-socket-')), 'model.sock');
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    endings.push(() => server.close());
    const plan = planTo(80, { http2: true });
    const url = `http+unix://${socketPath}:/p`;
    const done = await sendOne(driverFor({ ...plan, target: { ...plan.target, url, host: 'localhost', socketPath } }));
    expect([outcomeOf(done), done.message, authority]).toEqual(['ok', '', 'localhost']);
  });

  it('makes requests wait where connections are limited, and says so in their times', async () => {
    const sessions = new Set<ServerHttp2Session>();
    const server = await listening(createHttp2Server());
    server.on('session', (session) => sessions.add(session));
    let holding = false;
    const held: (() => void)[] = [];
    server.on('stream', (stream) => {
      const respond = (): void => {
        stream.respond({ ':status': 200 });
        stream.end();
      };
      if (holding) held.push(respond);
      else respond();
    });
    const connections = { limit: count(1), maxAge: null, dnsTtl: seconds(30) };
    const driver = driverFor(planTo(portOf(server), { http2: true, connections }));
    await sendAll(driver, anonymous(1));
    holding = true;
    const all = sendAll(driver, anonymous(150));
    await expect.poll(() => held.length).toBe(100);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const released = clock.now();
    holding = false;
    for (const respond of held) respond();
    const done = await all;
    expect(done.map(outcomeOf)).toEqual(Array(150).fill('ok'));
    expect(sessions.size).toBe(1);
    const waited = done.filter(({ sentAt }) => sentAt >= released);
    expect(waited).toHaveLength(50);
    for (const { waitTook } of waited) expect(waitTook).toBeGreaterThan(millis(150));
  });

  it('opens more connections where the target lowers its limit of streams, and the wait is no service time', async () => {
    const held = heldUp();
    const sessions = new Set<ServerHttp2Session>();
    const server = await listening(createHttp2Server());
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      const session = stream.session as ServerHttp2Session & { lowered?: true };
      const respond = (): void => {
        stream.respond({ ':status': 200 });
        stream.end('ok');
      };
      // Before anything else the first request makes it lower the limit; it is answered when that is known.
      if (session.lowered) setTimeout(respond, 100);
      else {
        session.lowered = true;
        session.settings({ maxConcurrentStreams: 2 }, () => setTimeout(respond, 100));
      }
    });
    const driver = driverFor(planTo(portOf(server), { http2: true }));
    await sendAll(driver, anonymous(1));
    const done = await sendAll(driver, anonymous(12));
    expect(done.map(({ outcome, message }) => [OUTCOMES[outcome], message])).toEqual(Array(12).fill(['ok', '']));
    expect(sessions.size).toBeGreaterThanOrEqual(6);
    // One after the other over a single connection would be 600 ms.
    for (const { doneAt, sentAt } of done) expect(doneAt - sentAt).toBeLessThan(millis(400) + held());
  });

  it('waits where the target lowers its limit and no other connection may be opened', async () => {
    const held = heldUp();
    const server = await listening(createHttp2Server());
    let most = 0;
    let open = 0;
    server.on('stream', (stream) => {
      const session = stream.session as ServerHttp2Session & { lowered?: true };
      const respond = (): void => {
        open--;
        stream.respond({ ':status': 200 });
        stream.end('ok');
      };
      most = Math.max(most, ++open);
      if (session.lowered) setTimeout(respond, 100);
      else {
        session.lowered = true;
        session.settings({ maxConcurrentStreams: 1 }, () => setTimeout(respond, 100));
      }
    });
    const connections = { limit: count(1), maxAge: null, dnsTtl: seconds(30) };
    const driver = driverFor(planTo(portOf(server), { http2: true, connections }));
    await sendAll(driver, anonymous(1));
    const done = await sendAll(driver, anonymous(4));
    expect([done.map(outcomeOf), most]).toEqual([Array(4).fill('ok'), 1]);
    const last = done[3] as Exchange;
    expect(last.sentAt - last.dueAt).toBeGreaterThan(millis(250));
    expect(last.doneAt - last.sentAt).toBeLessThan(millis(250) + held());
    expect(last.waitTook).toBeGreaterThan(millis(250));
  });

  it('names what a stream was reset with, and that nothing was processed of a refused one', async () => {
    const server = await listening(createHttp2Server());
    const codes = [7, 2, 11, 0];
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.close(codes.shift());
    });
    const driver = driverFor(planTo(portOf(server), { http2: true }));
    const messages: string[] = [];
    for (let n = 0; n < 4; n++) {
      const done = await sendOne(driver);
      expect(outcomeOf(done)).toBe('reset');
      messages.push(done.message);
    }
    expect(messages).toEqual([
      'the target refused the stream and processed nothing of it (REFUSED_STREAM)',
      'stream reset by the target before any response (INTERNAL_ERROR)',
      'stream reset by the target before any response (ENHANCE_YOUR_CALM)',
      'stream reset by the target before any response (NO_ERROR)',
    ]);
  });

  const large = { encoding: 'utf8' as const, data: 'x'.repeat(8_000_000), bytes: bytes(8_000_000) };

  it('takes the response to a large body for what it is, though the target has not read the body', async () => {
    const server = await listening(createHttp2Server());
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 413 });
      stream.end('too large');
    });
    const driver = driverFor(planTo(portOf(server), { http2: true }, { body: large }));
    for (let round = 0; round < 2; round++) {
      const done = await sendAll(driver, anonymous(10));
      expect(done.map(({ outcome, message }) => [OUTCOMES[outcome], message])).toEqual(
        Array(10).fill(['http-error', 'HTTP 413']),
      );
    }
    expect(sessions.size).toBe(1);
  });

  it('sends large bodies of many requests at once', async () => {
    const server = await listening(createHttp2Server());
    let received = 0;
    server.on('stream', (stream) => {
      stream.on('data', (piece: Buffer) => {
        received += piece.length;
      });
      stream.on('end', () => {
        stream.respond({ ':status': 200 });
        stream.end('ok');
      });
    });
    const driver = driverFor(planTo(portOf(server), { http2: true, timeout: seconds(60) }, { body: large }));
    const done = await sendAll(driver, anonymous(6));
    expect(done.map(({ outcome, message }) => [OUTCOMES[outcome], message])).toEqual(Array(6).fill(['ok', '']));
    expect(received).toBe(6 * large.data.length);
  });

  it('ends one request without harm to the others on the connection', async () => {
    let streams = 0;
    const server = await listening(createHttp2Server());
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      const nth = streams++;
      if (nth === 0) return;
      if (nth === 1) stream.close(2);
      else
        setTimeout(() => {
          stream.respond({ ':status': 200 });
          stream.end();
        }, 600);
    });
    const driver = driverFor(planTo(portOf(server), { http2: true, timeout: millis(900) }));
    const exchanges = anonymous(3);
    await sendAll(driver, exchanges);
    expect(exchanges.map(outcomeOf)).toEqual(['timeout', 'reset', 'ok']);
  });

  it('sends on another connection what follows a request that its connection took with it', async () => {
    const { good } = makeCertificates();
    const pair = { cert: readFileSync(good.certPath), key: readFileSync(good.keyPath) };
    const server = await listening(createSecureServer(pair));
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      stream.write('some');
      // Of the stream's end the client hears before it hears of the connection's.
      setTimeout(() => {
        stream.write('more');
        stream.session?.destroy();
      }, 20);
    });
    const plan = planTo(portOf(server), { http2: true, tls: { verify: false, ca: null, cert: null, key: null } });
    const target = { ...plan.target, url: plan.target.url.replace('http:', 'https:'), protocol: 'https:' as const };
    const driver = driverFor({ ...plan, target });
    const outcomes: string[] = [];
    await new Promise<void>((resolve) => {
      driver.onDone = (exchange) => {
        outcomes.push(outcomeOf(exchange));
        if (outcomes.length === 3) resolve();
        else send(driver, clock, exchange);
      };
      send(driver, clock, createExchange(0));
    });
    expect(outcomes).toEqual(Array(3).fill('reset'));
  });
});

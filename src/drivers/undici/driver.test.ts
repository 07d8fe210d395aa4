import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { accepts, freePort } from '../../../bench/port.ts';
import { heldUp } from '../../../test/held-up.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, count, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { UndiciDriver } from './driver.ts';

const clock = new SystemClock();
const outcomeOf = (exchange: Exchange): string => OUTCOMES[exchange.outcome];
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

async function listening<S extends Server | TcpServer | Http2Server>(server: S): Promise<S> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server;
}

function planTo(port: number, changes: Partial<Plan> = {}, request: Partial<RequestTemplate> = {}): Plan {
  const secure = changes.target?.protocol === 'https:';
  const plan = planFixture({ timeout: seconds(5), ...changes });
  const protocol = secure ? ('https:' as const) : ('http:' as const);
  return {
    ...plan,
    target: { url: `${protocol}//127.0.0.1:${port}/p`, protocol, host: '127.0.0.1', port },
    requests: [{ ...(plan.requests[0] as RequestTemplate), path: '/p', ...request }],
  };
}

function driverFor(plan: Plan): UndiciDriver {
  const driver = new UndiciDriver(plan, clock);
  endings.push(() => driver.close());
  return driver;
}

/** Sends all at once; resolves when all are back. */
function sendAll(driver: UndiciDriver, exchanges: readonly Exchange[]): Promise<Exchange[]> {
  const done: Exchange[] = [];
  return new Promise((resolve) => {
    driver.onDone = (exchange) => {
      done.push(exchange);
      if (done.length === exchanges.length) resolve(done);
    };
    for (const exchange of exchanges) {
      exchange.dueAt = clock.now();
      driver.send(exchange);
    }
  });
}

const sendOne = async (driver: UndiciDriver, exchange = createExchange(0)): Promise<Exchange> =>
  (await sendAll(driver, [exchange]))[0] as Exchange;

const anonymous = (n: number): Exchange[] => Array.from({ length: n }, () => createExchange(-1));

/** A proxy of a few lines: the absolute form and CONNECT. It tells what it was asked. */
async function proxyServer(): Promise<{ port: number; seen: IncomingMessage[]; refuse: { status: number } }> {
  const seen: IncomingMessage[] = [];
  const refuse = { status: 0 };
  const server = await listening(
    createServer((incoming, response) => {
      seen.push(incoming);
      const { port, pathname } = new URL(incoming.url ?? '');
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        response.setHeader('x-asked', `${port}${pathname}`);
        response.end(Buffer.concat(chunks));
      });
    }),
  );
  server.on('connect', (incoming, socket: Socket) => {
    seen.push(incoming);
    if (refuse.status > 0) {
      socket.end(`HTTP/1.1 ${refuse.status} No\r\n\r\n`);
      return;
    }
    const [host, port] = (incoming.url ?? '').split(':');
    const beyond = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(beyond).pipe(socket);
    });
    for (const side of [socket, beyond]) side.on('error', () => [socket, beyond].map((each) => each.destroy()));
  });
  return { port: portOf(server), seen, refuse };
}

const through = (port: number, authorization: string | null = null) => ({
  url: `http://127.0.0.1:${port}`,
  host: '127.0.0.1',
  port,
  authorization,
});

describe('a proxy', () => {
  it('is asked for the response, with the whole address', async () => {
    const { port, seen } = await proxyServer();
    const driver = driverFor(planTo(7, { proxy: through(port, 'Basic eDp5') }));
    const exchange = createExchange(3);
    for (let n = 0; n < 3; n++) {
      const done = await sendOne(driver, exchange);
      expect([outcomeOf(done), done.status, done.bytesIn, done.bodyBytesIn, done.bytesOut]).toEqual([
        'ok',
        200,
        7,
        7,
        7,
      ]);
      expect(done.connectTook >= 0).toBe(n === 0);
      expect(done.dueAt).toBeLessThanOrEqual(done.sentAt);
      expect(done.sentAt).toBeLessThanOrEqual(done.firstByteAt);
      expect(done.firstByteAt).toBeLessThanOrEqual(done.doneAt);
    }
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('POST http://127.0.0.1:7/p'));
    expect(seen[0]?.headers).toMatchObject({ host: '127.0.0.1:7', 'proxy-authorization': 'Basic eDp5' });
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
  });

  it('that cannot be reached is a connect-error', async () => {
    const gone = await listening(createTcpServer());
    const port = portOf(gone);
    gone.close();
    const done = await sendOne(driverFor(planTo(7, { proxy: through(port) })));
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', `ECONNREFUSED 127.0.0.1:${port}`]);
  });

  it('never makes a request wait for another: each has its own connection', async () => {
    const held = heldUp();
    const slow = await listening(createServer((_, response) => setTimeout(() => response.end('x'), 100)));
    const driver = driverFor(planTo(7, { proxy: through(portOf(slow)) }));
    const done = await sendAll(driver, anonymous(20));
    expect(done.map(outcomeOf)).toEqual(Array(20).fill('ok'));
    for (const exchange of done) expect(exchange.doneAt - exchange.sentAt).toBeLessThan(seconds(1) + held());
    expect(await new Promise((resolve) => slow.getConnections((_, n) => resolve(n)))).toBe(20);
    await sendAll(driver, anonymous(20));
    expect(await new Promise((resolve) => slow.getConnections((_, n) => resolve(n)))).toBe(20);
  });

  it('with keep-alive off gets a new connection each time', async () => {
    const { port, seen } = await proxyServer();
    const driver = driverFor(planTo(7, { proxy: through(port), keepAlive: false }));
    const exchange = createExchange(0);
    for (let n = 0; n < 3; n++) expect((await sendOne(driver, exchange)).connectTook).toBeGreaterThan(0);
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(3);
  });
});

describe('an outcome', () => {
  const answering = async (speak: (socket: Socket, nth: number) => void, changes: Partial<Plan> = {}) => {
    const server = await listening(
      createTcpServer((socket) => {
        let nth = 0;
        socket.on('data', () => speak(socket, nth++));
      }),
    );
    return driverFor(planTo(7, { proxy: through(portOf(server)), ...changes }));
  };
  const ended = async (speak: (socket: Socket) => void, changes: Partial<Plan> = {}) => {
    const done = await sendOne(await answering(speak, changes));
    return [outcomeOf(done), done.message];
  };

  it('is what it is with the HTTP/1.1 driver', async () => {
    const busy = await ended((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'));
    expect(busy).toEqual(['http-error', 'HTTP 503']);
    const moved = 'HTTP/1.1 307 Moved\r\nLocation: /predict/\r\nContent-Length: 0\r\n\r\n';
    expect(await ended((socket) => socket.write(moved))).toEqual(['http-error', '307 redirect to /predict/']);
    const refused = 'HTTP/1.1 405 No\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n';
    expect(await ended((socket) => socket.write(refused))).toEqual(['http-error', 'HTTP 405 (allows POST)']);
    expect(await ended((socket) => socket.destroy())).toEqual(['reset', 'connection closed before any response']);
    const cut = await ended((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel'));
    expect(cut).toEqual(['reset', 'connection closed in the middle of the response']);
    expect((await ended((socket) => socket.write('SSH-2.0-OpenSSH\r\n')))[0]).toBe('protocol-error');
    expect(await ended((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nthe whole body'))).toEqual(['ok', '']);
  });

  it('is no timeout where the response was there in time, and only could not be read: the loop was held up', async () => {
    const held = await ended(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        for (const until = clock.now() + millis(400); clock.now() < until; );
      },
      { timeout: millis(100) },
    );
    expect(held).toEqual(['ok', '']);
  });

  it('is the response to a large body, though the other end closes without having read it', async () => {
    const server = await listening(
      createTcpServer((socket) => {
        socket.once('data', () => {
          socket.pause();
          socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
          setTimeout(() => socket.destroy(), 5);
        });
      }),
    );
    const data = 'x'.repeat(8_000_000);
    const body = { encoding: 'utf8' as const, data, bytes: bytes(data.length) };
    const driver = driverFor(planTo(7, { proxy: through(portOf(server)) }, { body }));
    for (let round = 0; round < 3; round++)
      for (const done of await sendAll(driver, anonymous(10)))
        expect([outcomeOf(done), done.message]).toEqual(['http-error', 'HTTP 413']);
  });

  it('is timeout for a response that does not come or does not end', async () => {
    const timeout = millis(300);
    expect(await ended(() => {}, { timeout })).toEqual(['timeout', 'no response in time']);
    const begun = await ended((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'), { timeout });
    expect(begun).toEqual(['timeout', 'the response did not end in time']);
  });

  it('leaves the user able to go on, on a new connection', async () => {
    const driver = await answering(
      (socket) => {
        if (first) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        first = true;
      },
      { timeout: millis(200) },
    );
    let first = false;
    const exchange = createExchange(0);
    expect(outcomeOf(await sendOne(driver, exchange))).toBe('timeout');
    expect(outcomeOf(await sendOne(driver, exchange))).toBe('ok');
    expect(driver.inFlight).toBe(0);
  });

  it('is aborted for what is under way when the run gives up', async () => {
    const driver = await answering(() => {});
    const back = sendAll(driver, [createExchange(0), createExchange(1), ...anonymous(2)]);
    expect(driver.inFlight).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 50));
    driver.abort();
    expect((await back).map(outcomeOf)).toEqual(Array(4).fill('aborted'));
    expect(driver.inFlight).toBe(0);
  });

  it('is never given back within send', async () => {
    const driver = driverFor(planTo(7, { proxy: through(9) }, { headers: [['x', 'a\u0000b']] }));
    let within = true;
    const back = new Promise<Exchange>((resolve) => {
      driver.onDone = (exchange) => {
        expect(within).toBe(false);
        resolve(exchange);
      };
    });
    driver.send(createExchange(-1));
    within = false;
    const done = await back;
    expect(outcomeOf(done)).toBe('protocol-error');
    expect(done.message).toMatch(/^cannot be sent: /);
  });
});

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
});

describe('nginx', () => {
  /** Its certificate is for 127.0.0.1 and signed by itself. */
  function certificate(folder: string): { cert: string; certFile: string; keyFile: string } {
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject], { stdio: 'ignore' });
    return { cert: readFileSync(certFile, 'utf8'), certFile, keyFile };
  }

  async function nginx(listen: string, more = ''): Promise<{ port: number; cert: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const { cert, certFile, keyFile } = certificate(folder);
    const port = await freePort();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; ${paths.join(' ')} ${more}
  server { listen 127.0.0.1:${port} ${listen}; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
    location / { add_header x-reused $ssl_session_reused; return 200 "$server_protocol"; } } }`,
    );
    const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    endings.push(() => {
      child.kill('SIGTERM');
      return gone;
    });
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error('nginx did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { port, cert };
  }

  const HTTPS = { url: '', protocol: 'https:' as const, host: '', port: 0 };
  const trusting = (cert: string) => ({ verify: true, ca: cert, cert: null, key: null });
  const PROTOCOL = 'HTTP/2.0'.length;

  it('answers over HTTP/2, by ALPN and by prior knowledge', async () => {
    const secure = await nginx('ssl http2');
    const driver = driverFor(planTo(secure.port, { http2: true, target: HTTPS, tls: trusting(secure.cert) }));
    for (const done of await sendAll(driver, anonymous(20))) {
      expect([outcomeOf(done), done.status, done.bytesIn]).toEqual(['ok', 200, PROTOCOL]);
      expect(done.tlsTook).toBeGreaterThan(0);
      expect(done.tlsTook).toBeLessThan(done.connectTook);
    }
    const plain = await nginx('http2');
    const done = await sendAll(driverFor(planTo(plain.port, { http2: true })), anonymous(20));
    expect(new Set(done.map(outcomeOf))).toEqual(new Set(['ok']));
  });

  it('keeps its word to the last request of a connection, and the next goes over a new one', async () => {
    const { port } = await nginx('http2', 'keepalive_requests 50;');
    const driver = driverFor(planTo(port, { http2: true }));
    let left = 500;
    const outcomes: string[] = [];
    await new Promise<void>((resolve) => {
      driver.onDone = (done) => {
        outcomes.push(outcomeOf(done) + done.message);
        if (left-- > 0) driver.send(done);
        else if (driver.inFlight === 0) resolve();
      };
      for (const exchange of anonymous(8)) driver.send(exchange);
    });
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
  });

  it('is refused where it does not speak HTTP/2, or shows a certificate that nobody trusts', async () => {
    const { port, cert } = await nginx('ssl');
    const driver = driverFor(planTo(port, { http2: true, target: HTTPS, tls: trusting(cert) }));
    const done = await sendOne(driver);
    expect(outcomeOf(done)).toBe('connect-error');
    expect(done.message).toMatch(/HTTP\/2|alpn|application protocol/i);
    const unknown = await nginx('ssl http2');
    const suspicious = await sendOne(driverFor(planTo(unknown.port, { target: HTTPS, http2: true })));
    expect([outcomeOf(suspicious), suspicious.message]).toEqual([
      'connect-error',
      "the target's certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)",
    ]);
  });

  it('is told the session of the last connection, in a tunnel too', async () => {
    const { port, cert } = await nginx('ssl http2');
    const proxy = await proxyServer();
    const checks = [{ kind: 'header', name: 'x-reused', value: 'r' }] as const;
    const changes = { target: HTTPS, tls: trusting(cert), checks, keepAlive: false, proxy: through(proxy.port) };
    const driver = driverFor(planTo(port, changes));
    const exchange = createExchange(0);
    const seen: string[] = [];
    for (let n = 0; n < 3; n++) {
      const { message, example } = await sendOne(driver, exchange);
      seen.push(message + example);
    }
    expect(seen).toEqual(['the header x-reused differsx-reused: expected "r", got "."', '', '']);
  });

  it('is reached through a tunnel, over HTTP/1.1 and HTTP/2', async () => {
    const { port, cert } = await nginx('ssl http2');
    const proxy = await proxyServer();
    for (const http2 of [false, true]) {
      const changes = { http2, target: HTTPS, tls: trusting(cert), proxy: through(proxy.port, 'Basic eDp5') };
      const driver = driverFor(planTo(port, changes));
      const exchange = createExchange(0);
      for (let n = 0; n < 3; n++) {
        const done = await sendOne(driver, exchange);
        expect([outcomeOf(done), done.bytesIn, done.message]).toEqual(['ok', PROTOCOL, '']);
        expect([done.connectTook >= 0, done.tlsTook >= 0]).toEqual([n === 0, n === 0]);
      }
    }
    expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill(`CONNECT 127.0.0.1:${port}`));
    expect(proxy.seen[0]?.headers['proxy-authorization']).toBe('Basic eDp5');
    proxy.refuse.status = 407;
    const refused = driverFor(planTo(port, { target: HTTPS, tls: trusting(cert), proxy: through(proxy.port) }));
    const done = await sendOne(refused);
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', 'the proxy refused the tunnel: HTTP 407']);
  });
});

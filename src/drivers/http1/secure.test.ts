import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { RampartError } from '../../core/errors.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, Tls } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { makeCertificates } from '../certificates.fixture.ts';
import { exchanged, outcomeOf } from '../exchanged.fixture.ts';
import { Lookup } from '../lookup.ts';
import { measureConnect, reach } from '../reach.ts';
import { Http1Driver } from './driver.ts';

const certificates = makeCertificates();
const clock = new SystemClock();
const opened: Socket[] = [];
let server: Server | null = null;
let driver: Http1Driver | null = null;

afterEach(() => {
  driver?.close();
  for (const socket of opened.splice(0)) socket.destroy();
  server?.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const { ca, good } = certificates;
const TRUSTING: Tls = { verify: true, ca: ca.cert, cert: null, key: null };

interface Setting {
  readonly tls?: Tls;
  readonly host?: string;
  readonly options?: TlsOptions;
  readonly speak?: (socket: TLSSocket, nth: number) => void;
  readonly keepAlive?: boolean;
}

/** Starts a TLS server that answers each piece of a request with `speak`; returns the plan for it. */
async function planFor(setting: Setting = {}): Promise<Plan> {
  const { tls = TRUSTING, host = 'localhost', speak = (socket) => socket.write(OK), keepAlive = true } = setting;
  const listening = createServer({ cert: good.cert, key: good.key, ...setting.options }, (socket) => {
    opened.push(socket);
    let nth = 0;
    socket.on('error', () => {});
    socket.on('data', () => speak(socket, nth++));
  });
  listening.on('tlsClientError', () => {});
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const target = { url: `https://${host}:${port}/predict`, protocol: 'https:', host, port } as const;
  return planFixture({ target, tls, keepAlive, timeout: seconds(5) });
}

const exchangeOnce = (sender: Http1Driver, exchange?: Exchange): Promise<Exchange> =>
  exchanged(sender, clock, exchange);

async function once(setting: Setting = {}): Promise<Exchange> {
  driver = new Http1Driver(await planFor(setting), clock);
  return exchangeOnce(driver);
}

describe('over TLS', () => {
  it('a request is answered; connecting and the handshake are timed apart', async () => {
    const done = await once();
    expect([outcomeOf(done), done.message]).toEqual(['ok', '']);
    expect(done.tlsTook).toBeGreaterThan(0);
    expect(done.connectTook).toBeGreaterThan(done.tlsTook);
    expect((opened[0] as TLSSocket).alpnProtocol).toBe(false);
  });

  it('the name goes as SNI, an address does not; HTTP/1.1 is asked for', async () => {
    const options = { ALPNProtocols: ['h2', 'http/1.1'] };
    await once({ options });
    const named = opened.at(-1) as TLSSocket & { servername: string };
    expect([named.servername, named.alpnProtocol]).toEqual(['localhost', 'http/1.1']);
    driver?.close();
    expect(outcomeOf(await once({ host: '127.0.0.1', options }))).toBe('ok');
    expect((opened.at(-1) as TLSSocket & { servername: string | false }).servername).toBe(false);
  });

  it('a response to a large body counts, though the target closes without having read it', async () => {
    const plan = await planFor({
      speak: (socket, nth) => {
        if (nth > 0) return;
        socket.pause();
        socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig');
        setTimeout(() => socket.destroy(), 5);
      },
    });
    const data = 'x'.repeat(5_000_000);
    const requests = plan.requests.map((request) => {
      return { ...request, body: { encoding: 'utf8' as const, data, bytes: bytes(data.length) } };
    });
    driver = new Http1Driver({ ...plan, requests }, clock);
    for (let n = 0; n < 20; n++) {
      const done = await exchangeOnce(driver);
      expect([OUTCOMES[done.outcome], done.message]).toEqual(['http-error', 'HTTP 413']);
    }
  });

  it('a second connection goes on with the first one’s session', async () => {
    const reused: boolean[] = [];
    const speak = (socket: TLSSocket): void => {
      reused.push(socket.isSessionReused());
      socket.write(OK);
    };
    driver = new Http1Driver(await planFor({ keepAlive: false, speak }), clock);
    const exchange = createExchange(0);
    for (let n = 0; n < 3; n++) expect(outcomeOf(await exchangeOnce(driver, exchange))).toBe('ok');
    expect(reused).toEqual([false, true, true]);
  });

  it('a long response comes whole through the shared buffer, on several connections at a time', async () => {
    const body = 'x'.repeat(1_000_000);
    const speak = (socket: TLSSocket): void => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    };
    const sender = new Http1Driver(await planFor({ speak }), clock);
    driver = sender;
    const done: Exchange[] = [];
    await new Promise<void>((resolve) => {
      sender.onDone = (exchange) => {
        done.push(exchange);
        if (done.length === 20) resolve();
        else if (done.length <= 16) sender.send(exchange);
      };
      for (let user = 0; user < 4; user++) {
        const exchange = createExchange(user);
        exchange.dueAt = clock.now();
        sender.send(exchange);
      }
    });
    expect(done.map(outcomeOf)).toEqual(Array(20).fill('ok'));
    expect(done.every(({ bytesIn }) => bytesIn > body.length)).toBe(true);
    expect(opened).toHaveLength(4);
  });

  it('reads through the shared buffer also where the first address of the name refused', async () => {
    const sender = new Http1Driver(await planFor(), clock);
    driver = sender;
    const addresses = [
      { address: '127.0.0.99', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const resolver = ((_name: string, _options: object, response: (error: null, all: object[]) => void) =>
      response(null, addresses)) as unknown as ConstructorParameters<typeof Lookup>[3];
    Object.assign(sender, { addresses: new Lookup(clock, seconds(30), 0, resolver) });
    const done = await exchangeOnce(sender);
    expect([outcomeOf(done), done.message]).toEqual(['ok', '']);
    expect(done.tlsTook).toBeGreaterThan(0);
  });

  it('the client shows its certificate where the target asks', async () => {
    const options = { requestCert: true, ca: ca.cert };
    const { client } = certificates;
    const shown = await once({ options, tls: { ...TRUSTING, cert: client.cert, key: client.key } });
    expect([outcomeOf(shown), shown.message]).toEqual(['ok', '']);
    expect((opened[0] as TLSSocket).getPeerCertificate().subject.CN).toBe('client');
    driver?.close();
    const without = await once({ options });
    expect(['reset', 'connect-error']).toContain(outcomeOf(without));
  });
});

describe('a bad certificate', () => {
  const cases = {
    expired: [certificates.expired, "the target's certificate has expired (CERT_HAS_EXPIRED)"],
    'self-signed': [certificates.selfSigned, "the target's certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)"],
    "another host's": [
      certificates.elsewhere,
      "the target's certificate is for another host: Host: localhost. is not in the cert's altnames: DNS:elsewhere.test (ERR_TLS_CERT_ALTNAME_INVALID)",
    ],
  } as const;
  for (const [name, [pair, message]] of Object.entries(cases)) {
    const options = { cert: pair.cert, key: pair.key };
    it(`is a connect-error that says what is wrong: ${name}`, async () => {
      const done = await once({ options });
      expect([outcomeOf(done), done.message]).toEqual(['connect-error', message]);
    });

    it(`is found before a run, with what to do: ${name}`, async () => {
      const error = await reach(await planFor({ options })).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(RampartError);
      expect(error).toMatchObject({ code: 'unreachable', exitCode: 4 });
      expect((error as RampartError).message).toContain(message);
      expect((error as RampartError).hint).toContain('--insecure');
    });

    it(`is accepted where it was said to be: ${name}`, async () => {
      const tls = { ...TRUSTING, ca: null, verify: false };
      expect(outcomeOf(await once({ options, tls }))).toBe('ok');
      await reach(await planFor({ options, tls }));
    });
  }

  it('of an authority that nobody trusts', async () => {
    const done = await once({ tls: { ...TRUSTING, ca: null } });
    expect(outcomeOf(done)).toBe('connect-error');
    expect(done.message).toBe(
      "the target's certificate comes from an authority that is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    );
  });
});

describe('reaching a target', () => {
  it('says where it speaks no TLS', async () => {
    const plan = await planFor();
    server?.close();
    const plain = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    server = plain;
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    const error = await reach({ ...plan, target: { ...plan.target, port } }).catch((failure: unknown) => failure);
    expect((error as RampartError).message).toContain('does not speak TLS');
    expect((error as RampartError).hint).toContain('http://');
  });

  it('is measured with its handshake', async () => {
    const plan = await planFor();
    const took = (measured: Plan): Promise<[took: number, handshake: number]> =>
      new Promise((resolve) => measureConnect(measured, clock, (...times) => resolve(times)));
    const [whole, handshake] = await took(plan);
    expect(handshake).toBeGreaterThan(0);
    expect(whole).toBeGreaterThan(handshake);
    expect(await took({ ...plan, tls: { ...TRUSTING, ca: null } })).toEqual([-1, -1]);
  });
});

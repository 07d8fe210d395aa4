import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Driver } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';
import { SystemClock } from '../load/clock.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { makeCertificates } from './certificates.fixture.ts';
import { Http1Driver } from './http1/driver.ts';
import { reach } from './reach.ts';
import { UndiciDriver } from './undici/driver.ts';

/** Connections that lead elsewhere (--connect-to, --resolve), while Host, SNI and certificate stay the URL's. */

const { ca, elsewhere } = makeCertificates();
const clock = new SystemClock();

let server: Http2SecureServer | null = null;
let driver: Driver | null = null;
afterEach(() => {
  driver?.close();
  server?.close();
});

interface Seen {
  readonly host: string;
  readonly name: string | false;
}

/** A server that is elsewhere.test by its certificate. */
async function serve(): Promise<{ readonly port: number; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const listening = createSecureServer(
    { cert: elsewhere.cert, key: elsewhere.key, allowHTTP1: true },
    (request, response) => {
      const socket = (request.httpVersion === '2.0' ? request.stream.session?.socket : request.socket) as TLSSocket & {
        servername: string | false;
      };
      seen.push({ host: request.authority ?? request.headers.host ?? '', name: socket.servername });
      response.end('ok');
    },
  );
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { port: (listening.address() as AddressInfo).port, seen };
}

function sendOne(sender: Driver): Promise<Exchange> {
  driver = sender;
  return new Promise((resolve) => {
    sender.onDone = resolve;
    const exchange = createExchange(0);
    exchange.dueAt = clock.now();
    sender.send(exchange);
  });
}

const flagsTo = (port: number): readonly Record<string, unknown>[] => [
  { connectTo: [`elsewhere.test:443:127.0.0.1:${port}`] },
  { connectTo: [`other:1:nowhere:1`, `::127.0.0.1:${port}`] },
  { connectTo: [`:443:localhost:${port}`], resolve: [`localhost:${port}:127.0.0.1`] },
  // Nobody takes a connection at the first one.
  { connectTo: [`:443::${port}`], resolve: [`elsewhere.test:${port}:127.0.0.99,127.0.0.1`] },
];

describe('a connection that leads elsewhere', () => {
  it('keeps the name of the URL, over HTTP/1.1 and HTTP/2', async () => {
    const { port, seen } = await serve();
    for (const flags of flagsTo(port))
      for (const http2 of [false, true]) {
        const files = { 'ca.pem': ca.cert };
        const plan = planOf({ cacert: 'ca.pem', http2, ...flags }, { target: 'https://elsewhere.test/p', files });
        await reach(plan);
        const done = await sendOne(http2 ? new UndiciDriver(plan, clock) : new Http1Driver(plan, clock));
        expect([OUTCOMES[done.outcome], done.message]).toEqual(['ok', '']);
        expect(seen.pop()).toEqual({ host: 'elsewhere.test', name: 'elsewhere.test' });
        driver?.close();
      }
  });

  it('has no trust in a certificate that is for the place it leads to', async () => {
    const { port } = await serve();
    const target = 'https://another.test/p';
    const flags = { cacert: 'ca.pem', connectTo: [`another.test:443:127.0.0.1:${port}`] };
    await expect(reach(planOf(flags, { target, files: { 'ca.pem': ca.cert } }))).rejects.toThrow(
      /no trust in another\.test:443 \(by way of 127\.0\.0\.1, port \d+\): .* is for another host/,
    );
    const address = planOf(
      { ...flags, connectTo: [`::127.0.0.1:${port}`] },
      { target: 'https://10.9.8.7/p', files: { 'ca.pem': ca.cert } },
    );
    await expect(reach(address)).rejects.toThrow(/is for another host: IP: 10\.9\.8\.7/);
  });
});

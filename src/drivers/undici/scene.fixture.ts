/** For tests: servers on real sockets, a proxy of a few lines, and drivers for them. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket, type Server as TcpServer } from 'node:net';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import { seconds } from '../../core/units.ts';
import { send } from '../exchanged.fixture.ts';
import { UndiciDriver } from './driver.ts';

export const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

export function planTo(port: number, changes: Partial<Plan> = {}, request: Partial<RequestTemplate> = {}): Plan {
  const secure = changes.target?.protocol === 'https:';
  const plan = planFixture({ timeout: seconds(5), ...changes });
  const protocol = secure ? ('https:' as const) : ('http:' as const);
  return {
    ...plan,
    target: { url: `${protocol}//127.0.0.1:${port}/p`, protocol, host: '127.0.0.1', port },
    requests: [{ ...(plan.requests[0] as RequestTemplate), path: '/p', ...request }],
  };
}

export const anonymous = (n: number): Exchange[] => Array.from({ length: n }, () => createExchange(-1));

export const through = (port: number, authorization: string | null = null) => ({
  url: `http://127.0.0.1:${port}`,
  host: '127.0.0.1',
  port,
  authorization,
});

/** What the test under way has opened, in `endings`; `close` ends it, behind each test. */
export function sceneAt(clock: Clock) {
  const endings: (() => unknown)[] = [];

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
        send(driver, clock, exchange);
      }
    });
  }

  const sendOne = async (driver: UndiciDriver, exchange = createExchange(0)): Promise<Exchange> =>
    (await sendAll(driver, [exchange]))[0] as Exchange;

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

  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  return { endings, listening, driverFor, sendAll, sendOne, proxyServer, close };
}

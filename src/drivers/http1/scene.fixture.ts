/** For tests: a server of a few lines on a real socket, and a driver for it. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import { seconds } from '../../core/units.ts';
import { exchanged } from '../exchanged.fixture.ts';
import { Http1Driver } from './driver.ts';

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export function planFor(port: number, changes: Partial<Plan>): Plan {
  const plan = planFixture({ timeout: seconds(5), ...changes });
  const [request] = plan.requests as [RequestTemplate];
  return {
    ...plan,
    target: { url: `http://127.0.0.1:${port}/p`, protocol: 'http:', host: '127.0.0.1', port },
    requests: [{ ...request, name: 'POST /p', path: '/p' }],
  };
}

/** What the test under way has opened; `close` ends it, behind each test. */
export function sceneAt(clock: Clock) {
  const opened: Socket[] = [];
  const on: { server: Server | null; driver: Http1Driver | null } = { server: null, driver: null };

  /** Starts a server that calls `speak` with each request's text; returns a driver for it. */
  async function driverFor(
    speak: (socket: Socket, request: string, nth: number) => void,
    changes: Partial<Plan> = {},
    time: Clock = clock,
  ): Promise<Http1Driver> {
    const listening = createServer((socket) => {
      opened.push(socket);
      let nth = 0;
      socket.on('error', () => {});
      socket.on('data', (piece) => speak(socket, piece.toString('latin1'), nth++));
    });
    on.server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    on.driver = new Http1Driver(planFor((listening.address() as AddressInfo).port, changes), time);
    return on.driver;
  }

  const exchangeOnce = (sender: Http1Driver, exchange?: Exchange): Promise<Exchange> =>
    exchanged(sender, clock, exchange);

  const close = (): void => {
    on.driver?.close();
    for (const socket of opened.splice(0)) socket.destroy();
    on.server?.close();
  };
  return { opened, on, driverFor, exchangeOnce, close };
}

/** Metrics of a run under way, for Prometheus to fetch. */
import { createServer, type Server } from 'node:http';
import { RampartError } from '../../core/errors.ts';
import type { Output, OutputContext } from '../../core/output.ts';
import { micros } from '../../core/units.ts';
import { Meter } from '../metrics/meter.ts';
import { durationOf } from '../options.ts';
import { asksForNative, NATIVE_TYPE, toNative } from './native.ts';
import { TEXT_TYPE, toText } from './text.ts';

/** An output that stays is waited for 30 s after the end of a run. */
const LONGEST_STAY = 25_000_000;

export const PROMETHEUS: Output = {
  name: 'prometheus',
  options: {
    port: 'where it listens; 9464 if it is left out, 0 for any that is free',
    host: 'on which address; 127.0.0.1 if it is left out',
    stay: 'how long it can still be read when the run has ended, up to 25s: longer than a scrape interval',
  },
  open: async (context) => {
    const { options, clock } = context;
    const stay = options['stay'] === undefined ? 0 : durationOf('prometheus', 'stay', options['stay']);
    if (stay > LONGEST_STAY)
      throw new RampartError(
        'bad-output',
        `the output prometheus: stay=${options['stay']} is too long`,
        'At most 25s.',
      );
    const meter = new Meter();
    const server = await listening(context, meter);
    return {
      accept: (event) => meter.accept(event),
      close: async () => {
        if (stay > 0) await new Promise<void>((resolve) => void clock.after(micros(stay), resolve));
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

function listening({ options, warn }: OutputContext, meter: Meter): Promise<Server> {
  const { port = '9464', host = '127.0.0.1' } = options;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new RampartError(
      'bad-output',
      `the output prometheus: ${JSON.stringify(port)} is no port`,
      'Write 1 to 65535, or 0.',
    );
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics\n');
      return;
    }
    if (asksForNative(request.headers.accept))
      response.setHeader('content-type', NATIVE_TYPE).end(toNative(meter.families()));
    else response.setHeader('content-type', TEXT_TYPE).end(toText(meter.families()));
  });
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const problem =
        code === 'EADDRINUSE' ? `port ${port} is in use` : `cannot listen on ${host}:${port}: ${code ?? message}`;
      reject(
        new RampartError(
          'bad-output',
          `the output prometheus: ${problem}`,
          'Name another port: --output prometheus=9465.',
        ),
      );
    });
    server.listen(Number(port), host, () => {
      // Whoever asked for any port must be told which.
      const address = server.address();
      if (port === '0' && typeof address === 'object') warn(`http://${host}:${address?.port}/metrics`);
      resolve(server);
    });
  });
}

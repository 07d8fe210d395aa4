import { connect } from 'node:net';
import { RampartError } from '../core/errors.ts';
import type { Plan, Target } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';

/** How long a target may take to accept a first connection, ms. */
const PATIENCE = 10_000;

/**
 * Opens one connection to the target and closes it again, without a request: a run against nothing ends before it starts.
 *
 * @throws {RampartError} unreachable, with the address and the system's error.
 */
export function reach(target: Target): Promise<void> {
  const { host, port } = target;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      const hint = 'Is the server running, and is this its address and port?';
      reject(new RampartError('unreachable', `nothing answers at ${address}: ${reason}`, hint));
    };
    const socket = connect({ host, port });
    socket.setTimeout(PATIENCE, () => {
      socket.destroy();
      fail(`no connection within ${PATIENCE / 1000} s`);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
      fail(first instanceof Error ? first.message : error.message);
    });
  });
}

/** Opens one connection, closes it, and says how long it took to open (µs), or -1 where it did not. */
export function measureConnect({ target }: Plan, clock: Clock, done: (took: Micros) => void): void {
  const startedAt = clock.now();
  let took = -1;
  const socket = connect({ host: target.host, port: target.port });
  socket.once('connect', () => {
    took = clock.now() - startedAt;
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.once('close', () => done(took as Micros));
}

import type { LookupFunction } from 'node:net';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Exchange } from '../../core/exchange.ts';
import type { Target } from '../../core/plan.ts';
import type { Micros } from '../../core/units.ts';
import { ResponseParser } from './parser.ts';

/** What a connection tells its driver. One object for all connections, so that none needs closures of its own. */
export interface ConnectionOwner {
  readonly target: Target;
  readonly lookup: LookupFunction;
  /** Every socket reads into this one buffer; it is valid only within `received`. */
  readonly buffer: Buffer;
  opened(connection: Connection): void;
  received(connection: Connection, length: number): void;
  /** The target closed its side. */
  ended(connection: Connection): void;
  /** The socket is gone; `error` says why where it was not in order. */
  closed(connection: Connection, error: Error | null): void;
}

/** One socket to the target, with at most one exchange under way. */
export class Connection {
  readonly socket: Socket;
  readonly parser = new ResponseParser();
  exchange: Exchange | null = null;
  open = false;
  /** Has it carried an exchange before this one? */
  reused = false;
  connectStartedAt: Micros;
  /** Neighbours in the driver's list of exchanges under way, oldest first. */
  older: Connection | null = null;
  newer: Connection | null = null;
  deadlineAt = 0;

  constructor(owner: ConnectionOwner, startedAt: Micros) {
    this.connectStartedAt = startedAt;
    const { target } = owner;
    const onread = {
      buffer: owner.buffer,
      callback: (length: number): boolean => {
        owner.received(this, length);
        return true;
      },
    };
    const where = { host: target.host, port: target.port, lookup: owner.lookup, noDelay: true, onread };
    const secure = target.protocol === 'https:';
    this.socket = secure
      ? connectTls({ ...where, ...serverName(target.host), ALPNProtocols: ['http/1.1'] })
      : connectTcp(where);
    let failure: Error | null = null;
    this.socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.open = true;
      owner.opened(this);
    });
    this.socket.once('end', () => owner.ended(this));
    this.socket.on('error', (error) => {
      failure = error;
    });
    this.socket.once('close', () => {
      this.open = false;
      owner.closed(this, failure);
    });
  }

  /** Closes at once; the owner hears of it through `closed`. */
  destroy(): void {
    this.open = false;
    this.socket.destroy();
  }
}

/** SNI is for names only (RFC 6066, 3). */
function serverName(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

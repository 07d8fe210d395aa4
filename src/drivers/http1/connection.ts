/** One connection to the target: its socket, its parser, and the exchange under way on it. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Exchange } from '../../core/exchange.ts';
import type { Target } from '../../core/plan.ts';
import { type Micros, seconds } from '../../core/units.ts';
import type { Lookup, Way } from '../lookup.ts';
import type { Security } from '../security.ts';
import { readBeforeWriteErrors } from '../write-errors.ts';
import { Outlet } from './outlet.ts';
import { ResponseParser } from './parser.ts';

/** What a connection tells its driver. One object for all connections, so that none needs closures of its own. */
export interface ConnectionOwner {
  readonly target: Target;
  /** Where connections go: as a rule the target's host and port. */
  readonly way: Way;
  readonly addresses: Lookup;
  readonly security: Security | null;
  /** The last TLS session the target gave; it shortens the next handshake. */
  session: Buffer | null;
  /** Every socket reads into this one buffer; it is valid only within `received`. */
  readonly buffer: Buffer;
  /** TLS only: the handshake begins. */
  connected(connection: Connection): void;
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
  readonly outlet: Outlet;
  readonly parser = new ResponseParser();
  exchange: Exchange | null = null;
  /** Its request, as long as it waits to leave with others. */
  bytes: Buffer | null = null;
  open = false;
  /** Responses that it has carried to their end, where they did not say that it ends. */
  responses = 0;
  /** When the last of them ended. */
  answeredAt = 0 as Micros;
  /** The target closed its side. */
  endedByTarget = false;
  readonly connectStartedAt: Micros;
  /** When the TLS handshake began; 0 without TLS. */
  connectedAt = 0;
  /** From when on it is too old for another exchange. */
  readonly ageAt: number;
  /** The same, or earlier where the target said how long it keeps an idle connection. */
  retireAt: number;
  /** Neighbours in the driver's list of exchanges under way, oldest first. */
  older: Connection | null = null;
  newer: Connection | null = null;
  deadlineAt = 0;
  /** The list. */
  deadlines: { remove(connection: Connection): void } | null = null;

  constructor(owner: ConnectionOwner, startedAt: Micros, ageAt: number) {
    this.connectStartedAt = startedAt;
    this.ageAt = ageAt;
    this.retireAt = ageAt;
    this.socket = this.#connect(owner);
    this.outlet = new Outlet(this.socket, owner.security === null);
    let failure: Error | null = null;
    this.socket.on(owner.security === null ? 'connect' : 'secureConnect', () => {
      this.open = true;
      owner.opened(this);
    });
    this.socket.on('end', () => owner.ended(this));
    this.socket.on('error', (error) => {
      failure = error;
    });
    this.socket.on('close', () => {
      this.open = false;
      owner.closed(this, failure);
    });
  }

  #connect(owner: ConnectionOwner): Socket {
    const { target, way, security, addresses } = owner;
    const onread = {
      buffer: owner.buffer,
      callback: (length: number): boolean => {
        owner.received(this, length);
        return true;
      },
    };
    if (target.socketPath !== undefined) return connectTcp({ path: target.socketPath, onread });
    const where = { host: way.host, port: way.port, lookup: addresses.lookup, noDelay: true, onread };
    const { session } = owner;
    const socket =
      security === null
        ? connectTcp(where)
        : connectTls({ ...where, ...security, ...(session === null ? {} : { session }) });
    if (security !== null) {
      readBeforeWriteErrors(socket);
      socket.once('connect', () => owner.connected(this));
      socket.on('session', (fresh: Buffer) => {
        owner.session = fresh;
      });
    }
    addresses.watch(socket, way.host);
    return socket;
  }

  /** The target keeps it for so many seconds without a request; below 0: it did not say. */
  keptFor(timeout: number, now: Micros): void {
    this.retireAt = timeout < 0 ? this.ageAt : Math.min(this.ageAt, now + usableFor(timeout));
  }

  /** A response that does not end has a status, where its head came. */
  noteStatus(): void {
    if (this.exchange !== null && this.parser.status >= 200) this.exchange.status = this.parser.status;
  }

  /** Closes at once; the owner hears of it through `closed`. */
  destroy(): void {
    this.open = false;
    this.socket.destroy();
  }
}

/** How long (µs) a connection may be idle, of a target that closes it after so many seconds: it may be on its way. */
function usableFor(timeout: number): Micros {
  return seconds(Math.max(timeout - 1, timeout / 2));
}

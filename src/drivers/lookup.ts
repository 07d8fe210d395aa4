/** Addresses of names, remembered for as long as the plan says and spread over connections. */
import type { LookupAddress } from 'node:dns';
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { Target } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';

interface Known {
  readonly addresses: LookupAddress[];
  /** Addresses that did not take a connection: they come last until the next look-up. */
  readonly failing: Set<string>;
  readonly until: Micros;
  /** Which address is the next one's first. */
  turn: number;
}

/**
 * Name look-up with a memory, in the shape of `net.connect`'s `lookup` option: opening 10,000 connections must not ask
 * the resolver 10,000 times. Look-ups of one name under way are shared; a failure is not remembered.
 *
 * Each connection gets the addresses of the name in turn, so that they spread over all A and AAAA records. The others
 * follow, since Node tries them where the first one fails.
 */
export class Lookup {
  readonly #clock: Clock;
  readonly #timeToLive: Micros;
  readonly #resolve: typeof resolve;
  readonly #known = new Map<string, Known>();
  readonly #waiting = new Map<string, ((error: NodeJS.ErrnoException | null, known: Known | null) => void)[]>();
  readonly #firstTurn: number;

  /** @param firstTurn where to begin in the addresses, so that not all threads begin with the same one. */
  constructor(clock: Clock, timeToLive: Micros, firstTurn = 0, resolver: typeof resolve = resolve) {
    this.#clock = clock;
    this.#timeToLive = timeToLive;
    this.#firstTurn = firstTurn;
    this.#resolve = resolver;
  }

  /** The name of a way whose addresses are known is not looked up. */
  pin({ host, addresses }: Way): void {
    if (addresses === null) return;
    this.#known.set(host, {
      addresses: addresses.map((address) => ({ address, family: isIP(address) })),
      failing: new Set(),
      until: Number.POSITIVE_INFINITY as Micros,
      turn: this.#firstTurn,
    });
  }

  /** Notes which addresses of the name do not take this connection, that is being opened. */
  watch(socket: Socket, name: string): void {
    if (isIP(name) !== 0) return;
    const avoid = (address: string): void => this.avoid(name, address);
    socket.on('connectionAttemptFailed', avoid);
    socket.on('connectionAttemptTimeout', avoid);
  }

  /** An address did not take a connection. */
  avoid(name: string, address: string): void {
    this.#known.get(name)?.failing.add(address);
  }

  readonly lookup: LookupFunction = (name, options, callback) => {
    const response = (error: NodeJS.ErrnoException | null, known: Known | null): void => {
      const addresses = known === null ? [] : inTurn(known);
      const [first] = addresses;
      if (first === undefined) callback(error, '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    const known = this.#known.get(name);
    if (known !== undefined && known.until > this.#clock.now()) {
      response(null, known);
      return;
    }
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      waiting.push(response);
      return;
    }
    const queue = [response];
    this.#waiting.set(name, queue);
    this.#resolve(name, { all: true }, (error, addresses) => {
      this.#waiting.delete(name);
      const fresh = error === null ? this.#remember(name, addresses) : null;
      for (const waiter of queue) waiter(error, fresh);
    });
  };

  #remember(name: string, addresses: LookupAddress[]): Known {
    const turn = this.#known.get(name)?.turn ?? this.#firstTurn;
    const until = (this.#clock.now() + this.#timeToLive) as Micros;
    const known = { addresses, failing: new Set<string>(), until, turn };
    this.#known.set(name, known);
    return known;
  }
}

/** Where connections to a target go: a name to look up, or one that stands for addresses that are known. */
export interface Way {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[] | null;
}

export function wayTo({ host, port, via }: Target): Way {
  const { addresses = null, ...place } = via ?? { host, port };
  // An address is not looked up, so one that stands for others needs a name.
  return { host: addresses !== null && isIP(place.host) !== 0 ? 'resolved' : place.host, port: place.port, addresses };
}

/** Looks nothing up, for a single connection. */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, options, callback) => {
    const [first] = known;
    if (options.all || first === undefined) callback(null, known);
    else callback(null, first.address, first.family);
  };
}

/** All addresses, beginning with the one whose turn it is; those that fail at the end. */
function inTurn(known: Known): LookupAddress[] {
  const good = known.addresses.filter(({ address }) => !known.failing.has(address));
  const bad = known.addresses.filter(({ address }) => known.failing.has(address));
  const first = good.length > 0 ? known.turn++ % good.length : 0;
  return [...good.slice(first), ...good.slice(0, first), ...bad];
}

/** As it stands before a colon and a port. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

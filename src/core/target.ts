/** Targets: where they are, how their TLS and connections are, and the proxy before them. */
import type { Count, Micros } from './units.ts';

export interface Target {
  readonly url: string;
  readonly protocol: 'http:' | 'https:';
  /** Name or address to connect to, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Where to connect to instead; host and port then name the target in Host, in SNI and in its certificate. */
  readonly via?: {
    readonly host: string;
    readonly port: number;
    /** IP addresses that the host is taken to have; absent: it is looked up. */
    readonly addresses?: readonly string[];
  };
  /** A Unix socket to connect to instead, as an absolute path; host and port then only name the target in Host. */
  readonly socketPath?: string;
}

/** One of several targets of a plan. */
export interface NamedTarget extends Target {
  /** As tables and thresholds have it. No two of a plan have the same. */
  readonly name: string;
  /** Of what has no target of its own, its share is this of the sum of all weights. */
  readonly weight: number;
  readonly tls: Tls;
}

/** What TLS needs to know. Not used for `http:`. */
export interface Tls {
  /** Must the target's certificate be valid, and for its name? */
  readonly verify: boolean;
  /** PEM: trusted instead of the usual authorities; null: these. */
  readonly ca: string | null;
  /** PEM: who we are, for targets that ask; both or neither. `key` is secret. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** How connections are kept and renewed, beyond `keepAlive`. */
export interface Connections {
  /** Open model: at most so many of all threads together; a request due while all are busy waits. Null: no limit. */
  readonly limit: Count | null;
  /** A connection takes no request when older than this; null: no limit. */
  readonly maxAge: Micros | null;
  /** How long the addresses of a name are remembered. */
  readonly dnsTtl: Micros;
}

/** An HTTP proxy between the generator and the target. */
export interface HttpProxy {
  /** Without user name and password. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; a secret. */
  readonly authorization: string | null;
}

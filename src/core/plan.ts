import type { Bytes, Count, Micros, PerSecond } from './units.ts';

/** A stretch of time over which a quantity goes from one value to another in a straight line. */
export interface Stage<Quantity extends number> {
  readonly duration: Micros;
  readonly from: Quantity;
  readonly to: Quantity;
}

export type Distribution =
  | { readonly kind: 'constant'; readonly value: Micros }
  | { readonly kind: 'uniform'; readonly min: Micros; readonly max: Micros }
  | { readonly kind: 'exponential'; readonly mean: Micros };

/**
 * How load is offered. Closed: that many virtual users, each sends its next request after its last answer (and a think
 * time). Open: requests are due at instants that no answer can delay.
 */
export type LoadProfile =
  | { readonly model: 'closed'; readonly vus: readonly Stage<Count>[]; readonly thinkTime: Distribution | null }
  | {
      readonly model: 'open';
      readonly arrivals: 'uniform' | 'poisson';
      readonly rate: readonly Stage<PerSecond>[];
      /** A request due while this many are under way is dropped, and counted. */
      readonly maxInFlight: Count;
    };

export interface Target {
  readonly url: string;
  readonly protocol: 'http:' | 'https:';
  /** Name or address to connect to, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface RequestBody {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
  readonly bytes: Bytes;
}

export interface RequestTemplate {
  /** As tables show it: `POST /predict`. */
  readonly name: string;
  readonly method: string;
  /** Path and query, as it goes on the request line. */
  readonly path: string;
  /** In the order sent. The driver adds Content-Length and Connection, and Host where it is not among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: RequestBody | null;
}

/** What a threshold looks at. Percentiles are of the response time, a failed request counting as infinitely slow. */
export type Metric =
  /** `p` in percent: 95 for p95. */
  | { readonly kind: 'percentile'; readonly p: number }
  | { readonly kind: 'mean' }
  | { readonly kind: 'min' }
  | { readonly kind: 'max' }
  | { readonly kind: 'errors' }
  | { readonly kind: 'achieved' };

export interface Threshold {
  /** As the user wrote it: `p95<250ms`. */
  readonly text: string;
  readonly metric: Metric;
  readonly op: '<' | '<=' | '>' | '>=';
  /** µs for times, a share (0..1) for errors given in percent, a count for errors without one, 1/s for achieved. */
  readonly limit: number;
  readonly unit: 'µs' | 'share' | 'count' | '1/s';
}

/** Everything a run needs, and nothing that is not data: it travels to threads and agents and into the journal. */
export interface Plan {
  readonly kind: 'run' | 'probe';
  readonly target: Target;
  /** At least one. */
  readonly requests: readonly RequestTemplate[];
  readonly load: LoadProfile;
  /** Stop after this many requests, whatever the stages say. */
  readonly maxRequests: Count | null;
  /** Requests due in the first `warmup` count in no statistic. A whole number of intervals. */
  readonly warmup: Micros;
  /** For a probe: this many requests at the start are its warm-up (used instead of `warmup`). */
  readonly warmupRequests: Count;
  readonly timeout: Micros;
  /** How long requests under way may take to finish once the load has ended. */
  readonly gracefulStop: Micros;
  readonly keepAlive: boolean;
  readonly threads: Count;
  readonly seed: number;
  readonly interval: Micros;
  readonly thresholds: readonly Threshold[];
}

/** A part of the load: this one of `count`. A run on one thread is segment 0 of 1. */
export interface Segment {
  readonly index: number;
  readonly count: number;
}

export function stagesOf(load: LoadProfile): readonly Stage<number>[] {
  return load.model === 'closed' ? load.vus : load.rate;
}

/** How long the plan offers load, in µs. */
export function durationOf(load: LoadProfile): Micros {
  return stagesOf(load).reduce((sum, stage) => sum + stage.duration, 0) as Micros;
}

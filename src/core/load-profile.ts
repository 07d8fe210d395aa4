/** How load is offered: virtual users or arrivals over stages, and the questions asked of such a profile. */
import { type Count, type Micros, type PerSecond, seconds } from './units.ts';

/** A stretch of time over which a quantity goes from one value to another in a straight line. */
export interface Stage<Quantity extends number> {
  readonly duration: Micros;
  readonly from: Quantity;
  readonly to: Quantity;
}

export type Distribution =
  | { readonly kind: 'constant'; readonly value: Micros }
  | { readonly kind: 'uniform'; readonly min: Micros; readonly max: Micros }
  | { readonly kind: 'exponential'; readonly mean: Micros }
  /** By its own mean and standard deviation, not those of the logarithm. */
  | { readonly kind: 'lognormal'; readonly mean: Micros; readonly deviation: Micros };

/** How arrivals are spread: evenly, at random instants, or so many at once at random instants; the mean rate is the same. */
export type ArrivalPattern = 'uniform' | 'poisson' | { readonly bursty: Count };

/** Arrivals at the instants of a trace, which travel beside the plan as rows do (see core/rows). */
export interface ReplayedTrace {
  readonly file: string;
  /** In it. */
  readonly arrivals: Count;
  /** How many times as fast as it was. */
  readonly speed: number;
  /** It begins anew at its end. Absent: the load ends there. */
  readonly loop?: true;
  /** Lines of a log that are not sent. Absent: none. */
  readonly leftOut?: LeftOutLines;
}

/** Lines of an access log that are not replayed, and why. */
export interface LeftOutLines {
  /** By method: it may change something. */
  readonly changing: Readonly<Record<string, Count>>;
  /** They hold no request that could be sent again. */
  readonly unsendable: Count;
}

/**
 * How load is offered. Closed: that many virtual users, each sends its next request after its last response (and a think
 * time). Open: requests are due at instants that no response can delay. Mixed: both at once, of which each has a load of its
 * own (see `loads`); the stages of the two have the same borders.
 */
export type LoadProfile =
  | OneLoad
  | {
      readonly model: 'mixed';
      readonly vus: readonly Stage<Count>[];
      readonly rate: readonly Stage<PerSecond>[];
      /** The least even of all. */
      readonly arrivals: ArrivalPattern;
      /** Of arrivals; all of them together. */
      readonly maxInFlight: Count;
    };

/** What one schedule makes. */
export type OneLoad =
  | {
      readonly model: 'closed';
      readonly vus: readonly Stage<Count>[];
      readonly thinkTime: Distribution | null;
      /** A user begins a pass so long after it began the last one, whatever that took; or at once, where it took longer. */
      readonly pacing?: Micros;
      /** Users that were asked for, where the load ends before its ramp reaches them; absent: it reaches its end. */
      readonly goal?: Count;
    }
  | {
      readonly model: 'open';
      readonly arrivals: ArrivalPattern | { readonly replay: ReplayedTrace };
      /** Of a trace: its mean rate over stretches of it. */
      readonly rate: readonly Stage<PerSecond>[];
      /** A request due while this many are under way is dropped, and counted. */
      readonly maxInFlight: Count;
    };

/** The trace that a load replays; null: it has a rate, or users. */
export const replayOf = (load: LoadProfile): ReplayedTrace | null =>
  load.model === 'open' && typeof load.arrivals === 'object' && 'replay' in load.arrivals ? load.arrivals.replay : null;

/** Of users and arrivals at once: those of the arrivals. */
export function stagesOf(load: LoadProfile): readonly Stage<number>[] {
  return load.model === 'closed' ? load.vus : load.rate;
}

/** How long the plan offers load, in µs. */
export function durationOf(load: LoadProfile): Micros {
  return stagesOf(load).reduce((sum, stage) => sum + stage.duration, 0) as Micros;
}

/** How long a load lasts that only a person ends: a hundred years, which µs still count exactly. */
export const FOREVER = seconds(100 * 365 * 24 * 3_600);

export const isEndless = (load: LoadProfile): boolean => durationOf(load) >= FOREVER;

/** What a load is on its way to at an instant since its start: the target of the stage it is in. */
export function goalAt(load: LoadProfile, at: Micros): number {
  const stages = stagesOf(load);
  let left: number = at;
  for (const { duration, to } of stages) {
    if (left < duration) return load.model === 'closed' && load.goal !== undefined ? load.goal : to;
    left -= duration;
  }
  return stages.at(-1)?.to ?? 0;
}

/** How arrivals are spread, in words. */
export function arrivalsName(arrivals: ArrivalPattern | { readonly replay: ReplayedTrace }): string {
  if (arrivals === 'uniform') return 'evenly spaced arrivals';
  if (arrivals === 'poisson') return 'Poisson arrivals';
  if ('replay' in arrivals) return 'each due at its own instant of the trace';
  return `bursts of ${arrivals.bursty} arrivals at random instants`;
}

/** The curve's value at an instant since its start; at a border that of the later stage, outside the stages 0. */
export function valueAt(stages: readonly Stage<number>[], at: Micros): number {
  if (at < 0) return 0;
  let left: number = at;
  let last = 0;
  for (const { duration, from, to } of stages) {
    if (left < duration) return from + ((to - from) * left) / duration;
    left -= duration;
    last = to;
  }
  return left === 0 ? last : 0;
}

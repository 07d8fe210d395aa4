/**
 * Branded numbers: a duration cannot be handed where a rate is meant. A slip of units in a load tester is a wrong figure
 * that looks right, so the compiler is asked to find it.
 */

declare const unit: unique symbol;
export type Branded<U extends string> = number & { readonly [unit]: U };

/** A duration, or an instant of the monotonic clock, in microseconds. Names of instants end in `At`. */
export type Micros = Branded<'µs'>;
/** A duration, or an instant since the start, as `result.json` has it. */
export type Millis = Branded<'ms'>;
/** A number of things: users, requests, threads. */
export type Count = Branded<'count'>;
/** A rate in 1/s. */
export type PerSecond = Branded<'1/s'>;
export type Bytes = Branded<'bytes'>;

export const micros = (value: number): Micros => value as Micros;
export const millis = (value: number): Micros => (value * 1_000) as Micros;
export const seconds = (value: number): Micros => (value * 1_000_000) as Micros;
export const count = (value: number): Count => value as Count;
export const perSecond = (value: number): PerSecond => value as PerSecond;
export const bytes = (value: number): Bytes => value as Bytes;

export const toMillis = (duration: Micros): Millis => (duration / 1_000) as Millis;
export const toSeconds = (duration: Micros): number => duration / 1_000_000;

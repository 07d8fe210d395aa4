/** Thresholds: what they look at, what they hold it against, and those that end a run. */
import type { StreamMetric } from './streamed.ts';
import type { Micros } from './units.ts';

/**
 * What a threshold looks at. Times are response times, or of streams what `of` names; a failed request counts as infinitely
 * slow, but not in gaps.
 */
export type Metric =
  /** `p` in percent: 95 for p95. */
  | { readonly kind: 'percentile'; readonly p: number; readonly of?: StreamMetric }
  | { readonly kind: 'mean' | 'min' | 'max'; readonly of?: StreamMetric }
  | { readonly kind: 'errors' }
  | { readonly kind: 'achieved' }
  /** Tokens of responses, per second. */
  | { readonly kind: 'tokens' }
  /** Requests that meet all limits of `Plan.goodput` at once: their share, or how many a second. */
  | { readonly kind: 'goodput' };

/** What is measured under a name of its own: requests, groups of them, or passes through a flow. */
export type MeasuredKind = 'request' | 'group' | 'flow';

/** What a threshold looks at: one of these, or all that have a tag, which is named `key=value`. */
export type Scope = { readonly kind: MeasuredKind | 'tag'; readonly name: string };

export interface Threshold {
  /** As the user wrote it: `p95<250ms`, `p95{chat}<250ms`. */
  readonly text: string;
  /** Absent: all requests. */
  readonly scope?: Scope;
  readonly metric: Metric;
  readonly op: '<' | '<=' | '>' | '>=';
  /** µs for times, a share (0..1) for errors and goodput given in percent, a count for errors without one, 1/s for rates. */
  readonly limit: number;
  readonly unit: 'µs' | 'share' | 'count' | '1/s';
}

/** Whether it is of what only streamed responses have: their own times, or tokens. */
export const looksAtStreams = ({ metric }: Pick<Threshold, 'metric'>): boolean =>
  metric.kind === 'tokens' || ('of' in metric && metric.of !== undefined);

/** A threshold that ends a run whose last stretch breaks it. */
export interface AbortThreshold extends Threshold {
  /** How long that stretch is. A whole number of intervals. */
  readonly over: Micros;
  /** Not before so much was measured. */
  readonly after: Micros;
}

/** What a run goes on for: until the interval of a percentile is so narrow. */
export interface Until {
  /** As the user wrote it: `p95±5%`. */
  readonly text: string;
  /** In percent: 95 for p95. */
  readonly p: number;
  /** How far each end of the 95 % interval may be from the percentile, as a share of it, 0..1. */
  readonly precision: number;
}

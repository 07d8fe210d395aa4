/**
 * Trace ids that follow from a request's number: whoever knows the number knows the id, so that a request carries none of it.
 * Source: W3C Trace Context, `traceparent`: version, trace id (32 hex digits), parent id (16), flags (01: sampled).
 */

/** What makes the ids of one run its own. */
export interface TraceKey {
  /** 32 bits, drawn for each run. */
  readonly key: number;
}

/** 32 bits mixed. Source: the finalizer of MurmurHash3 (A. Appleby). */
function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/**
 * Of a request, or of a pass through a flow, by its number among all of the run. The number is in it whole, so that no two are
 * alike; its end looks random, since samplers decide by that.
 */
export function traceIdOf({ key }: TraceKey, index: number): string {
  const [high, low] = [Math.floor(index / 2 ** 32) % 0x10000, index >>> 0];
  const first = mixed(low ^ mixed(key ^ high));
  const second = mixed(first ^ 0x9e3779b9);
  return `${hex(key >>> 0, 8)}${hex(high, 4)}${hex(low, 8)}${hex(first, 8)}${hex(second & 0xffff, 4)}`;
}

/** The span id of one request of a trace. @param request which of the plan's. */
export function spanIdOf({ key }: TraceKey, index: number, request: number): string {
  // Never all zero: that would be no id.
  return `${hex(mixed(index ^ mixed(key ^ (request + 1))), 8)}${hex((request + 1) & 0xffff, 4)}${hex(index & 0xffff, 4)}`;
}

export const traceparentOf = (key: TraceKey, index: number, request: number): string =>
  `00-${traceIdOf(key, index)}-${spanIdOf(key, index, request)}-01`;

/** A key for requests that are sent beside those of the run, with numbers that those have too. */
export const besideOf = ({ key }: TraceKey): TraceKey => ({ key: ~key >>> 0 });

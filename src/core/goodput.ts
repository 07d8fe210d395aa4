/** Limits that a request must meet to be a good one, and the counts of those that do. */
import type { StreamMetric } from './streamed.ts';
import type { Micros } from './units.ts';

/** A limit that a request must be under to be good. */
export interface RequestLimit {
  /** As the user wrote it: `ttft<300ms`, `p95{chat}<2s`. */
  readonly text: string;
  /** Name of the requests that it is for; absent: all. */
  readonly request?: string;
  /** What must be under it: the response time, or a time of streams; of gaps the longest. */
  readonly of: 'response' | StreamMetric;
  readonly op: '<' | '<=';
  readonly limit: Micros;
}

/** How requests of one name that ended in one interval stood to their limits. */
export interface GoodputCounts {
  /** Successes under all of them. */
  readonly good: number;
  /** Failed, or over one of them: those included that the run gave up at its end when they were over one already. */
  readonly bad: number;
  /** Given up at the end, and over none until then: of these it is not known. */
  readonly open: number;
}

/** All of them together; null of none. */
export function addGoodput(parts: readonly GoodputCounts[]): GoodputCounts | null {
  if (parts.length === 0) return null;
  const sum = (pick: (part: GoodputCounts) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return { good: sum(({ good }) => good), bad: sum(({ bad }) => bad), open: sum(({ open }) => open) };
}

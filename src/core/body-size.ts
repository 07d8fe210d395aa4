/** How large the bodies of responses are: the mean of those that came to their end. */
import { ANSWERED } from './sample.ts';
import type { SeriesSnapshot } from './snapshot.ts';

/** What is counted of bodies, of requests or of passes through a flow. */
export type CountedBodies = Pick<
  SeriesSnapshot,
  'ok' | 'byOutcome' | 'bodyBytesIn' | 'unfinishedBodyBytesIn' | 'tooLong'
>;

/**
 * The bodies that came to their end, and their bytes: those of successes, and of failures with a whole response. Where a request
 * was cancelled, timed out or had no response, or its body was given up as too long, what came of it is no size of a body.
 */
export function wholeBodies({ ok, byOutcome, bodyBytesIn, unfinishedBodyBytesIn = 0, tooLong = 0 }: CountedBodies): {
  readonly count: number;
  readonly bytes: number;
} {
  const count = ANSWERED.reduce((sum, outcome) => sum + (byOutcome[outcome] ?? 0), ok) - tooLong;
  return { count, bytes: bodyBytesIn - unfinishedBodyBytesIn };
}

/** Null: none came to its end. */
export function averageBody(counted: CountedBodies): number | null {
  const { count, bytes } = wholeBodies(counted);
  return count === 0 ? null : bytes / count;
}

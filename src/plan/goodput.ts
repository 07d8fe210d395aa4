/** Goodput: which limits a single request must be under to be good, taken from what is written as thresholds. */
import { RampartError } from '../core/errors.ts';
import type { TagSet } from '../core/flow.ts';
import type { RequestLimit } from '../core/goodput.ts';
import type { Metric, Threshold } from '../core/plan.ts';
import type { StreamMetric } from '../core/streamed.ts';
import { micros } from '../core/units.ts';

/** A threshold as it may be written: also a limit of each request, which only goodput counts. */
export type WrittenThreshold = Omit<Threshold, 'metric'> & {
  readonly metric: Metric | { readonly kind: 'each'; readonly of?: StreamMetric };
};

/** What is to hold, and what a request must be under to be good. */
export interface Held {
  readonly thresholds: readonly Threshold[];
  /** Null: nobody asks for goodput. */
  readonly goodput: readonly RequestLimit[] | null;
}

/**
 * Parts what is written: thresholds are held; limits of each request (`ttft<300ms`) say what a good one is. Without any of
 * these the thresholds on times are read so: p95<250ms as "this request under 250 ms".
 *
 * @param label of where most of them are from.
 * @param tags what scopes may be.
 * @throws RampartError where one kind needs the other.
 */
export function withGoodput(written: readonly WrittenThreshold[], label: string, tags: readonly TagSet[]): Held {
  const thresholds = written.flatMap(({ metric, ...rest }): Threshold[] =>
    metric.kind === 'each' ? [] : [{ ...rest, metric }],
  );
  const asked = thresholds.find(({ metric }) => metric.kind === 'goodput');
  const own = written.filter(({ metric }) => metric.kind === 'each');
  const refuse = (text: string, problem: string, hint: string): never => {
    throw new RampartError('bad-flag', `${label}: "${text}" ${problem}`, hint);
  };
  if (asked === undefined) {
    const [lost] = own;
    if (lost === undefined) return { thresholds, goodput: null };
    const name = lost.text.split(/[<>{]/)[0]?.trim() ?? '';
    const statistic = name.toLowerCase() === 'response' ? 'p95' : `${name}_p95`;
    return refuse(
      lost.text,
      'is a limit of each request, and no goodput counts the requests that keep it',
      `Add goodput>95%, or name a statistic: ${statistic}.`,
    );
  }
  for (const { metric, scope, text } of written)
    if (
      (metric.kind === 'goodput' || metric.kind === 'each') &&
      scope !== undefined &&
      requestsOf(scope, tags) === null
    )
      refuse(text, `looks at a ${scope.kind}, and goodput is of requests`, 'Name one of the requests, or none.');
  const limits = (own.length > 0 ? own : written).flatMap((one) => limitsOf(one, tags));
  if (limits.length === 0)
    refuse(
      asked.text,
      'is the share of requests that meet every limit, and there is none',
      'Add what a request must be under: ttft<300ms, tpot<40ms, response<2s; or a threshold like p95<250ms.',
    );
  return { thresholds, goodput: limits };
}

function limitsOf({ text, metric, op, limit, scope }: WrittenThreshold, tags: readonly TagSet[]): RequestLimit[] {
  if (metric.kind !== 'each' && metric.kind !== 'percentile' && metric.kind !== 'mean' && metric.kind !== 'max')
    return [];
  if (op !== '<' && op !== '<=') return [];
  const own: RequestLimit = { text, of: metric.of ?? 'response', op, limit: micros(limit) };
  if (scope === undefined) return [own];
  return (requestsOf(scope, tags) ?? []).map((request) => ({ ...own, request }));
}

/** The requests that a scope is of; null: it is of something else. */
function requestsOf(
  { kind, name }: NonNullable<Threshold['scope']>,
  tags: readonly TagSet[],
): readonly string[] | null {
  if (kind === 'request') return [name];
  const set = tags.find((tag) => kind === 'tag' && tag.name === name);
  return set?.kind === 'request' ? set.members : null;
}

/** Refuses what looks at streams where no response is one. */
import type { Plan } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { looksAtStreams } from '../core/threshold.ts';

/** What looks at streams, and a response of those that it looks at, none of which was one. */
export interface Unstreamed {
  /** As the user wrote it. */
  readonly text: string;
  readonly response: SingleResponse;
}

/**
 * A threshold, SLO or limit that can never hold, since it is of a time of streams and nothing is streamed, or a tokenizer that would
 * have nothing to count; null: there is none. Of several requests one that is streamed is enough, unless a single one is looked at.
 */
export function unstreamed(
  { thresholds, search, goodput = [], tokenizer }: Pick<Plan, 'thresholds' | 'search' | 'goodput' | 'tokenizer'>,
  responses: readonly SingleResponse[],
): Unstreamed | null {
  const tiers = search?.tiers ?? [];
  const looking = [
    ...[...thresholds, ...(search?.slos ?? []), ...tiers.flatMap(({ slos }) => slos)].flatMap((one) => {
      if (!looksAtStreams(one) || (one.scope !== undefined && one.scope.kind !== 'request')) return [];
      return [{ text: one.text, request: one.scope?.name }];
    }),
    ...(tokenizer === undefined ? [] : [{ text: `--tokenizer ${tokenizer}`, request: undefined }]),
    ...goodput.flatMap(({ text, of, request }) => (of === 'response' ? [] : [{ text, request }])),
  ];
  for (const { text, request } of looking) {
    const seen = responses.filter((response) => request === undefined || response.request === request);
    const [first] = seen;
    if (first !== undefined && !seen.some(({ streamed }) => streamed)) return { text, response: first };
  }
  return null;
}

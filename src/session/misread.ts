/** Tells of streams that are read in another format than their responses name: their first tokens would be none. */
import type { Plan } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { streamFormatOf } from '../drivers/stream/format.ts';

/** A line where a response names a format, and `--stream` another one; empty: all are read as they say. */
export function misreadLines(
  { stream }: Pick<Plan, 'stream'>,
  responses: readonly SingleResponse[],
): readonly string[] {
  if (stream !== 'sse' && stream !== 'ndjson') return [];
  for (const { headers } of responses) {
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    const named = streamFormatOf(type);
    if (named !== null && named !== stream)
      return [
        `The response is ${type}, and --stream ${stream} reads it otherwise: first tokens and gaps would be wrong. Leave --stream out, or write --stream ${named}.`,
      ];
  }
  return [];
}

/** Asks a model that was found out for a stream, where its protocol has them and the user wants one, or says that there is one to be had. */
import type { Plan } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import type { Accepted } from '../discover/exchange.ts';
import { streamingBody } from '../plan/prompts.ts';

/** What of a plan wants streams though nothing was sent yet, as the user wrote it; null: nothing does. */
export const namedStream = ({ stream }: Pick<Plan, 'stream'>): string | null =>
  stream === undefined || stream === 'off' ? null : `--stream ${stream}`;

/** What was accepted, asking for a stream; null: it is of no protocol that has them, or asks for one already. */
export function asStream({ question, from, reply }: Accepted, wish: string): Accepted | null {
  const body = question.body === null ? null : streamingBody(question.body, question.path.split('?')[0] ?? '');
  return body === null ? null : { question: { ...question, body }, from: `${from}, as a stream for ${wish}`, reply };
}

/** That a model streams, to somebody who has not asked for it; null: it does not, or is about to. */
export function streamHint(
  { stream }: Pick<Plan, 'stream'>,
  accepted: Accepted,
  responses: readonly SingleResponse[],
): string | null {
  if (stream !== undefined || responses.some(({ streamed }) => streamed) || asStream(accepted, '') === null)
    return null;
  return 'It has streams, too: --stream sse measures the time to the first token, the gaps between tokens, and tokens per second.';
}

/** Asks a model that was found out for a stream, where its protocol has them: such models are judged by their first tokens and gaps. */
import type { Plan } from '../core/plan.ts';
import type { Accepted } from '../discover/exchange.ts';
import { streamingBody } from '../plan/prompts.ts';

/** What of a plan wants streams though nothing was sent yet, as the user wrote it; null: nothing does. */
export const namedStream = ({ stream }: Pick<Plan, 'stream'>): string | null =>
  stream === undefined || stream === 'off' ? null : `--stream ${stream}`;

/**
 * What was accepted, asking for a stream; null: it is of no protocol that has them, or asks for one already.
 *
 * @param reason what asks for it, as the user wrote it; null: nobody said anything of streams.
 */
export function asStream({ question, from, reply }: Accepted, reason: string | null): Accepted | null {
  const body = question.body === null ? null : streamingBody(question.body, question.path.split('?')[0] ?? '');
  if (body === null) return null;
  const why = reason === null ? 'as a stream (in one piece: --stream off)' : `as a stream for ${reason}`;
  return { question: { ...question, body }, from: `${from}, ${why}`, reply };
}

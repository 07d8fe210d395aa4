/** What it means for the request on a connection that this one is gone. */
import { ON_A_REUSED_CONNECTION } from '../../core/cause.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Outcome } from '../../core/sample.ts';
import { describeFailure } from '../failure.ts';
import type { Connection } from './connection.ts';

interface Ending {
  readonly outcome: Extract<Outcome, 'connect-error' | 'reset' | 'stream-cut'>;
  readonly message: string;
}

/** @param error why it is gone; null: it was closed in order. */
export function endingOf({ parser, responses }: Connection, exchange: Exchange, error: Error | null): Ending {
  if (exchange.sentAt === 0) {
    const message = error === null ? 'the target closed the connection before it was ready' : describeFailure(error);
    return { outcome: 'connect-error', message };
  }
  const outcome = parser.streaming ? 'stream-cut' : 'reset';
  if (parser.begun || exchange.firstByteAt > 0)
    return { outcome, message: 'connection closed in the middle of the response' };
  const how = (error as NodeJS.ErrnoException | null)?.code ?? 'connection closed';
  return { outcome, message: responses > 0 ? `${how} ${ON_A_REUSED_CONNECTION}` : `${how} before any response` };
}

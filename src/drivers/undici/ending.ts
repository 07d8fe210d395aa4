import { ON_A_REUSED_CONNECTION } from '../../core/cause.ts';
import type { Outcome } from '../../core/sample.ts';
import { describeFailure } from '../failure.ts';

export interface Ending {
  readonly outcome: Extract<Outcome, 'connect-error' | 'reset' | 'protocol-error'>;
  readonly message: string;
}

/** How far a request had come. */
interface Progress {
  readonly sent: boolean;
  /** Some of its answer had arrived. */
  readonly begun: boolean;
  /** Its connection had carried others. */
  readonly reused: boolean;
}

/** What undici and node:http2 say of a request that they will not send. */
const UNSENDABLE =
  /^(?:UND_ERR_(?:INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)|ERR_(?:INVALID|HTTP2_INVALID)_.*)$/;
const MALFORMED = /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_|ERR_HTTP2_(?:ERROR|SESSION_ERROR)$)/;

/** What an error of theirs means for the request it ended, in the words of the HTTP/1.1 driver. */
export function endingOf(error: Error, { sent, begun, reused }: Progress): Ending {
  const { code = '', message, name } = error as NodeJS.ErrnoException;
  if (UNSENDABLE.test(code)) return { outcome: 'protocol-error', message: `cannot be sent: ${message}` };
  if (!sent) return { outcome: 'connect-error', message: describeFailure(error) };
  if (MALFORMED.test(code) || name === 'HTTPParserError') return { outcome: 'protocol-error', message };
  if (begun) return { outcome: 'reset', message: 'connection closed in the middle of the answer' };
  if (/^ERR_HTTP2_STREAM/.test(code))
    return { outcome: 'reset', message: 'stream reset by the target before any answer' };
  const how = code === '' || code.startsWith('UND_') ? 'connection closed' : code;
  return { outcome: 'reset', message: `${how} ${reused ? ON_A_REUSED_CONNECTION : 'before any answer'}` };
}

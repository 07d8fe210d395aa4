/** What errors of undici and node:http2 mean, in the words of all drivers. */
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
  /** Some of its response had arrived. */
  readonly begun: boolean;
  /** Its connection had carried others. */
  readonly reused: boolean;
}

/** The error codes of HTTP/2, by number (RFC 9113, 7). */
const RESET_CODES = [
  ...['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED'],
  ...['FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM'],
  ...['INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
];

/** The target ended one stream of HTTP/2; the connection goes on. */
export class StreamReset extends Error {
  /** `REFUSED_STREAM`, or `code 99`. */
  readonly reason: string;

  constructor(code: number) {
    const reason = RESET_CODES[code] ?? `code ${code}`;
    super(`stream reset: ${reason}`);
    this.reason = reason;
  }
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
  if (error instanceof StreamReset) return { outcome: 'reset', message: resetMessage(error.reason, begun) };
  if (MALFORMED.test(code) || name === 'HTTPParserError') return { outcome: 'protocol-error', message };
  if (begun) return { outcome: 'reset', message: 'connection closed in the middle of the response' };
  const how = code === '' || code.startsWith('UND_') ? 'connection closed' : code;
  return { outcome: 'reset', message: `${how} ${reused ? ON_A_REUSED_CONNECTION : 'before any response'}` };
}

function resetMessage(reason: string, begun: boolean): string {
  // It says that nothing was processed, so that a client may send it again (RFC 9113, 8.7). We count it instead.
  if (reason === 'REFUSED_STREAM') return 'the target refused the stream and processed nothing of it (REFUSED_STREAM)';
  return `stream reset by the target ${begun ? 'in the middle of the response' : 'before any response'} (${reason})`;
}

/** How a driver shows responses to somebody else before they are judged. */
import type { ResponseBuffer } from './response-buffer.ts';

/** A driver that shows every whole response to somebody, before it is judged. */
export interface Witnessed {
  /** What is handed in is valid within the call. To be set before the first request. */
  witness: ((response: ResponseBuffer, address: string) => void) | null;
}

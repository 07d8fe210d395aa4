import type { AnswerBuffer } from './answer.ts';

/** A driver that shows every whole response to somebody, before it is judged. */
export interface Witnessed {
  /** What is handed in is valid within the call. To be set before the first request. */
  witness: ((answer: AnswerBuffer, address: string) => void) | null;
}

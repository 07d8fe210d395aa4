/** Signs and sentences that all outputs share. */
import type { Check } from '../core/verdict.ts';

/** Shape first, colour second: the same signs in the terminal and in Markdown. */
export const SYMBOLS = {
  passed: '●',
  undecided: '○',
  failed: '■',
  valid: '●',
  doubtful: '○',
  invalid: '■',
} as const;

/** How a threshold came out, by the sign that stands before it: what is not sure is no full pass. */
export function signOf({ status, outcome }: Check): keyof typeof SYMBOLS {
  return status === 'passed' && outcome === 'not-sure' ? 'undecided' : status;
}

/** What the numbers mean; in every output. */
export const MEANING =
  'Response time: due → last byte; a failure is slower than any success. Service time: request sent → last byte. ' +
  'Lag: due → sent. In brackets, or below: the 95 % interval.';

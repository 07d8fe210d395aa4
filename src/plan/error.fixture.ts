/** For tests: the error that a call throws, as one text. */
import { RampartError } from '../core/errors.ts';

/** What a call throws, as `code: message`, with the hint after it; an error of another kind goes through. */
export function errorOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return textOf(error);
  }
  return 'no error';
}

/** The same of what is waited for. */
export const rejectionOf = (made: Promise<unknown>): Promise<string> => made.then(() => 'no error', textOf);

function textOf(error: unknown): string {
  if (!(error instanceof RampartError)) throw error;
  return `${error.code} ${error.message}${error.hint === '' ? '' : ` | ${error.hint}`}`;
}

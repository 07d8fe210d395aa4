import { RampartError } from '../core/errors.ts';

/** What a call throws, as `code: message`, with the hint after it; an error of another kind goes through. */
export function errorOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!(error instanceof RampartError)) throw error;
    return `${error.code} ${error.message}${error.hint === '' ? '' : ` | ${error.hint}`}`;
  }
  return 'no error';
}

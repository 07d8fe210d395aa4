/** How an error reads in a terminal. */
import type { RampartError } from '../core/errors.ts';

/** What a terminal shows of it: what is wrong, and what to do. */
export const errorText = ({ message, hint }: RampartError): string =>
  `rampart: ${message}\n${hint === '' ? '' : `  ${hint}\n`}`;

/** Reads the number of a port from a flag. */
import { RampartError } from '../core/errors.ts';

/** A port to listen on. @throws RampartError `bad-flag` */
export function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RampartError(
      'bad-flag',
      `${flag}: "${text}" is no port`,
      'Write a whole number from 0 to 65535 (0: any free one).',
    );
  return port;
}

/** Errors of what a signal has ended. */
import { RampartError } from './errors.ts';

/**
 * What is told of an error, where a signal may have ended what it came from: what went wrong because of that is nobody's fault.
 *
 * @param sentence what was interrupted, and what came of it.
 */
export function interruptedBy(signal: AbortSignal | undefined, error: unknown, sentence: string): unknown {
  const told = error instanceof RampartError && error.code === 'interrupted';
  if (told || signal?.aborted !== true) return error;
  return new RampartError('interrupted', sentence);
}

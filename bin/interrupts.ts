/** Signals that ask the process to end, as the command hears of them. */
import type { Interrupt } from '../src/core/world.ts';

const SIGNALS: readonly Interrupt[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Two signals nearer to each other count as one, ms. */
const MOMENT = 500;

/** See `World.onInterrupt`. */
export function onInterrupt(callback: (signal: Interrupt) => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const handlers = SIGNALS.map((signal) => {
    const handler = (): void => {
      const now = performance.now();
      if (now - last >= MOMENT) callback(signal);
      last = now;
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

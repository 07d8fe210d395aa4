/** A run's events, with its load ended by the first interval that gives a cause. */
import type { RunEvent } from '../core/event.ts';

type Interval = Extract<RunEvent, { type: 'interval' }>;

/**
 * The events of a run, whose load ends where an interval gives a cause.
 * @param events of the run until a signal ends it.
 * @param causeIn what ends the load, as it is told behind the interval; null: nothing does. It is not asked again after the end.
 */
export async function* endedBy(
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  signal: AbortSignal,
  causeIn: (interval: Interval) => RunEvent | null,
): AsyncGenerator<RunEvent, void, undefined> {
  const stop = new AbortController();
  const pass = (): void => stop.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass);
  try {
    for await (const event of events(stop.signal)) {
      yield event;
      if (stop.signal.aborted || event.type !== 'interval') continue;
      const cause = causeIn(event);
      if (cause === null) continue;
      yield cause;
      stop.abort();
    }
  } finally {
    signal.removeEventListener('abort', pass);
  }
}

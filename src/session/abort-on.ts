import { AbortWatch } from '../analyze/abort-watch.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';

/**
 * The events of a run, which ends its load where a threshold of `plan.abortOn` is broken.
 * @param events of the run until a signal ends it.
 */
export async function* unlessBroken(
  plan: Plan,
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const stop = new AbortController();
  const pass = (): void => stop.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass);
  const watch = new AbortWatch(plan);
  try {
    for await (const event of events(stop.signal)) {
      yield event;
      if (stop.signal.aborted || event.type !== 'interval') continue;
      const broken = watch.add(event.snapshot);
      if (broken === null) continue;
      yield { type: 'broken', at: event.snapshot.endAt, ...broken };
      stop.abort();
    }
  } finally {
    signal.removeEventListener('abort', pass);
  }
}

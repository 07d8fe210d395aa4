import { FailingStart } from '../analyze/failing-start.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';

/**
 * The events of a run, whose load ends by itself where all requests fail alike from the start.
 * @param events of the run until a signal ends it.
 */
export async function* unlessFailing(
  plan: Plan,
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const stop = new AbortController();
  const pass = (): void => stop.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass);
  const start = new FailingStart(plan);
  try {
    for await (const event of events(stop.signal)) {
      yield event;
      if (stop.signal.aborted || event.type !== 'interval') continue;
      const failure = start.add(event.snapshot);
      if (failure === null) continue;
      yield { type: 'failing', at: event.snapshot.endAt, failure };
      stop.abort();
    }
  } finally {
    signal.removeEventListener('abort', pass);
  }
}

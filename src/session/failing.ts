/** Ends the load of a run that fails alike from the start. */
import { FailingStart } from '../analyze/failing-start.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import { endedBy } from './ended-by.ts';

/**
 * The events of a run, whose load ends by itself where all requests fail alike from the start.
 * @param events of the run until a signal ends it.
 */
export function unlessFailing(
  plan: Plan,
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const start = new FailingStart(plan);
  return endedBy(events, signal, ({ snapshot }) => {
    const failure = start.add(snapshot);
    return failure === null ? null : { type: 'failing', at: snapshot.endAt, failure };
  });
}

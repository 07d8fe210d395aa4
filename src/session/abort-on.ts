/** Ends the load of a run where `plan.abortOn` says so. */
import { AbortWatch } from '../analyze/abort-watch.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import { endedBy } from './ended-by.ts';

/**
 * The events of a run, which ends its load where a threshold of `plan.abortOn` is broken.
 * @param events of the run until a signal ends it.
 */
export function unlessBroken(
  plan: Plan,
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const watch = new AbortWatch(plan);
  return endedBy(events, signal, ({ snapshot }) => {
    const broken = watch.add(snapshot);
    return broken === null ? null : { type: 'broken', at: snapshot.endAt, ...broken };
  });
}

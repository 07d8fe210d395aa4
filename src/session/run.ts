/** A run: its load once, from the first stage to the last, or until what was asked for is known. */
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import type { Steering } from '../run/steering.ts';
import { unlessBroken } from './abort-on.ts';
import type { Means } from './procedure.ts';
import { untilKnown } from './until.ts';

export async function* run({ plan, source, signal, steering, fold }: Means): AsyncGenerator<RunEvent, void, undefined> {
  const events = (stop: AbortSignal): AsyncGenerator<RunEvent> => loadEvents(plan, source, stop, steering);
  const known = (stop: AbortSignal): AsyncGenerator<RunEvent> =>
    plan.until === undefined ? events(stop) : untilKnown(events, fold, stop);
  yield* plan.abortOn === undefined ? known(signal) : unlessBroken(plan, known, signal);
}

/**
 * The load of a plan, as the stream's events. A change goes before the first interval that it had an effect on; one that the
 * end of the load came before had none, and is left out.
 */
export async function* loadEvents(
  plan: Plan,
  source: LoadSource,
  signal: AbortSignal,
  steering?: Steering,
): AsyncGenerator<RunEvent, void, undefined> {
  let resets = 0;
  for await (const snapshot of source(plan, { index: 0, count: 1 }, signal, steering)) {
    const { phase, endAt, resets: known = 0 } = snapshot;
    // A thread may tell of a reset beside the interval that ends with it.
    const until = known > resets ? endAt + 1 : endAt;
    resets = Math.max(resets, known);
    if (phase !== 'drain') yield* steering?.takeUntil(until as Micros) ?? [];
    yield { type: 'interval', snapshot };
  }
}

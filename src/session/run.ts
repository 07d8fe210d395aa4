import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import type { Steering } from '../run/steering.ts';

/**
 * A plan run once, as the stream's events. A change goes before the first interval that it had an effect on; one that the
 * end of the load came before had none, and is left out.
 */
export async function* runEvents(
  plan: Plan,
  source: LoadSource,
  signal: AbortSignal,
  steering?: Steering,
): AsyncGenerator<RunEvent> {
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

/** Ends the load of a run once the percentile that `plan.until` asks for is known. */
import type { RunFold } from '../analyze/fold.ts';
import { isPrecise, Looks, precisionOf } from '../analyze/until.ts';
import type { RunEvent } from '../core/event.ts';
import { endedBy } from './ended-by.ts';

/**
 * The events of a run, which ends its load when what `plan.until` asks for is known.
 * @param events of the run until a signal ends it.
 * @param fold knows of each event before the next is asked for.
 */
export function untilKnown(
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  fold: Pick<RunFold, 'known'>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const looks = new Looks();
  return endedBy(events, signal, ({ snapshot: { phase, endAt } }) =>
    phase === 'measure' && isKnown(fold, looks) ? { type: 'known', at: endAt } : null,
  );
}

function isKnown(fold: Pick<RunFold, 'known'>, looks: Looks): boolean {
  const { known } = fold;
  if (known === null || !looks.isDue(known.durationMs / 1000)) return false;
  return isPrecise(precisionOf(known.value, known.certainty?.interval ?? null), known.until);
}

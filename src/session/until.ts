import type { RunFold } from '../analyze/fold.ts';
import { isPrecise, Looks, precisionOf } from '../analyze/until.ts';
import type { RunEvent } from '../core/event.ts';

/**
 * The events of a run, which ends its load when what `plan.until` asks for is known.
 * @param events of the run until a signal ends it.
 * @param fold knows of each event before the next is asked for.
 */
export async function* untilKnown(
  events: (stop: AbortSignal) => AsyncIterable<RunEvent>,
  fold: Pick<RunFold, 'known'>,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const stop = new AbortController();
  const pass = (): void => stop.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass);
  const looks = new Looks();
  try {
    for await (const event of events(stop.signal)) {
      yield event;
      if (stop.signal.aborted || event.type !== 'interval' || event.snapshot.phase !== 'measure') continue;
      if (!isKnown(fold, looks)) continue;
      yield { type: 'known', at: event.snapshot.endAt };
      stop.abort();
    }
  } finally {
    signal.removeEventListener('abort', pass);
  }
}

function isKnown(fold: Pick<RunFold, 'known'>, looks: Looks): boolean {
  const { known } = fold;
  if (known === null || !looks.isDue(known.durationMs / 1000)) return false;
  return isPrecise(precisionOf(known.value, known.certainty?.interval ?? null), known.until);
}

/** A probe: one request at a time, until there are enough. */
import type { RunEvent } from '../core/event.ts';
import type { Means } from './procedure.ts';
import { loadEvents } from './run.ts';

/** The load of its plan is one user, and nobody changes it. */
export async function* probe({ plan, source, signal }: Means): AsyncGenerator<RunEvent, void, undefined> {
  yield* loadEvents(plan, source, signal);
}

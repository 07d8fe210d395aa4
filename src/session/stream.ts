import { RampartError } from '../core/errors.ts';
import { type Ending, type RunEvent, type RunSink, STOPPED } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import { SourceLost } from '../run/threads.ts';
import { Unanswered } from '../run/unanswered.ts';

export interface Session {
  /** What happens between the start and the end of the run, until `signal` ends it. */
  readonly events: (signal: AbortSignal) => AsyncIterable<RunEvent>;
  readonly sinks: readonly RunSink[];
  /** What sinks get to see of an event: nothing secret. */
  readonly publish: (event: RunEvent) => RunEvent;
  /** A sink failed and is left out from now on; told once per sink. */
  readonly onSinkFailure: (sink: RunSink, error: Error) => void;
  /** Ends the run early; aborted for the reason `STOPPED` it is a normal end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Wall-clock time, ISO 8601 in UTC. */
  readonly wallTime: () => string;
  readonly started: Omit<Extract<RunEvent, { type: 'started' }>, 'type' | 'run'> & {
    readonly run: Omit<Extract<RunEvent, { type: 'started' }>['run'], 'startedAt'>;
  };
}

/** Wall clocks are steered by less than this all the time, ms. */
const NOTABLE = 1_000;

/**
 * Runs a plan once: every event goes to every sink, in order, and the run outlives any sink.
 * Bugs (errors of no known kind) pass through, after the sinks are closed.
 */
export async function runSession(session: Session): Promise<void> {
  const { signal, clock } = session;
  const sinks = new Set(session.sinks);
  const leaveOut = (sink: RunSink, error: unknown): void => {
    sinks.delete(sink);
    session.onSinkFailure(sink, error instanceof Error ? error : new Error(String(error)));
  };
  const unanswered = new Unanswered();
  const emit = async (raw: RunEvent): Promise<void> => {
    const event = session.publish(raw);
    if (event.type === 'interval') unanswered.add(event.snapshot);
    for (const sink of sinks) {
      try {
        await sink.accept(event);
      } catch (error) {
        leaveOut(sink, error);
      }
    }
  };

  const { run, ...rest } = session.started;
  const startedAt = clock.now();
  const elapsed = (): Micros => (clock.now() - startedAt) as Micros;
  let ending: Ending = 'completed';
  try {
    const began = session.wallTime();
    await emit({ type: 'started', ...rest, run: { ...run, startedAt: began } });
    try {
      for await (const event of session.events(signal)) await emit(event);
      if (signal.aborted) ending = signal.reason === STOPPED ? 'stopped' : 'interrupted';
    } catch (error) {
      if (error instanceof SourceLost) {
        ending = 'lost';
        for (const snapshot of unanswered.given('lost with its generator thread'))
          await emit({ type: 'interval', snapshot });
        await emit({ type: 'lost', at: elapsed(), source: error.source, message: error.message });
      } else if (error instanceof RampartError && error.code === 'never-ready') {
        ending = 'never-ready';
        await emit({ type: 'lost', at: elapsed(), source: 'threads', message: error.message });
      } else throw error;
    }
    const at = elapsed();
    const finishedAt = Date.parse(began) + Math.round(at / 1e3);
    const setBy = Date.parse(session.wallTime()) - finishedAt;
    await emit({
      type: 'finished',
      at,
      finishedAt: new Date(finishedAt).toISOString(),
      ...(Math.abs(setBy) < NOTABLE ? {} : { clockSetBy: setBy }),
      ending,
    });
  } finally {
    for (const sink of sinks) await sink.close().catch((error: unknown) => leaveOut(sink, error));
  }
}

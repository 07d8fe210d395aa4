/** The frame of every session: a start, what a procedure makes happen, and an end, told to everybody who follows it. */
import { type Ending, type RunEvent, STOPPED } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { type Micros, millis } from '../core/units.ts';
import { type Makers, NeverReady, SourceLost } from '../run/lost.ts';
import { Unanswered } from '../run/unanswered.ts';
import type { OutputOutcome, OutputQueue } from './output-queue.ts';

export interface Session {
  /** What happens between the start and the end of the run, until `signal` ends it. */
  readonly events: (signal: AbortSignal) => AsyncIterable<RunEvent>;
  /** What else has happened since this was last asked. */
  readonly news?: () => readonly RunEvent[];
  /** What the events come to. It knows of each before anybody else does. */
  readonly record: { accept(event: RunEvent): void; close(): void };
  readonly outputs: readonly OutputQueue[];
  /** What others get to see of an event: nothing secret. */
  readonly publish: (event: RunEvent) => RunEvent;
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
 * Every event goes to the record, then to every output, in order; no output ends or delays the run.
 * Bugs (errors of no known kind) pass through, after the outputs are closed.
 *
 * @returns what became of each output, in their order.
 */
export async function runSession(session: Session): Promise<OutputOutcome[]> {
  const { record, outputs } = session;
  const close = (): Promise<OutputOutcome[]> => {
    record.close();
    return Promise.all(outputs.map((output) => output.close()));
  };
  try {
    await play(session);
  } catch (error) {
    await close();
    throw error;
  }
  return close();
}

async function play(session: Session): Promise<void> {
  const { signal, clock, record, outputs } = session;
  const unanswered = new Unanswered();
  let measured = false;
  const emit = (raw: RunEvent): void => {
    const event = session.publish(raw);
    if (event.type === 'interval') {
      unanswered.add(event.snapshot);
      measured = true;
    }
    record.accept(event);
    for (const output of outputs) output.offer(event);
  };

  const tellNews = (): void => {
    for (const event of session.news?.() ?? []) emit(event);
  };

  const { run, ...rest } = session.started;
  const startedAt = clock.now();
  const elapsed = (): Micros => (clock.now() - startedAt) as Micros;
  let ending: Ending = 'completed';
  const began = session.wallTime();
  emit({ type: 'started', ...rest, run: { ...run, startedAt: began } });
  try {
    for await (const event of session.events(signal)) {
      tellNews();
      if (event.type === 'failing' || event.type === 'broken') ending = 'aborted';
      emit(event);
    }
    if (signal.aborted) ending = signal.reason === STOPPED ? 'stopped' : 'interrupted';
  } catch (error) {
    tellNews();
    // Who dies between two levels of a search is lost, as who dies within one: there is something that was measured.
    const cause = error instanceof NeverReady && measured ? error.loss : error;
    if (cause instanceof SourceLost) {
      ending = 'lost';
      for (const snapshot of unanswered.given(`lost with its ${cause.of === 'agents' ? 'agent' : 'generator thread'}`))
        emit({ type: 'interval', snapshot });
      emit({ ...lostOf(cause.of), at: elapsed(), source: cause.source, message: cause.message });
    } else if (cause instanceof NeverReady) {
      ending = 'never-ready';
      const { of } = cause.loss;
      emit({ ...lostOf(of), at: elapsed(), source: of, message: cause.message });
    } else throw error;
  }
  const at = elapsed();
  const finishedAt = Date.parse(began) + Math.round(at / 1e3);
  const setBy = Date.parse(session.wallTime()) - finishedAt;
  emit({
    type: 'finished',
    at,
    finishedAt: new Date(finishedAt).toISOString(),
    ...(Math.abs(setBy) < NOTABLE ? {} : { clockSetBy: millis(setBy) }),
    ending,
  });
}

const lostOf = (of: Makers) => ({ type: 'lost' as const, ...(of === 'agents' ? { of } : {}) });

/** What a generation is made of: the real things in a thread, others in virtual time. */
import type { Plan } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import type { Trace } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import type { GeneratorSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** Watches the thread itself: see `record/probe`. */
export interface HealthProbe {
  take(): Omit<GeneratorSnapshot, 'times' | 'standstills'>;
  /** Time since the last call that the engine's clock did not count. */
  slept(): Micros;
  close(): void;
}

export interface Engine {
  readonly clock: Clock;
  createDriver(plan: Plan, clock: Clock, segment: Segment): Driver;
  createProbe(spins: boolean): HealthProbe;
  /** What the plan replays, if it does. */
  readonly trace?: Trace | undefined;
  /** Opens and closes a connection of its own: see `separate-connects`. */
  measureConnect(plan: Plan, clock: Clock, done: (took: Micros, handshake: Micros) => void): () => void;
}

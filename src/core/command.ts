/** What a person may ask of a load under way, and what the rest of the load then is. */
import { durationOf, type LoadProfile, type Plan, replayOf, type Stage, stagesOf, valueAt } from './plan.ts';
import { type Count, type Micros, micros, type PerSecond } from './units.ts';

/** What the load shall be from now on, until the planned end of the run. */
export type LoadEdit =
  | {
      readonly model: 'closed';
      readonly vus: Count;
      /** How many users come (or go) per second until then; null: all at once. */
      readonly spawnRate: PerSecond | null;
    }
  | {
      readonly model: 'open';
      readonly ratePerSec: PerSecond;
      /** How long the rate takes to get there, in a straight line; 0: at once. */
      readonly ramp: Micros;
    };

/** What a person may ask of a running test. Stopping it is not among them: that is the `AbortSignal`'s. */
export type LoadCommand =
  | { readonly type: 'edit'; readonly edit: LoadEdit }
  /** The statistics start anew: a request due before counts in none of them, whenever it ends. */
  | { readonly type: 'reset' };

export const LOADS_OF_THEIR_OWN =
  'Flows of this run have loads of their own: it can be stopped, but none of them edited.';

/** Why nobody can change what this plan offers while it runs, as a sentence; null: it can be changed. */
export function whyUnchangeable({ engine, load, loads }: Pick<Plan, 'engine' | 'load' | 'loads'>): string | null {
  if (engine === 'autocannon') return 'The engine autocannon cannot change its load: it can only be stopped.';
  if (loads !== undefined) return LOADS_OF_THEIR_OWN;
  if (replayOf(load) !== null) return 'This run replays a trace, which has its own instants: it has no rate to change.';
  return null;
}

/** A command as it is carried out, by all threads at one instant: µs since the start of the load. */
export type LoadChange =
  | {
      readonly type: 'edited';
      readonly at: Micros;
      readonly edit: LoadEdit;
      /** The load from `at` on, up to the planned end. */
      readonly stages: readonly Stage<number>[];
    }
  /** At the end of an interval, so that none is cut. */
  | { readonly type: 'reset'; readonly at: Micros };

export type CommandReply =
  | { readonly ok: true; readonly change: LoadChange }
  /** Nothing has changed; `reason` is a sentence for the person who asked. */
  | { readonly ok: false; readonly reason: string };

/** Who can carry commands out: a source, while its load is under way. */
export interface Commanded {
  carryOut(command: LoadCommand): CommandReply;
  /** Carries out a change that was made elsewhere, for several sources at one instant. Absent: it makes all of them. */
  apply?(change: LoadChange): void;
  /** The load as it stands, with all edits so far. */
  readonly load: LoadProfile;
  /** Since the start of the load; below 0 before it. */
  readonly elapsed: Micros;
  /** The same, of the instant at which an edit that is asked for now comes into effect. */
  readonly soonest: Micros;
}

/** The way of a person's commands to the load under way. */
export interface Commands {
  /** From now on this one carries them out, until the returned function is called. */
  attach(commanded: Commanded): () => void;
}

/** What an edit at an instant makes of the rest of the load: a ramp from the value it has then, and what is left flat. */
export function stagesAfter(load: LoadProfile, at: Micros, edit: LoadEdit): Stage<number>[] {
  const left = durationOf(load) - at;
  const from = settled(valueAt(stagesOf(load), at));
  const to = edit.model === 'closed' ? edit.vus : edit.ratePerSec;
  const ramp = edit.model === 'closed' ? spawning(Math.abs(to - from), edit.spawnRate) : edit.ramp;
  const rising = Math.min(ramp, left);
  // A ramp longer than the rest of the run is cut.
  const reached = rising < ramp ? settled(from + ((to - from) * rising) / ramp) : to;
  return [
    { duration: micros(rising), from, to: reached },
    { duration: micros(left - rising), from: to, to },
  ].filter(({ duration }) => duration > 0);
}

const spawning = (users: number, rate: PerSecond | null): number =>
  rate === null ? 0 : Math.round((users / rate) * 1e6);

/** A hair beside a whole number is that number: it would start or end a user. */
function settled(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}

/** A load whose rest, from an instant on, is replaced. */
export function withRest(load: LoadProfile, at: Micros, rest: readonly Stage<number>[]): LoadProfile {
  const kept: Stage<number>[] = [];
  let left: number = at;
  for (const stage of stagesOf(load)) {
    const { duration, from, to } = stage;
    if (left <= 0) break;
    if (duration <= left) kept.push(stage);
    else kept.push({ duration: micros(left), from, to: from + ((to - from) * left) / duration });
    left -= duration;
  }
  const stages = [...kept, ...rest];
  return load.model === 'closed'
    ? { model: 'closed', vus: stages as Stage<Count>[], thinkTime: load.thinkTime }
    : { ...load, rate: stages as Stage<PerSecond>[] };
}

/** The load as it was offered: the plan's, with every edit. */
export function editedLoad(load: LoadProfile, changes: readonly LoadChange[]): LoadProfile {
  return changes.reduce(
    (edited, change) => (change.type === 'edited' ? withRest(edited, change.at, change.stages) : edited),
    load,
  );
}

/** The events of a run: the one stream that is journaled, shown, judged and exported. */
import type { BreakingPoint, Estimate, LevelLoad, LevelPurpose, LevelResult } from './breaking-point.ts';
import type { LoadChange } from './command.ts';
import type { Plan } from './plan.ts';
import type { FailureCount, IntervalSnapshot } from './snapshot.ts';
import type { Micros } from './units.ts';

export interface Host {
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
}

/** What is known of an agent. */
export interface AgentAccount {
  readonly name: string;
  readonly version: string;
  readonly host: string;
  readonly cores: number;
  readonly threads: number;
  /** What of the load is its own, 0 to 1. Absent: it is of a journal of before there were weights, and all had the same. */
  readonly share?: number;
  /** Where it is, as it says. Absent: it does not. */
  readonly region?: string;
  /** The controller's clock less the agent's, known to half of the round trip. */
  readonly clockOffset: Micros;
  readonly roundTrip: Micros;
}

/**
 * How a run came to its end. `stopped`: somebody who looked at it had seen enough, which is a normal end. `interrupted`: by
 * a signal, or the process is gone. `aborted`: it ended by itself, since all requests failed alike, or a threshold was broken that ends it. `lost`: a generator thread (or agent) died. `never-ready`: one did not start.
 */
export type Ending = 'completed' | 'stopped' | 'interrupted' | 'aborted' | 'lost' | 'never-ready';

/** What every request so far failed with, and how many those are. */
export type FailingAlike = Pick<FailureCount, 'outcome' | 'status' | 'message' | 'count'>;

/** What ended a load by being broken. */
export interface Broken {
  /** As the user wrote it: `p95<500ms over 10s`. */
  readonly threshold: string;
  /** As a check has it: ms, a share, a count or 1/s; null: infinite. */
  readonly actual: number | null;
  readonly limit: number;
  readonly unit: 'ms' | 'share' | 'count' | '1/s';
  /** A sentence. */
  readonly message: string;
}

/** What came of requests behind the load. */
export interface TornDown {
  /** How many were sent, repetitions left out. */
  readonly requests: number;
  readonly failures: readonly { readonly request: string; readonly status: number; readonly message: string }[];
}

/** The reason of the signal that ends a run: without it the run is interrupted. */
export const STOPPED = 'stopped';

/**
 * The one stream: what the session emits, the journal keeps (a line each), and every sink reads. Everything that is ever
 * shown can be folded from it, so a report drawn again from the journal is the same file.
 */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly format: 2;
      readonly tool: { readonly name: 'rampart'; readonly version: string };
      readonly run: {
        readonly id: string;
        readonly command: readonly string[];
        /** ISO 8601, UTC. */
        readonly startedAt: string;
        readonly host: Host;
      };
      /** Fit to be published: secrets masked, large bodies cut. */
      readonly plan: Plan;
    }
  | { readonly type: 'interval'; readonly snapshot: IntervalSnapshot }
  /** A person changed the running test: `edited` or `reset`. Comes before the first interval that it had an effect on. */
  | LoadChange
  /** A person ended the load on agents: none of them sends anything from then on. */
  | { readonly type: 'stopping'; readonly at: Micros }
  /** Before a level: its load is on, and it is waited until the target has come to rest. */
  | {
      readonly type: 'settling';
      readonly at: Micros;
      readonly index: number;
      readonly load: LevelLoad;
      /** At most. */
      readonly longest: Micros;
    }
  /** A level of a search begins. */
  | {
      readonly type: 'level';
      readonly at: Micros;
      readonly index: number;
      readonly purpose: LevelPurpose;
      readonly load: LevelLoad;
      readonly warmup: Micros;
      /** At most. */
      readonly duration: Micros;
    }
  /** What came of it, and of the search until then. */
  | { readonly type: 'judged'; readonly at: Micros; readonly level: LevelResult; readonly estimate: Estimate | null }
  | { readonly type: 'answer'; readonly at: Micros; readonly breakingPoint: BreakingPoint }
  /** What `plan.until` asks for is known: the load ends. */
  | { readonly type: 'known'; readonly at: Micros }
  /** A threshold of `plan.abortOn` is broken: the load ends. */
  | ({ readonly type: 'broken'; readonly at: Micros } & Broken)
  /** Every request so far failed alike: the load ends. */
  | {
      readonly type: 'failing';
      readonly at: Micros;
      readonly failure: FailingAlike;
    }
  /** What came of the plan's tear-down, behind the load. */
  | ({ readonly type: 'torn-down'; readonly at: Micros } & TornDown)
  /** Agents that make the load, before its first interval. */
  | {
      readonly type: 'agents';
      readonly at: Micros;
      readonly agents: readonly AgentAccount[];
      /** How far apart two of them began at most. */
      readonly startSkew: Micros;
    }
  /** A generator thread or an agent was lost. */
  | {
      readonly type: 'lost';
      /** Absent: a generator thread of this machine. */
      readonly of?: 'agents';
      readonly at: Micros;
      readonly source: string;
      readonly message: string;
      /** The others go on without it, as was asked for. Absent: they were stopped. */
      readonly tolerated?: true;
    }
  | {
      readonly type: 'finished';
      readonly at: Micros;
      /** The start, and the time since on a clock that nobody can set. */
      readonly finishedAt: string;
      /** By how much the wall clock was set forward (or the machine suspended), or back, under way. Absent: it was not. */
      readonly clockSetBy?: Micros;
      readonly ending: Ending;
    };

/** Somebody who reads the stream. One that fails is left out, and told of in the result; it never ends or delays the run. */
export interface RunSink {
  /** The next event is handed over when this one is done. */
  accept(event: RunEvent): void | Promise<void>;
  /** After the last event, also where `accept` has failed. */
  close(): void | Promise<void>;
}

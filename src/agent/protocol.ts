/** What controllers and agents say to each other, and under which subjects. */
import type { LoadChange } from '../core/command.ts';
import type { Plan } from '../core/plan.ts';
import type { Segment } from '../core/segment.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import type { Place } from './place.ts';

/** Controllers and agents of different numbers do not work together. A greeting is understood by all of them. */
export const PROTOCOL = 3;

/** Streams, which the controller makes. */
export const PLANS = { name: 'RAMPART_PLANS', subject: 'rampart.plan.*' } as const;
export const SNAPSHOTS = { name: 'RAMPART_SNAPSHOTS', subject: 'rampart.snapshot.*.*' } as const;

/** Who controls a run: see `register`. */
export const CONTROLLERS = { name: 'RAMPART_CONTROLLERS', subject: 'rampart.controller.*' } as const;

export const SUBJECT = {
  controller: (run: string) => `rampart.controller.${run}`,
  /** A controller greets; every agent answers with a `Greeting`. */
  greeting: 'rampart.greeting',
  /** Of one agent: who asks is answered at once, or told by NATS that nobody is there. */
  agent: (name: string) => `rampart.agent.${name}`,
  /** Of one agent: what can it do? */
  measure: (name: string) => `rampart.measure.${name}`,
  plan: (run: string) => `rampart.plan.${run}`,
  plans: 'rampart.plan.*',
  snapshot: (run: string, agent: string) => `rampart.snapshot.${run}.${agent}`,
  snapshotsOf: (run: string) => `rampart.snapshot.${run}.*`,
  /** What the controller wants of all agents of a run, again and again. */
  orders: (run: string) => `rampart.run.${run}.orders`,
  /** What an agent of it tells. */
  word: (run: string) => `rampart.run.${run}.word`,
  /** A question to the controller. */
  clock: (run: string) => `rampart.run.${run}.clock`,
} as const;

export interface Greeting {
  readonly protocol: number;
  readonly version: string;
  readonly name: string;
  /** Another one after each start of the agent. */
  readonly instance: string;
  readonly cores: number;
  readonly host: string;
  /** Where it is, as it was told; null, and absent from older ones: it was not. */
  readonly region: string | null;
  /** Whose session it works for; null: it is free. */
  readonly session: string | null;
}

/** What an agent can do, as its own doctor finds. */
export type Measured = { readonly perSec: number; readonly problem?: undefined } | { readonly problem: string };

/** What one agent makes of a load. */
export interface AgentPart {
  /** Which of its parts. */
  readonly index: number;
  readonly threads: number;
  /** The name of its data rows: see `row-store`. Absent: it needs none. */
  readonly rows?: string;
}

/** One load on several agents. */
export interface PlanMessage {
  readonly protocol: number;
  readonly session: string;
  /** Of one load; a session has one after the other. */
  readonly run: string;
  /** By name. */
  readonly agents: Readonly<Record<string, AgentPart>>;
  /** Of all parts, by their index: what each has of the whole (see `weightedPart`). */
  readonly weights: readonly number[];
  readonly whole: Segment;
  /** Without its secrets: see `borrowed`. */
  readonly plan: Plan;
  /** Without a word of the controller for so long an agent ends its load, µs. */
  readonly orphanTimeout: Micros;
  /** Of the controller. */
  readonly place: Place;
}

/** A search, for who may have to take it over: its levels are loads, of which each has a message of its own. No agent's business. */
export interface SearchMessage {
  readonly protocol: number;
  /** Number of its first load. */
  readonly first: number;
  /** Without its secrets. */
  readonly plan: Plan;
}

/** All that the controller wants, each time: whoever missed a message has the next one. */
export interface OrdersMessage {
  /** Of the controller: one that has taken the load over has a higher one, and those of lower ones count no more. */
  readonly term: number;
  /** On the controller's clock; null: not yet. */
  readonly startAt: Micros | null;
  readonly stopped: boolean;
  /** A person ends the load: nobody sends anything from then on, µs since the start; null: nobody does. */
  readonly stopAt: Micros | null;
  /** In their order; each is carried out once. */
  readonly changes: readonly LoadChange[];
  /** Agents that are no longer counted on: they end. */
  readonly lost: readonly string[];
  /** The run is over: its agents are free. */
  readonly over: boolean;
}

/** How far an agent's clock is from the controller's. */
export interface ClockOffset {
  /** The controller's clock less the agent's. */
  readonly offset: Micros;
  /** Of the quickest round trip: the offset is known to half of it. */
  readonly roundTrip: Micros;
}

export type Word = { readonly agent: string } & (
  | { readonly type: 'ready'; readonly clock: ClockOffset }
  /** It cannot make its part. */
  | { readonly type: 'unable'; readonly problem: string }
  /** It lives, and has so many bytes of its data rows; absent: it waits for none. */
  | { readonly type: 'beat'; readonly fetched?: number }
);

/** What is stored until the controller has it. */
export type Delivery =
  | { readonly type: 'snapshot'; readonly number: number; readonly snapshot: IntervalSnapshot }
  /** Of a delivery that is larger than NATS takes at once: one follows the other, each with a number of its own. Base64. */
  | { readonly type: 'piece'; readonly number: number; readonly bytes: string; readonly last: boolean }
  /** After the last snapshot. */
  | { readonly type: 'end'; readonly number: number; readonly failure: string | null };

/** What the client adds to a message that is published with an id, bytes: it counts towards NATS's `max_payload`. */
export const ENVELOPE = 512;

/** Names are parts of subjects. */
export const isAgentName = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name);

const encoder = new TextEncoder();
export const encode = (message: unknown): Uint8Array => encoder.encode(JSON.stringify(message));

/** What came from outside, be it what it may: the fields that are needed are checked by who reads it. */
export function decode<Message>(data: Uint8Array): Partial<Message> | null {
  try {
    const message: unknown = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
    return typeof message === 'object' && message !== null ? (message as Partial<Message>) : null;
  } catch {
    return null;
  }
}

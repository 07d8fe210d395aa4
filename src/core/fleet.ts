/** What is asked of a fleet of agents: access to NATS, how many, and how a load is divided. */
import type { Micros } from './units.ts';

/** Where NATS is, and who we are to it. Texts are the contents of files. */
export interface NatsAccess {
  /** `nats://host:4222`, `tls://…`; several with commas. A user's name and password, or a token, may stand before the host. */
  readonly url: string;
  readonly creds: string | null;
  /** PEM. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** How many agents are wanted, and how long they are waited for. */
export interface WantedAgents {
  /** `all`: whoever is there when the time is over. */
  readonly agents: number | 'all';
  /** How many agents of which regions are wanted, in the order asked for. Absent: of any region. */
  readonly regions?: readonly { readonly name: string; readonly agents: number }[];
  /** With fewer the run does not begin. */
  readonly atLeast: number;
  readonly within: Micros;
}

/** How a load is divided among agents; `auto`: by what they can do, where they have not all as many cores. */
export type Weighing = 'auto' | 'equal' | 'measured';

/** What a fleet is asked for. */
export interface FleetSettings {
  readonly access: NatsAccess;
  readonly wanted: WantedAgents;
  readonly weights: Weighing;
  /** Load threads of each agent; null: as many as its machine has use for. */
  readonly threads: number | null;
  /** Goes on where an agent is lost. */
  readonly tolerateLoss: boolean;
  /** Without a word of the controller for so long, agents end their load. */
  readonly orphanTimeout: Micros;
}

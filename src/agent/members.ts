/** Watches the agents of one load: who is silent, who is frozen, and who is gone. */
import { type NatsConnection, NoRespondersError, RequestError } from '@nats-io/transport-node';
import type { AgentAccount } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { type Micros, millis } from '../core/units.ts';
import { type ClockOffset, type Greeting, type PlanMessage, SUBJECT } from './protocol.ts';

const LOOK = millis(200);
/** Looks without a word, after which NATS is asked whether the agent is still connected; and after which it counts as frozen. */
const QUIET = 3;
const FROZEN = 27;
/** Answers in a row that nobody is there. */
const GONE = 2;
/** Looks for which nobody is missed after NATS itself was away, since agents come back one by one. */
const GRACE = 50;
/** ms. */
const PING = 1_000;

/** An agent of a load, as its controller knows it. */
export interface Member {
  readonly name: string;
  readonly index: number;
  readonly greeting: Greeting;
  clock: ClockOffset | null;
  /** Bytes of data rows that it has. */
  fetched: number;
  /** Number of the delivery that comes next. */
  next: number;
  /** Of a delivery that comes in several. */
  readonly pieces: Uint8Array[];
  /** How far its snapshots have come, µs since the start. */
  reached: Micros;
  working: boolean;
}

/** Who makes what of a load. */
export type Parts = Pick<PlanMessage, 'agents' | 'weights'>;

/** What is told of a member. */
export function accountOf({ name, greeting, clock }: Member, { agents, weights }: Parts): AgentAccount {
  const { version, host, cores, region } = greeting;
  const { index = 0, threads = 1 } = agents[name] ?? {};
  return {
    ...{ name, version, host, cores, threads },
    share: (weights[index] ?? 0) / weights.reduce((sum, weight) => sum + weight, 0),
    ...(region === null ? {} : { region }),
    ...{
      clockOffset: Math.round(clock?.offset ?? 0) as Micros,
      roundTrip: Math.round(clock?.roundTrip ?? 0) as Micros,
    },
  };
}

/** What is seen of a member's life. */
interface Signs {
  /** Looks since its last word. */
  quiet: number;
  missing: number;
  asked: boolean;
}

/** The agents of one load, who are missed when they are silent. */
export class Members {
  readonly #nats: NatsConnection;
  readonly #clock: Clock;
  readonly #byName: ReadonlyMap<string, Member>;
  readonly #signs = new Map<Member, Signs>();
  readonly #miss: (member: Member, message: string) => void;
  readonly #looked: () => void;
  #grace = 0;
  #watch: unknown = null;
  #closed = false;

  /** @param miss is told who is gone, and why. @param looked is called at each look, five times a second. */
  constructor(
    nats: NatsConnection,
    clock: Clock,
    agents: readonly Greeting[],
    miss: (member: Member, message: string) => void,
    looked: () => void,
  ) {
    this.#nats = nats;
    this.#clock = clock;
    this.#miss = miss;
    this.#looked = looked;
    this.#byName = new Map(
      agents.map((greeting, index) => [
        greeting.name,
        {
          ...{ name: greeting.name, index, greeting, clock: null, fetched: 0 },
          ...{ next: 0, pieces: [], reached: 0 as Micros, working: true },
        },
      ]),
    );
    for (const member of this.all) this.#signs.set(member, { quiet: 0, missing: 0, asked: false });
    void this.#followStatus();
    this.#look();
  }

  get all(): readonly Member[] {
    return [...this.#byName.values()];
  }

  /** Whose word this is, if it still works: it lives. */
  heard(name: string): Member | null {
    const member = this.#byName.get(name);
    const signs = member === undefined ? undefined : this.#signs.get(member);
    if (member === undefined || signs === undefined || !member.working) return null;
    signs.quiet = 0;
    signs.missing = 0;
    return member;
  }

  close(): void {
    this.#closed = true;
    this.#clock.cancel(this.#watch);
  }

  /** NATS itself may be away: nobody is missed then. */
  async #followStatus(): Promise<void> {
    for await (const { type } of this.#nats.status()) {
      if (this.#closed) return;
      if (type === 'disconnect' || type === 'reconnecting' || type === 'reconnect') this.#grace = GRACE;
    }
  }

  #look(): void {
    this.#watch = this.#clock.after(LOOK, () => {
      this.#looked();
      if (this.#grace > 0) {
        this.#grace -= 1;
        for (const signs of this.#signs.values()) signs.quiet = 0;
      } else for (const [member, signs] of this.#signs) if (member.working) this.#lookAt(member, signs);
      if (!this.#closed) this.#look();
    });
  }

  #lookAt(member: Member, signs: Signs): void {
    signs.quiet += 1;
    if (signs.quiet >= FROZEN) {
      const silent = ((FROZEN * LOOK) / 1e6).toFixed(1);
      this.#miss(member, `it said nothing for ${silent} s, as one that is frozen or cut off`);
      return;
    }
    if (signs.quiet < QUIET || signs.asked) return;
    signs.asked = true;
    this.#nats
      .request(SUBJECT.agent(member.name), undefined, { timeout: PING })
      .then(
        () => {
          signs.missing = 0;
        },
        (error: Error) => {
          const gone = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
          signs.missing = gone && this.#grace === 0 ? signs.missing + 1 : 0;
          if (signs.missing >= GONE) this.#miss(member, 'its connection is closed: it has ended, or was cut off');
        },
      )
      .finally(() => {
        signs.asked = false;
      });
  }
}

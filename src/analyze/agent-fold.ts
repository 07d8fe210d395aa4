/** The part of a run's fold that is about agents: which made the load, and which were lost on the way. */
import type { RunEvent } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';

type Agents = Extract<RunEvent, { type: 'agents' }>;
type Lost = Extract<RunEvent, { type: 'lost' }>;

/** Who made the load: agents, where they did, and which sources of it were lost. */
export class AgentFold {
  readonly lost: Lost[] = [];
  /** Intervals that lack the part of who was lost. */
  incomplete = 0;
  #agents: Agents | null = null;

  accept(event: Agents | Lost): void {
    if (event.type === 'agents') this.#agents = event;
    else this.lost.push(event);
  }

  add({ missing, generator }: IntervalSnapshot): void {
    if (missing !== undefined && generator !== undefined) this.incomplete += 1;
  }

  /** Threads of all agents together; null: this machine made the load. */
  get threads(): number | null {
    return this.#agents?.agents.reduce((sum, { threads }) => sum + threads, 0) ?? null;
  }

  get result(): Pick<RunResult['run'], 'agents'> {
    if (this.#agents === null) return {};
    const { startSkew, agents } = this.#agents;
    return {
      agents: {
        startSkewMs: startSkew / 1e3,
        each: agents.map(({ name, version, host, cores, threads, share, region, roundTrip }) => ({
          ...{ name, version, host, cores, threads, share: share ?? 1 / agents.length },
          roundTripMs: roundTrip / 1e3,
          ...(region === undefined ? {} : { region }),
          lost: this.lost.some(({ source }) => source === `agent ${name}`),
        })),
      },
    };
  }
}

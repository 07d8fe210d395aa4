/** The load threads as the page shows them. */
import type { RunEvent } from '../core/event.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { toMillis } from '../core/units.ts';
import type { AgentCell, ThreadRow } from '../report/client/live/frame.ts';

/** What each generator thread does: as it said of itself last, and what became of it. */
export class ThreadBoard {
  readonly #rows = new Map<string, ThreadRow>();
  readonly #lost = new Set<string>();
  readonly #agents = new Map<string, AgentCell>();

  /** Agents have told who they are. */
  meet({ agents }: Extract<RunEvent, { type: 'agents' }>): void {
    for (const { name, version, region = null, share = null, clockOffset, roundTrip } of agents)
      this.#agents.set(name, {
        ...{ version, region, share },
        clockOffset: toMillis(clockOffset),
        clockWithin: toMillis(roundTrip) / 2,
      });
  }

  add({ generator, phase, startAt, endAt }: IntervalSnapshot): void {
    const length = (endAt - startAt) / 1e6;
    for (const { name, vus, inFlight, sent, cpu, lagP99, loopDelayP99, heap, agent } of generator?.threads ?? [])
      this.#rows.set(name, {
        name,
        state: phase === 'drain' ? 'draining' : 'running',
        vus,
        inFlight,
        perSec: sent === undefined || length <= 0 ? null : sent / length,
        cpu,
        lagP99: lagP99 === null ? null : toMillis(lagP99),
        loopDelayP99: toMillis(loopDelayP99),
        memoryBytes: heap,
        agent: (agent === undefined ? undefined : this.#agents.get(agent.name)) ?? null,
      });
  }

  lose(name: string): void {
    this.#lost.add(name);
  }

  /** With an agent, its threads: `agent two, thread 1`. */
  #isLost(name: string): boolean {
    return this.#lost.has(name) || this.#lost.has(name.split(', ')[0] as string);
  }

  rows(ended: boolean): ThreadRow[] {
    return [...this.#rows.values()].map((row) => {
      if (this.#isLost(row.name)) return { ...row, state: 'lost' };
      return ended ? { ...row, state: 'ended' } : row;
    });
  }
}

/** How each agent of a fleet was during a level, so that the one that was late or busy can be named. */
import type { IntervalSnapshot } from '../../core/snapshot.ts';
import { meanOf, medianOf } from '../../stats/average.ts';

/** One agent over the window of a level; times in µs. */
export interface AgentHealth {
  readonly name: string;
  /** Of its worst thread, the median of the intervals: one late interval is no late agent. Null where nothing was due at an instant. */
  readonly lagP99: number | null;
  /** The most of any interval. */
  readonly loopDelayP99: number;
  /** Mean shares of the time, or null where unknown. */
  readonly cpuWait: number | null;
  readonly utilization: number | null;
}

/** How each agent of a level was; nothing where this machine's threads made it. */
export function agentsHealth(windows: readonly IntervalSnapshot[]): AgentHealth[] {
  const kept = new Map<string, { lag: number[]; loopDelay: number[]; cpuWait: number[]; utilization: number[] }>();
  for (const { generator } of windows) {
    const interval = new Map<string, { lag: number | null; loopDelay: number }>();
    for (const { agent, lagP99, loopDelayP99 } of generator?.threads ?? []) {
      if (agent === undefined) continue;
      const own = kept.get(agent.name) ?? { lag: [], loopDelay: [], cpuWait: [], utilization: [] };
      kept.set(agent.name, own);
      const known = interval.get(agent.name);
      // The shares are the agent's, and stand beside each of its threads.
      if (known === undefined && agent.cpuWait !== null) own.cpuWait.push(agent.cpuWait);
      if (known === undefined && agent.utilization !== null) own.utilization.push(agent.utilization);
      const lag = lagP99 === null ? (known?.lag ?? null) : Math.max(lagP99, known?.lag ?? 0);
      interval.set(agent.name, { lag, loopDelay: Math.max(loopDelayP99, known?.loopDelay ?? 0) });
    }
    for (const [name, { lag, loopDelay }] of interval) {
      if (lag !== null) kept.get(name)?.lag.push(lag);
      kept.get(name)?.loopDelay.push(loopDelay);
    }
  }
  return [...kept].map(([name, { lag, loopDelay, cpuWait, utilization }]) => ({
    name,
    lagP99: lag.length === 0 ? null : medianOf(lag),
    loopDelayP99: Math.max(0, ...loopDelay),
    cpuWait: cpuWait.length === 0 ? null : meanOf(cpuWait),
    utilization: utilization.length === 0 ? null : meanOf(utilization),
  }));
}

/** The one with the most of something; null where there are no agents, or none has it. */
export function worstOf(
  agents: readonly AgentHealth[],
  pick: (agent: AgentHealth) => number | null,
): { readonly name: string; readonly value: number } | null {
  return agents.reduce<{ name: string; value: number } | null>((worst, agent) => {
    const value = pick(agent);
    return value === null || value <= (worst?.value ?? 0) ? worst : { name: agent.name, value };
  }, null);
}

/** Who made the loads of a controller that died, and what of them each made. */
import type { Micros } from '../core/units.ts';
import type { AbandonedLoad } from './abandoned.ts';
import { type Greeting, PROTOCOL } from './protocol.ts';
import type { Task } from './weights.ts';

interface AbandonedAgents {
  /** In the order in which they have their parts. */
  readonly agents: readonly Greeting[];
  readonly tasks: ReadonlyMap<string, Task>;
  readonly orphanTimeout: Micros;
}

/** @param loads of one session, at least one. A load may have been made by some of its agents alone. */
export function abandonedAgents(loads: readonly AbandonedLoad[], session: string): AbandonedAgents {
  const [largest, ...others] = [...loads].sort((a, b) => b.standing.agents.length - a.standing.agents.length);
  if (largest === undefined) throw new Error('no load was left');
  const agents = new Map<string, Greeting>();
  const tasks = new Map<string, Task>();
  for (const { message, standing } of [largest, ...others])
    for (const { name, version, cores, host, region = null } of standing.agents) {
      const part = message.agents[name];
      if (part === undefined || agents.has(name)) continue;
      agents.set(name, { protocol: PROTOCOL, version, name, cores, host, region, instance: '', session });
      tasks.set(name, { weight: message.weights[part.index] ?? 1, threads: part.threads });
    }
  return { agents: [...agents.values()], tasks, orphanTimeout: largest.message.orphanTimeout };
}

/** How the threads of a run are called, in messages and tables, wherever they run. */
import { type GeneratorSnapshot, type IntervalSnapshot, type ThreadSnapshot, timesOf } from '../core/snapshot.ts';
import { quantileOf } from '../stats/histogram.ts';

/** From 1 on. */
export const threadName = (segment: number): string => `thread ${segment + 1}`;

/**
 * A source's snapshot with its name: a thread's own account of itself gets it, and what is of many threads already has it put
 * before their names, so that none is lost or counted as another.
 */
export function named(snapshot: IntervalSnapshot, name: string): IntervalSnapshot {
  const { generator } = snapshot;
  if (generator === undefined) return snapshot;
  const threads = generator.threads?.map((thread) => ({ ...thread, name: `${name}, ${thread.name}` }));
  return { ...snapshot, generator: { ...generator, threads: threads ?? [accountOf(generator, snapshot.load, name)] } };
}

/** Names an agent's threads, and says of each account which agent it is of. */
export function namedAgent(snapshot: IntervalSnapshot, name: string): IntervalSnapshot {
  const { generator, ...rest } = named(snapshot, `agent ${name}`);
  if (generator === undefined) return rest;
  const { cpuWait, utilization, threads = [] } = generator;
  const agent = { name, cpuWait, utilization };
  return { ...rest, generator: { ...generator, threads: threads.map((thread) => ({ ...thread, agent })) } };
}

function accountOf(
  generator: GeneratorSnapshot,
  { vus, inFlight, sent }: IntervalSnapshot['load'],
  name: string,
): ThreadSnapshot {
  const { cpu, loopDelayP99, heap = null } = generator;
  return { name, vus, inFlight, sent, cpu, lagP99: quantileOf(timesOf(generator, 'lag'), 0.99), loopDelayP99, heap };
}

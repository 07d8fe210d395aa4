/** How much of a load each agent makes: as much as every other, or by what it says that it can do. */
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { FleetSettings } from '../core/fleet.ts';
import { type Segment, segmentWithin, shareOf, weightedPart } from '../core/segment.ts';
import { type Shared, scarcest } from '../load/shares.ts';
import { decode, type Greeting, type Measured, type PlanMessage, SUBJECT } from './protocol.ts';

/** An agent measures itself for about two seconds; on a busy machine it takes a while to begin. ms. */
const PATIENCE = 20_000;
/** The weight of the strongest: shares are right to half a hundredth of its own. */
const STRONGEST = 100;

/** What an agent is to do of each load. */
export interface Task {
  /** Against those of the others; a whole number. */
  readonly weight: number;
  /** Null: as many as the plan says. */
  readonly threads: number | null;
}

/** A thread for each core but one, which is the system's and the agent's own. */
export const threadsFor = ({ cores }: Pick<Greeting, 'cores'>): number => Math.max(1, cores - 1);

/** By name. Of agents that are to be measured, all at once. @throws {RampartError} never-ready */
export async function weighAgents(
  nats: NatsConnection,
  agents: readonly Greeting[],
  { weights, threads }: Pick<FleetSettings, 'weights' | 'threads'>,
): Promise<ReadonlyMap<string, Task>> {
  const alike = new Set(agents.map(({ cores }) => cores)).size <= 1;
  if (weights === 'equal' || (weights === 'auto' && alike))
    return new Map(agents.map(({ name }) => [name, { weight: 1, threads: null }]));
  const able = await Promise.all(
    agents.map(async (agent) => {
      const own = threads ?? threadsFor(agent);
      return { name: agent.name, threads: own, perSec: own * (await perThread(nats, agent.name)) };
    }),
  );
  const found = weightsOf(able.map(({ perSec }) => perSec));
  return new Map(able.map(({ name, threads: own }, n) => [name, { weight: found[n] as number, threads: own }]));
}

/** Requests per second of one of its threads. */
async function perThread(nats: NatsConnection, name: string): Promise<number> {
  const answer = await nats.request(SUBJECT.measure(name), undefined, { timeout: PATIENCE }).catch((error: Error) => ({
    data: new TextEncoder().encode(JSON.stringify({ problem: error.message })),
  }));
  const { perSec, problem }: { readonly perSec?: unknown; readonly problem?: string | undefined } =
    decode<Measured>(answer.data) ?? {};
  if (typeof perSec === 'number' && perSec > 0 && Number.isFinite(perSec)) return perSec;
  throw new RampartError(
    'never-ready',
    `agent ${name} could not measure what it can do: ${problem ?? 'it told no figure'}; nothing was sent to the target`,
    'With --weights equal every agent makes the same part, and none is measured.',
  );
}

/** Whole numbers in the proportions of what agents can do; nobody has none. */
export function weightsOf(abilities: readonly number[]): readonly number[] {
  const most = Math.max(...abilities);
  return abilities.map((ability) => Math.max(1, Math.round((STRONGEST * ability) / most)));
}

/**
 * Which of so many agents make a load, by their places: all, but where so few requests may be under way, or connections open,
 * that somebody would have none of them, and could send nothing. The weakest are left out first.
 */
export function takersOf(plan: Shared, whole: Segment, weights: readonly number[]): readonly number[] {
  const least = shareOf(scarcest(plan), whole);
  const strongest = weights.map((_, place) => place).sort((a, b) => (weights[b] as number) - (weights[a] as number));
  for (let many = Math.min(least, weights.length); many > 1; many--) {
    const takers = strongest.slice(0, many).sort((a, b) => a - b);
    const own = takers.map((place) => weights[place] as number);
    // Of those that weigh least, the last comes after the others in a round.
    const weakest = own.lastIndexOf(Math.min(...own));
    if (shareOf(least, weightedPart(own, weakest)) > 0) return takers;
  }
  return strongest.slice(0, 1);
}

/** What an agent makes of the load of a message; null: nothing. */
export function segmentOf(
  { whole, weights, agents }: Pick<PlanMessage, 'whole' | 'weights' | 'agents'>,
  name: string,
): Segment | null {
  const part = agents[name];
  return part === undefined ? null : segmentWithin(whole, weightedPart(weights, part.index));
}

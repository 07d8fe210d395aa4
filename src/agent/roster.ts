/** Which agents there are, and which of them make a load. */
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { WantedAgents } from '../core/fleet.ts';
import type { Clock } from '../core/ports.ts';
import { millis, toSeconds } from '../core/units.ts';
import { decode, type Greeting, isAgentName, PROTOCOL, SUBJECT } from './protocol.ts';

/** How often those who are not there yet are called. */
const CALL = millis(250);

/**
 * Calls for agents until enough are free, in the order of their names.
 *
 * @throws {RampartError} name-taken, other-version, interrupted, or never-ready where there are too few by the deadline.
 */
export async function gatherAgents(
  nats: NatsConnection,
  clock: Clock,
  wanted: WantedAgents,
  version: string,
  signal?: AbortSignal,
): Promise<readonly Greeting[]> {
  const found = new Map<string, Greeting>();
  const clashes = new Set<string>();
  const inbox = `rampart.greetings.${nats.info?.client_id ?? 0}.${Math.round(clock.now())}`;
  const answers = nats.subscribe(inbox, {
    callback: (_, message) => {
      const greeting = decode<Greeting>(message.data);
      const { name, instance } = greeting ?? {};
      if (name === undefined || instance === undefined || !isAgentName(name)) return;
      const known = found.get(name);
      if (known !== undefined && known.instance !== instance) clashes.add(name);
      const region = greeting?.region ?? null;
      found.set(name, { ...(greeting as Greeting), region: region === null || isAgentName(region) ? region : null });
    },
  });
  const until = clock.now() + wanted.within;
  try {
    for (;;) {
      nats.publish(SUBJECT.greeting, undefined, { reply: inbox });
      await new Promise<void>((resolve) => {
        clock.after(CALL, resolve);
      });
      if (signal?.aborted === true)
        throw new RampartError('interrupted', 'interrupted while it waited for agents: nothing was sent to the target');
      const free = [...found.values()].filter(({ protocol, session }) => protocol === PROTOCOL && session === null);
      const [clash] = clashes;
      if (clash !== undefined)
        throw new RampartError(
          'name-taken',
          `two agents are named ${clash}`,
          'Give each another --name, and end one of them.',
        );
      const chosen = chosenOf(inOrder(free), wanted);
      if (chosen !== null) return chosen;
      if (clock.now() < until) continue;
      if (wanted.regions === undefined && free.length >= wanted.atLeast) return inOrder(free);
      throw tooFew(free, wanted, [...found.values()], version);
    }
  } finally {
    answers.unsubscribe();
  }
}

const BY_NAME = new Intl.Collator('en', { numeric: true });
const inOrder = (agents: readonly Greeting[]): Greeting[] =>
  [...agents].sort((a, b) => BY_NAME.compare(a.name, b.name));

/** All that are wanted, of the regions that are wanted; null: they are not all there. @param free in their order. */
export function chosenOf(free: readonly Greeting[], { agents, regions }: WantedAgents): readonly Greeting[] | null {
  if (regions !== undefined) {
    const each = regions.map(({ name, agents: wanted }) => free.filter(isOf(name)).slice(0, wanted));
    return regions.every(({ agents: wanted }, n) => each[n]?.length === wanted) ? each.flat() : null;
  }
  return agents === 'all' || free.length < agents ? null : free.slice(0, agents);
}

const isOf =
  (region: string) =>
  (agent: Greeting): boolean =>
    agent.region === region;

/** What of the agents that are wanted is there, by region where they are wanted so: `2 of 10 agents in eu`. */
function thereOf(free: readonly Greeting[], { regions, atLeast }: WantedAgents): string {
  if (regions === undefined) return `${free.length} of ${Math.max(1, atLeast)} agents`;
  const short = regions.flatMap(({ name, agents }) => {
    const there = free.filter(isOf(name)).length;
    return there < agents ? `${there} of ${agents} agents in ${name}` : [];
  });
  return short.join(' and ');
}

function tooFew(
  free: readonly Greeting[],
  wanted: WantedAgents,
  all: readonly Greeting[],
  version: string,
): RampartError {
  const others = all.filter(({ protocol }) => protocol !== PROTOCOL);
  const busy = all.filter(({ session, protocol }) => session !== null && protocol === PROTOCOL);
  const message = `only ${thereOf(free, wanted)} were ready within ${toSeconds(wanted.within)} s; nothing was sent to the target`;
  const [other] = others;
  if (other !== undefined && free.length + others.length >= Math.max(1, wanted.atLeast))
    return new RampartError(
      'other-version',
      `${message}: ${other.name} is of version ${other.version} (protocol ${other.protocol}), this is ${version} (protocol ${PROTOCOL})`,
      'Install the same version everywhere.',
    );
  const why = busy.length === 0 ? '' : `; at work for another controller: ${busy.map(({ name }) => name).join(', ')}`;
  const more = `rampart agent --nats URL${wanted.regions === undefined ? '' : ' --region NAME'}`;
  return new RampartError(
    'never-ready',
    `${message}${why}`,
    `Start more with ${more}, wait longer with --agents-within 60s, or ask for fewer with --agents.`,
  );
}

/** Which agents there are, and which of them make a load. */
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { AgentsWish } from '../core/fleet.ts';
import type { Clock } from '../core/ports.ts';
import { millis, toSeconds } from '../core/units.ts';
import { decode, type Greeting, isAgentName, PROTOCOL, SUBJECT } from './protocol.ts';

/** How often those who are not there yet are called. */
const CALL = millis(250);

/**
 * Calls for agents until enough are free, in the order of their names.
 *
 * @throws {RampartError} name-taken, other-version, or never-ready where there are too few by the deadline.
 */
export async function gatherAgents(
  nats: NatsConnection,
  clock: Clock,
  wish: AgentsWish,
  version: string,
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
      found.set(name, greeting as Greeting);
    },
  });
  const until = clock.now() + wish.within;
  const wanted = wish.agents === 'all' ? Number.POSITIVE_INFINITY : wish.agents;
  try {
    for (;;) {
      nats.publish(SUBJECT.greeting, undefined, { reply: inbox });
      await new Promise<void>((resolve) => {
        clock.after(CALL, resolve);
      });
      const free = [...found.values()].filter(({ protocol, session }) => protocol === PROTOCOL && session === null);
      const [clash] = clashes;
      if (clash !== undefined)
        throw new RampartError(
          'name-taken',
          `two agents are named ${clash}`,
          'Give each another --name, and end one of them.',
        );
      if (free.length >= wanted) return inOrder(free).slice(0, wanted);
      if (clock.now() < until) continue;
      if (free.length >= wish.atLeast) return inOrder(free);
      throw tooFew(free.length, wish, [...found.values()], version);
    }
  } finally {
    answers.unsubscribe();
  }
}

const BY_NAME = new Intl.Collator('en', { numeric: true });
const inOrder = (agents: readonly Greeting[]): Greeting[] =>
  [...agents].sort((a, b) => BY_NAME.compare(a.name, b.name));

function tooFew(free: number, wish: AgentsWish, all: readonly Greeting[], version: string): RampartError {
  const others = all.filter(({ protocol }) => protocol !== PROTOCOL);
  const busy = all.filter(({ session, protocol }) => session !== null && protocol === PROTOCOL);
  const wanted = Math.max(1, wish.atLeast);
  const message = `${free} of ${wanted} agents were ready within ${toSeconds(wish.within)} s; nothing was sent to the target`;
  const [other] = others;
  if (other !== undefined && free + others.length >= wanted)
    return new RampartError(
      'other-version',
      `${message}: ${other.name} is of version ${other.version} (protocol ${other.protocol}), this is ${version} (protocol ${PROTOCOL})`,
      'Install the same version everywhere.',
    );
  const why = busy.length === 0 ? '' : `; at work for another controller: ${busy.map(({ name }) => name).join(', ')}`;
  return new RampartError(
    'never-ready',
    `${message}${why}`,
    'Start more with rampart agent --nats URL, wait longer with --agents-within 60s, or ask for fewer with --agents.',
  );
}

/** The command `rampart agent`, and the access to NATS that other commands of a fleet share with it. */
import { EXIT, RampartError } from '../core/errors.ts';
import type { NatsAccess } from '../core/fleet.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { fileText, natsAccess } from '../plan/fleet.ts';
import { parseRate } from '../plan/syntax.ts';
import { flagOf, type SettingName, variableOf } from '../settings/table.ts';
import { discreet } from './discreet.ts';

export interface NatsFlags {
  readonly nats?: string;
  readonly natsCreds?: string;
  readonly natsCa?: string;
  readonly natsCert?: string;
  readonly natsKey?: string;
}

export interface AgentFlags extends NatsFlags {
  readonly name?: string;
  readonly region?: string;
  readonly allow?: readonly string[];
  readonly maxRate?: string;
}

/** `rampart agent`: makes its part of the loads that controllers publish, until it is ended. */
export async function agentCommand(outside: World, flags: AgentFlags): Promise<number> {
  const access = accessOf(outside, flags, 'an agent needs --nats, the server over which it gets its work');
  const world = discreet(outside, new Secrets().knowing(credentialsIn(access.url)));
  const name = flags.name ?? nameOf(world);
  const [
    { Agent },
    { AllowedTargets },
    { openNats },
    { placeOf },
    { isAgentName },
    { RateCeiling },
    { threadCeiling },
  ] = await Promise.all([
    import('../agent/agent.ts'),
    import('../agent/allowed.ts'),
    import('../agent/connection.ts'),
    import('../agent/place.ts'),
    import('../agent/protocol.ts'),
    import('../agent/rate-ceiling.ts'),
    import('./workbench.ts'),
  ]);
  if (!isAgentName(name))
    throw new RampartError(
      'bad-flag',
      `--name: ${JSON.stringify(name)} is no name for an agent`,
      'Write up to 64 letters, digits, - and _.',
    );
  const { region = null } = flags;
  if (region !== null && !isAgentName(region))
    throw new RampartError(
      'bad-flag',
      `--region: ${JSON.stringify(region)} is no name for a region`,
      'Write up to 64 letters, digits, - and _, such as eu-west-1.',
    );
  const allowed = new AllowedTargets(flags.allow ?? []);
  const ceiling =
    flags.maxRate === undefined ? null : new RateCeiling(parseRate(flags.maxRate, '--max-rate', { min: '1/h' }));
  const tell = (line: string): void => world.stderr.write(`${line}\n`);
  const nats = await openNats(access, `rampart agent ${name}`);
  try {
    const agent = await Agent.open(nats, world, {
      ...{ name, region, allowed, ceiling, tell },
      ...{ env: world.env, place: placeOf(world.files) },
      measure: async () => {
        const perSec = await threadCeiling(world);
        tell(`A thread of this machine makes ${Math.round(perSec)} requests per second at most, as its doctor finds`);
        return perSec;
      },
    });
    const cores = world.host.cores;
    tell(
      `Agent ${name} waits for work at ${nats.getServer()} (${cores} ${cores === 1 ? 'core' : 'cores'}; Ctrl-C ends it)`,
    );
    if ((flags.allow ?? []).length === 0)
      tell(
        '  Whoever may publish there can have it send to any public target, and, from its own network, to any: --allow names those it may.',
      );
    await new Promise<void>((resolve) => {
      let asked = false;
      const forget = world.onInterrupt(() => {
        if (asked) return world.exit(EXIT.interrupted);
        asked = true;
        void agent.close().then(() => {
          forget();
          resolve();
        });
      });
    });
    return EXIT.passed;
  } finally {
    await nats.close();
  }
}

/** From flags, or else the environment. @param needed what is said where there is no address. @throws {RampartError} */
export function accessOf(world: World, flags: NatsFlags, needed: string): NatsAccess {
  const given = (name: SettingName & keyof NatsFlags): string | undefined =>
    (flags[name] as string | undefined) ?? world.env[variableOf(name)];
  const text = (name: 'natsCreds' | 'natsCa' | 'natsCert' | 'natsKey'): string | null => {
    const path = given(name);
    return path === undefined
      ? null
      : fileText(path, flags[name] === undefined ? variableOf(name) : flagOf(name), world.files);
  };
  const url = given('nats');
  if (url === undefined || url === '') throw new RampartError('usage', needed, 'Write it as --nats nats://host:4222.');
  return natsAccess({
    url,
    creds: text('natsCreds'),
    ca: text('natsCa'),
    cert: text('natsCert'),
    key: text('natsKey'),
  });
}

/** What of an address is nobody else's business. */
export const credentialsIn = (url: string): string[] =>
  [...url.matchAll(/:\/\/([^@/\s]+)@/g)].flatMap(([, part = '']) => [part, ...part.split(':').slice(1)]);

/** That of the machine, or the pod, and something that another agent on it has not. */
function nameOf({ env, randomSeed }: Pick<World, 'env' | 'randomSeed'>): string {
  const machine = (env['HOSTNAME'] ?? 'agent').replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 50);
  return `${machine}-${(randomSeed() % 0x10000).toString(16).padStart(4, '0')}`;
}

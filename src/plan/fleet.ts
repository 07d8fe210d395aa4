/** The settings of a run on agents: how many of which region, and how NATS is reached. */
import { RampartError } from '../core/errors.ts';
import type { FleetSettings, NatsAccess, WantedAgents } from '../core/fleet.ts';
import type { Files } from '../core/world.ts';
import { decodeUtf8, readInput } from './file.ts';
import { blame, layerOf, type RawSettings, read, refuse } from './raw-settings.ts';
import { parseCount, quote } from './syntax.ts';
import { readOrDefault, readValue } from './value.ts';

type NatsFile = 'natsCreds' | 'natsCa' | 'natsCert' | 'natsKey';

const MOST = '10k';
const NEEDS_NATS = [
  ...(['agents', 'minAgents', 'agentsWithin', 'weights', 'tolerateLoss', 'orphanTimeout'] as const),
  ...(['natsCreds', 'natsCa', 'natsCert', 'natsKey'] as const),
] as const;

/** Who is to make the load; null: this machine. @throws RampartError */
export function resolveFleet(given: RawSettings, files: Pick<Files, 'readBytes'>): FleetSettings | null {
  const { nats, tolerateLoss } = given.settings;
  if (nats === undefined) {
    for (const name of NEEDS_NATS)
      if (layerOf(given, name) === 'flags')
        refuse(given, name, 'needs --nats, the server that agents are reached over');
    return null;
  }
  if (nats === '') refuse(given, 'nats', 'is empty; write nats://host:4222');
  if (given.settings.engine === 'autocannon') refuse(given, 'nats', 'is for the engine rampart');
  if (given.functions !== undefined)
    refuse(given, 'nats', 'is given, and the scenario has functions: agents run no code that they are sent');
  if (given.settings.tokenizer !== undefined && given.settings.tokenizer !== 'words')
    refuse(
      given,
      'tokenizer',
      'is a module, and agents run no code that they are sent',
      'Count words: --tokenizer words.',
    );
  if (given.settings.replay !== undefined)
    refuse(given, 'replay', 'is for this machine alone: the instants of a trace are not sent to agents');
  const wanted = read(given, 'agents', parseAgents) ?? { agents: 'all' };
  const { agents, regions } = wanted;
  if (regions !== undefined && given.settings.minAgents !== undefined)
    refuse(
      given,
      'minAgents',
      'does not go with regions: all agents of each region that --agents asks for are waited for',
    );
  const atLeast = readValue(given, 'minAgents') ?? (agents === 'all' ? 1 : agents);
  if (agents !== 'all' && atLeast > agents)
    refuse(given, 'minAgents', `is more than the ${agents} agents that are asked for`);
  return {
    access: natsAccess({ url: nats, ...textsOf(given, files) }),
    wanted: { ...wanted, atLeast, within: readOrDefault(given, 'agentsWithin') },
    weights: readOrDefault(given, 'weights'),
    threads: readValue(given, 'threads') ?? null,
    tolerateLoss: tolerateLoss === true,
    orphanTimeout: readOrDefault(given, 'orphanTimeout'),
  };
}

/** `8`, `all`, or of each region so many: `eu=10,us=5`. @throws RampartError */
export function parseAgents(text: string, label: string): Pick<WantedAgents, 'agents' | 'regions'> {
  if (text.trim() === 'all') return { agents: 'all' };
  if (!text.includes('=')) return { agents: parseCount(text, label, { min: '1', max: MOST }) };
  const regions = text.split(',').map((part) => {
    const [, name = '', many = ''] = /^\s*([A-Za-z0-9_-]{1,64})\s*=(.*)$/.exec(part) ?? [];
    if (name === '')
      throw new RampartError(
        'bad-flag',
        `${label}: ${quote(part.trim())} is no region with its number of agents`,
        'Write eu=10,us=5, with the names that agents have by --region.',
      );
    return { name, agents: parseCount(many, `${label} ${name}`, { min: '1', max: MOST }) };
  });
  const twice = regions.find(({ name }, n) => regions.some((other, m) => m < n && other.name === name));
  if (twice !== undefined)
    throw new RampartError('bad-flag', `${label} has the region ${twice.name} twice`, 'Add its numbers up.');
  return { agents: regions.reduce((sum, region) => sum + region.agents, 0), regions };
}

function textsOf(given: RawSettings, files: Pick<Files, 'readBytes'>) {
  const text = (name: NatsFile): string | null => {
    const path = given.settings[name];
    return path === undefined ? null : blame(given.originOf(name), (label) => fileText(path, label, files));
  };
  return { creds: text('natsCreds'), ca: text('natsCa'), cert: text('natsCert'), key: text('natsKey') };
}

/** What the file of a flag holds. @throws RampartError */
export function fileText(path: string, label: string, files: Pick<Files, 'readBytes'>): string {
  if (path === '') throw new RampartError('bad-flag', `${label} is empty; write the path of a file`);
  const text = decodeUtf8(readInput(files, path, label));
  if (text === null || !(text.includes('-----BEGIN ') || SEED.test(text.trim())))
    throw new RampartError(
      'bad-file',
      `${label}: ${quote(path)} holds nothing of the kind`,
      'PEM, and a credentials file too, have lines that begin with -----BEGIN; the seed of an nkey begins with SU.',
    );
  return text;
}

/** Of a user's nkey. */
const SEED = /^SU[A-Z2-7]{56}$/;

/** @throws RampartError where certificate and key are not both there. */
export function natsAccess(access: NatsAccess): NatsAccess {
  if ((access.cert === null) !== (access.key === null))
    throw new RampartError('bad-flag', '--nats-cert and --nats-key belong together: give both, or neither');
  return access;
}

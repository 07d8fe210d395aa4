/** Where in the network somebody is, and what of a target is a stranger's business. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Plan } from '../core/plan.ts';
import type { Files } from '../core/world.ts';

export interface Place {
  /** Two processes on one running system have the same. Empty: unknown. */
  readonly machine: string;
  /** Networks that it is in, as `10.1.0.0/16`. */
  readonly networks: readonly string[];
}

/** Bridges of containers and virtual machines have the same addresses on every machine, and are no network between them. */
const OF_ONE_MACHINE = /^(?:lo|docker|br-|veth|virbr|cni|flannel|cali|podman|lxc|vmnet|vboxnet|tap)/;

/** Not of the public internet: loopback, private, shared, link-local (where clouds have their metadata) and unique local. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ...[['0.0.0.0', 8] as const, ['10.0.0.0', 8] as const, ['100.64.0.0', 10] as const, ['127.0.0.0', 8] as const],
  ...[['169.254.0.0', 16] as const, ['172.16.0.0', 12] as const, ['192.168.0.0', 16] as const],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [['::', 127] as const, ['fc00::', 7] as const, ['fe80::', 10] as const] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6');

/** Of this process. */
export function placeOf(
  files: Pick<Files, 'readText'>,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>> = networkInterfaces(),
): Place {
  return { machine: machineOf(files), networks: networksOf(interfaces) };
}

/** The same until the system is started again; nothing of it can be read from what travels. */
function machineOf(files: Pick<Files, 'readText'>): string {
  try {
    const boot = files.readText('/proc/sys/kernel/random/boot_id').trim();
    return createHash('sha256').update(`rampart ${boot}`).digest('hex').slice(0, 16);
  } catch {
    return '';
  }
}

export function networksOf(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly string[] {
  const networks = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    OF_ONE_MACHINE.test(name)
      ? []
      : addresses.flatMap(({ internal, family, cidr }) => {
          const link = /^fe80:/i.test(cidr ?? '');
          return internal || link || cidr === null ? [] : [networkOf(cidr, family)];
        }),
  );
  return [...new Set(networks)].sort();
}

/** The network of an address: `10.1.0.0/16` of `10.1.2.3/16`. */
function networkOf(cidr: string, family: string): string {
  const [address = '', prefix = '0'] = cidr.split('/');
  const [bits, size] = family === 'IPv4' ? [8, 4] : [16, 8];
  const words = family === 'IPv4' ? address.split('.').map(Number) : wordsOf(address);
  const kept = words.slice(0, size).map((word, n) => {
    const own = Math.max(0, Math.min(bits, Number(prefix) - n * bits));
    return word & ~(2 ** (bits - own) - 1);
  });
  return `${family === 'IPv4' ? kept.join('.') : kept.map((word) => word.toString(16)).join(':')}/${prefix}`;
}

function wordsOf(address: string): number[] {
  const [front = '', back = ''] = address.split('::');
  const of = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  const [head, tail] = [of(front), of(back)];
  return [...head, ...new Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
}

/** Whether two are neighbours: on one machine, or in one network. */
export const areNeighbours = (one: Place, other: Place): boolean =>
  (one.machine !== '' && one.machine === other.machine) ||
  one.networks.some((network) => other.networks.includes(network));

export const isPrivate = (address: string): boolean =>
  isIP(address) !== 0 && PRIVATE.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

type Way = Pick<Plan, 'target' | 'targets' | 'proxy'>;
type Resolve = (host: string) => Promise<readonly string[]>;

const resolveAll: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Why a plan of a controller that is no neighbour is refused: it leads into the agent's own network, whose addresses mean
 * something else there than where the plan was written. Null: it does not.
 */
export async function intrusion(
  { target, targets = [], proxy }: Way,
  resolve: Resolve = resolveAll,
): Promise<string | null> {
  const all = [target, ...targets];
  if (all.some(({ socketPath }) => socketPath !== undefined)) return 'its Unix sockets are for its own network';
  const ways = [...all.flatMap(({ host, via }) => [host, via?.host, ...(via?.addresses ?? [])]), proxy?.host];
  for (const host of ways.flatMap((way) => way ?? [])) {
    // One that has no address is reported by who connects to it.
    const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
    const hit = addresses.find(isPrivate);
    if (hit !== undefined) return `${host === hit ? host : `${host} (${hit})`} is a private address`;
  }
  return null;
}

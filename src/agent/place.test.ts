import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { areNeighbours, intrusion, isPrivate, networksOf, placeOf } from './place.ts';

const at = (cidr: string, internal = false): NetworkInterfaceInfo => ({
  ...{ address: cidr.split('/')[0] ?? '', netmask: '', mac: '', internal, cidr },
  ...(cidr.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
});

it('knows its networks, but for those that every machine has', () => {
  expect(
    networksOf({
      lo: [at('127.0.0.1/8', true)],
      eth0: [at('10.1.200.3/18'), at('2001:db8:1:2:ffff::7/61'), at('fe80::1/64')],
      docker0: [at('172.17.0.1/16')],
    }),
  ).toEqual(['10.1.192.0/18', '2001:db8:1:0:0:0:0:0/61']);
});

it('is a neighbour on one machine, or in one network', () => {
  const here = { machine: 'a', networks: ['10.1.0.0/16'] };
  expect(areNeighbours(here, { machine: 'a', networks: [] })).toBe(true);
  expect(areNeighbours(here, { machine: 'b', networks: ['192.168.0.0/24', '10.1.0.0/16'] })).toBe(true);
  expect(areNeighbours(here, { machine: 'b', networks: ['10.2.0.0/16'] })).toBe(false);
  expect(areNeighbours({ machine: '', networks: [] }, { machine: '', networks: [] })).toBe(false);
});

it('tells its machine by a digest', () => {
  const files = { readText: () => 'b6a1d2c4-boot\n' };
  const { machine } = placeOf(files, {});
  expect(machine).toMatch(/^[0-9a-f]{16}$/);
  const broken = {
    readText: () => {
      throw new Error('ENOENT');
    },
  };
  expect(placeOf(broken, {}).machine).toBe('');
});

describe('a way into a network that is not the controller’s', () => {
  const to = (host: string, more = {}) => {
    const plan = planFixture();
    return { ...plan, target: { ...plan.target, host, ...more } };
  };
  const resolve = async (host: string) => {
    if (host === 'api.example.com') return ['198.51.100.7'];
    if (host === 'sly.example.com') return ['198.51.100.7', '169.254.169.254'];
    throw new Error('ENOTFOUND');
  };

  it.each([
    '127.0.0.1',
    '10.0.0.9',
    '172.31.255.1',
    '192.168.1.1',
    '169.254.169.254',
    '::1',
    'fd00::5',
    '::ffff:10.0.0.1',
  ])('is %s', async (host) => {
    expect(await intrusion(to(host), resolve)).toBe(`${host} is a private address`);
  });

  it.each(['198.51.100.7', '172.32.0.1', '2001:db8::1', 'api.example.com', 'nowhere.example.com'])(
    'is not %s',
    async (host) => {
      expect(await intrusion(to(host), resolve)).toBeNull();
      expect(isPrivate(host)).toBe(false);
    },
  );

  it('is one of several targets', async () => {
    const plan = to('198.51.100.7');
    const other = { ...plan.target, host: '10.0.0.9', name: 'other', weight: 1, tls: plan.tls };
    expect(await intrusion({ ...plan, targets: [other] }, resolve)).toBe('10.0.0.9 is a private address');
  });

  it('is a name that leads there, an address that the plan connects to instead, and a Unix socket', async () => {
    expect(await intrusion(to('sly.example.com'), resolve)).toBe(
      'sly.example.com (169.254.169.254) is a private address',
    );
    const via = { host: 'api.example.com', port: 80, addresses: ['10.0.0.1'] };
    expect(await intrusion(to('api.example.com', { via }), resolve)).toBe('10.0.0.1 is a private address');
    expect(await intrusion(to('api.example.com', { socketPath: '/var/run/docker.sock' }), resolve)).toContain('Unix');
  });
});

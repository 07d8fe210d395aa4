import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import type { RunResult } from '../src/core/result.ts';
import { shareOf, weightedPart } from '../src/core/segment.ts';
import { agentHere, skippedIn } from './agents-here.ts';
import { start, temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn, worldWith } from './world.ts';

/** Agents that say where they are, and what they can do: so many of each region, results of each and of all, shares by weight. */

let nats: Nats;
let target: TestTarget;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await natsServer();
  target = await fixedTarget(5);
  for (const [name, region] of [
    ['a', 'us'],
    ['b', 'eu'],
    ['c', 'eu'],
    ['d', 'eu'],
  ] as const)
    closers.push(await agentHere(nats.url, name, { region }));
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await target.close();
  await nats.kill();
});

const runOn = (agents: string, out: string, flags: readonly string[] = ['--threads', '1'], url = nats.url) =>
  rampartIn({}, [
    ...['run', target.url, '--rate', '90/s', '-d', '2s', '--nats', url, '--agents', agents],
    ...['--agents-within', '1s', '--no-discover', '--no-preflight', '-o', out, ...flags],
  ]);

const resultIn = (out: string): RunResult => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;

/** Each region sends its share of 180 requests, to the request; less only by what was passed over while the machine stood still. */
function expectShares(out: string, shares: Readonly<Record<string, number>>, received: number): void {
  const { regions = {}, totals } = resultIn(out);
  const skipped = skippedIn(out);
  expect([totals.sent + skipped, received]).toEqual([180, totals.sent]);
  const sent = Object.keys(shares).map((name) => regions[name]?.totals.sent ?? 0);
  expect(sent.reduce((sum, each) => sum + each, 0)).toBe(totals.sent);
  Object.values(shares).forEach((share, place) => {
    expect(sent[place]).toBeLessThanOrEqual(share);
    expect(sent[place]).toBeGreaterThanOrEqual(share - skipped);
  });
}

it('results are of each region and of all, and each request is in one region', async () => {
  const out = join(temporaryFolder(), 'out');
  const before = target.received();
  const { stdout, stderr } = await runOn('us=1,eu=2', out);
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const result = resultIn(out);
  expect(result.run.agents?.each.map(({ name, region }) => [name, region])).toEqual([
    ['a', 'us'],
    ['b', 'eu'],
    ['c', 'eu'],
  ]);
  const { eu, us } = result.regions ?? {};
  expectShares(out, { eu: 120, us: 60 }, target.received() - before);
  const timed = (part: RunResult['latency'] | undefined): number => part?.response.count ?? 0;
  expect(timed(eu?.latency as RunResult['latency']) + timed(us?.latency as RunResult['latency'])).toBe(
    timed(result.latency),
  );
  expect(stdout).toMatch(/region eu +\d+/);
  expect(stderr).toContain('a (us, 1), b (eu, 1), c (eu, 1)');
  expect(file('stats.csv')).toMatch(/^region,us,\d+,/m);
  expect(file('history.csv')).toMatch(/,region,eu,/);
  expect(file('summary.md')).toContain('*region us*');
  const page = file('report.html');
  expect(page).toMatch(/<h2>Regions/);
  expect(page).toContain('data-row="region requests eu"');
});

it('agents behind a leaf node, which stores nothing itself, make their part as all others do', async () => {
  const port = await freePort();
  const hub = await natsServer(['jetstream {}', `leafnodes { listen: "127.0.0.1:${port}" }`]);
  closers.push(() => hub.kill());
  const leaf = await natsServer([`leafnodes { remotes: [ { url: "nats-leaf://127.0.0.1:${port}" } ] }`]);
  closers.push(() => leaf.kill());
  closers.push(await agentHere(hub.url, 'near', { region: 'near' }));
  closers.push(await agentHere(leaf.url, 'far', { region: 'far' }));
  const out = join(temporaryFolder(), 'out');
  const before = target.received();
  await runOn('near=1,far=1', out, ['--threads', '1', '--agents-within', '10s'], hub.url);
  expectShares(out, { near: 90, far: 90 }, target.received() - before);
});

it('too few of a region are named, and nothing is sent: exit code 6', async () => {
  const before = target.received();
  const { code, stderr } = await runOn('us=2,eu=3', join(temporaryFolder(), 'out'));
  expect([code, stderr]).toEqual([6, expect.stringMatching(/only 1 of 2 agents in us were ready within 1 s; nothing/)]);
  expect(stderr).toContain('--region NAME');
  expect(target.received()).toBe(before);
});

it('a fleet on one machine has them too, and its end is a normal one', async () => {
  const port = await freePort();
  const before = target.received();
  const fleet = start(['fleet', 'up', '--agents', 'eu=1,us=1', '--port', String(port)]);
  try {
    const url = `nats://127.0.0.1:${port}`;
    await fleet.shown(`rampart run URL --nats ${url} --agents eu=1,us=1`);
    const out = join(temporaryFolder(), 'out');
    await runOn('eu=1,us=1', out, ['--threads', '1'], url);
    const { run } = resultIn(out);
    expect(run.agents?.each.map(({ name, region }) => [name, region])).toEqual([
      ['eu-1', 'eu'],
      ['us-1', 'us'],
    ]);
    expectShares(out, { eu: 90, us: 90 }, target.received() - before);
  } finally {
    fleet.kill('SIGINT');
  }
  expect((await fleet.finished).code).toBe(0);
});

it.each(['all', '65', 'eu=60,us=5', 'eu=none'])('a fleet of %s on one machine is refused', async (agents) => {
  const { code, stderr } = await rampartIn({}, ['fleet', 'up', '--agents', agents]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--agents')]);
});

it('agents with more cores have a thread for each but one, and a share by what they can do; all shares are the whole', async () => {
  const host = { ...worldWith().host, cores: 4 };
  closers.push(await agentHere(nats.url, 'large', { region: 'large', measure: async () => 20_000 }, { host }));
  closers.push(await agentHere(nats.url, 'small', { region: 'small', measure: async () => 21_000 }));
  const out = join(temporaryFolder(), 'out');
  const before = target.received();
  const { stderr } = await runOn('large=1,small=1', out, []);
  const { run } = resultIn(out);
  // Three threads of 20,000/s against one of 21,000/s.
  const weights = [100, 35];
  expect(run.agents?.each.map(({ name, threads, share }) => [name, threads, share])).toEqual([
    ['large', 3, 100 / 135],
    ['small', 1, 35 / 135],
  ]);
  const [large = 0, small = 0] = weights.map((_, index) => shareOf(180, weightedPart(weights, index)));
  expectShares(out, { large, small }, target.received() - before);
  expect(stderr).toContain('large (large, 3, 74 %)');
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page).toMatch(/data-row="agent large".*?74 %/s);
  // The same load again, each with one thread and the same part.
  await runOn('large=1,small=1', `${out}-equal`, ['--weights', 'equal']);
  expect(resultIn(`${out}-equal`).run.agents?.each.map(({ threads, share }) => [threads, share])).toEqual([
    [1, 0.5],
    [1, 0.5],
  ]);
});

it('an agent that cannot measure itself ends the run before anything is sent', async () => {
  const measure = () => Promise.reject(new Error('no port for its server'));
  closers.push(await agentHere(nats.url, 'unsure', { region: 'unsure', measure }));
  const before = target.received();
  const { code, stderr } = await runOn('unsure=1', join(temporaryFolder(), 'out'), ['--weights', 'measured']);
  expect([code, stderr]).toEqual([
    6,
    expect.stringContaining('agent unsure could not measure what it can do: no port'),
  ]);
  expect(target.received()).toBe(before);
});

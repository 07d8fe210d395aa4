import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/event.ts';
import type { RunResult } from '../src/core/result.ts';
import { agentHere, countsOf } from './agents-here.ts';
import { start, temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** What is wrong with the machines around a distributed load: no room in JetStream, clocks that are seconds apart. */

let target: TestTarget;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  target = await fixedTarget(5);
});
afterAll(() => target.close());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serverWith(...settings: readonly string[]): Promise<Nats> {
  const server = await natsServer(settings);
  closers.push(() => server.kill());
  return server;
}

const textOf = (data: Uint8Array): string => Buffer.from(data).toString('utf8');

const flags = (url: string, duration: string, out: string): string[] => [
  ...['run', target.url, '--rate', '60/s', '-d', duration, '--nats', url, '--agents', '2'],
  ...['--no-discover', '--no-preflight', '-q', '-o', out],
];

it('a JetStream whose disk is full: the agents say that nothing is stored, and the run is invalid', async () => {
  const server = await serverWith('jetstream { max_file_store: 1MB }');
  for (const name of ['one', 'two']) closers.push(await agentHere(server.url, name));
  const before = target.received();
  const run = rampartIn({}, flags(server.url, '60s', join(temporaryFolder(), 'out')));
  while (target.received() - before < 60) await sleep(50);
  const other = await connect({ servers: server.url });
  closers.push(() => other.close());
  const stream = jetstream(other, { timeout: 5_000 });
  // To the last byte: large messages, then small ones.
  for (const bytes of [50_000, 2_000, 100]) {
    const put = () => stream.publish('rampart.snapshot.other.filler', new Uint8Array(bytes));
    while (
      await put().then(
        () => true,
        () => false,
      )
    );
  }
  const { code, stdout } = await run;
  expect(code).toBe(5);
  expect(stdout).toMatch(/agent (?:one|two): NATS does not store what it measures: insufficient/);
  const then = target.received();
  await sleep(500);
  expect(target.received()).toBe(then);
});

it('snapshots that are more than NATS takes at once go in pieces, and are counted whole; a plan that nearly fits is told', async () => {
  const most = 8 * 1024;
  const server = await serverWith('jetstream {}', `max_payload: ${most}`);
  for (const name of ['one', 'two']) closers.push(await agentHere(server.url, name));
  const witness = await connect({ servers: server.url });
  closers.push(() => witness.close());
  const told: { bytes: number; type: string }[] = [];
  witness.subscribe('rampart.snapshot.>', {
    callback: (_, { data }) => void told.push({ bytes: data.length, type: JSON.parse(textOf(data)).type }),
  });
  const folder = temporaryFolder();
  const scenario = (requests: number, filling = 0): string => {
    const path = join(folder, `${requests}-${filling}.json`);
    const named = Array.from({ length: requests }, (_, n) => ({ name: `request ${n}`, path: `/${n}` }));
    const body = { body: 'x'.repeat(filling) };
    writeFileSync(path, JSON.stringify({ url: target.url, requests: filling > 0 ? [{ path: '/', ...body }] : named }));
    return path;
  };
  const load = [
    '--rate',
    '300/s',
    '-d',
    '2s',
    '--nats',
    server.url,
    '--agents',
    '2',
    '--no-discover',
    '--no-preflight',
  ];
  const run = (path: string, out = join(temporaryFolder(), 'out')) =>
    rampartIn({}, ['run', path, ...load, '-q', '--json', '-o', out]);
  const before = target.received();
  const out = join(folder, 'out');
  const { stdout, stderr } = await run(scenario(30), out);
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as RunResult;
  expect(countsOf(result, out, target.received() - before)).toEqual([600, 600, 600]);
  expect(Object.keys(result.series)).toHaveLength(30);
  expect(told.filter(({ type }) => type === 'piece').length).toBeGreaterThan(4);
  expect(Math.max(...told.map(({ bytes }) => bytes))).toBeLessThan(most);
  // Whatever the plan's size: it is sent, or it is told that it is too large.
  const fits: (number | null)[] = [];
  for (const bytes of [most - 3_000, most - 2_000, most - 1_000]) {
    const { code, stderr: said } = await run(scenario(1, bytes));
    fits.push(code);
    if (code === 2) expect(said).toMatch(/the plan is \d+ bytes, and NATS takes 8192 at once/);
  }
  expect(fits.filter((code) => ![0, 2, 5].includes(code ?? -1))).toEqual([]);
});

it('machines whose clocks are two seconds ahead and behind begin at one instant, and each request is sent once', async () => {
  const server = await serverWith('jetstream {}');
  // Clocks of their own, as on other machines: a time namespace of Linux.
  const root = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const offsets = { ahead: 2, behind: -2 };
  for (const [name, seconds] of Object.entries(offsets)) {
    const within = ['unshare', ...root, '--time', '--monotonic', String(seconds)];
    const agent = start(['agent', '--nats', server.url, '--name', name], { within });
    closers.push(async () => {
      agent.kill('SIGKILL');
      await agent.finished;
    });
    await agent.shown('waits for work');
  }
  const out = join(temporaryFolder(), 'out');
  const before = target.received();
  const { code, stdout } = await rampartIn({}, [...flags(server.url, '2s', out), '--json']);
  expect(countsOf(JSON.parse(stdout), out, target.received() - before)).toEqual([120, 120, 120]);
  expect([0, 5]).toContain(code);
  const lines = readFileSync(join(out, 'journal.ndjson'), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as RunEvent);
  const told = events.find((event) => event.type === 'agents');
  if (told?.type !== 'agents') throw new Error('no agents were told');
  for (const [name, seconds] of Object.entries(offsets)) {
    const { clockOffset = 0, roundTrip = 0 } = told.agents.find((each) => each.name === name) ?? {};
    // The controller's clock less the agent's, known to half a round trip.
    expect(Math.abs(clockOffset + seconds * 1e6)).toBeLessThanOrEqual(roundTrip / 2 + 100);
  }
});

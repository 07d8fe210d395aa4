import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/event.ts';
import { agentHere } from './agents-here.ts';
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
  const { totals } = JSON.parse(stdout);
  expect([totals.sent, totals.ok + (totals.leftOut ?? 0), target.received() - before]).toEqual([120, 120, 120]);
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

import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STOPPED } from '../src/core/event.ts';
import { planFixture } from '../src/core/plan.fixture.ts';
import type { Plan } from '../src/core/plan.ts';
import type { Clock } from '../src/core/ports.ts';
import type { RunResult } from '../src/core/result.ts';
import { count, type Micros, millis, perSecond, seconds } from '../src/core/units.ts';
import { SystemClock } from '../src/load/clock.ts';
import { agentCommandHere, agentHere, countsOf, fleetHere, skippedIn, snapshotsIn } from './agents-here.ts';
import { start, temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** What lies between agents and their controller goes wrong: links that are cut, messages that come twice, clocks that differ. */

let nats: Nats;
let target: TestTarget;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await natsServer();
  target = await fixedTarget(5);
});
afterAll(async () => {
  await target.close();
  await nats.kill();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function agentAt(url: string, name: string) {
  const agent = await agentCommandHere(url, name);
  closers.push(() => agent.end());
  return agent;
}

/** A link to NATS that can be cut in silence, as a network is: nobody is told, and nothing is lost that TCP sends again. */
async function link(port = nats.port): Promise<{ url: string; cut: () => void; mend: () => void }> {
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((near) => {
    const far = connectTcp(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => to.destroy());
      from.pipe(to);
      if (cut) from.pause();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `nats://127.0.0.1:${address.port}`,
    cut: () => {
      cut = true;
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      cut = false;
      for (const socket of sockets) socket.resume();
    },
  };
}

const flags = (rate: string, duration: string, out = join(temporaryFolder(), 'out')): string[] => [
  ...['run', target.url, '--rate', rate, '-d', duration, '--nats', nats.url, '--agents', '2'],
  ...['--no-discover', '--no-preflight', '--json', '-q', '-o', out],
];

const resultOf = ({ stdout }: { stdout: string }): RunResult => JSON.parse(stdout) as RunResult;
const codesOf = (result: RunResult): string[] => result.verdict.doubts.map(({ code }) => code);

describe('a link of an agent that is cut in silence', () => {
  it('and mended before the agent is given up costs nothing: all is counted, and once', async () => {
    const { url, cut, mend } = await link();
    await agentAt(nats.url, 'one');
    await agentAt(url, 'two');
    const before = target.received();
    const out = join(temporaryFolder(), 'out');
    const run = rampartIn({}, flags('60/s', '5s', out));
    while (target.received() - before < 60) await sleep(50);
    cut();
    await sleep(2_000);
    mend();
    const result = resultOf(await run);
    expect(result.run.ending).toBe('completed');
    expect(countsOf(result, out, target.received() - before)).toEqual([300, 300, 300]);
    expect(codesOf(result)).not.toContain('agent-lost');
  });

  it('for long loses the agent: the intervals that lack it say so, and what it sends late counts nowhere', async () => {
    const { url, cut, mend } = await link();
    await agentAt(nats.url, 'one');
    const two = await agentAt(url, 'two');
    const before = target.received();
    const out = join(temporaryFolder(), 'out');
    const run = rampartIn({}, [...flags('60/s', '11s', out), '--tolerate-loss']);
    while (target.received() - before < 90) await sleep(50);
    cut();
    await sleep(7_000);
    mend();
    const result = resultOf(await run);
    expect(two.said()).toContain('counted as lost by the controller');
    expect(result.run.ending).toBe('completed');
    expect(result.run.agents?.each.map(({ name, lost }) => [name, lost])).toEqual([
      ['one', false],
      ['two', true],
    ]);
    const snapshots = snapshotsIn(out);
    const lacking = snapshots.filter(({ missing }) => missing?.includes('agent two'));
    expect(lacking.length).toBeGreaterThan(3);
    // Before the cut nothing is missing, and from then on everything is.
    const from = Math.min(...lacking.map(({ startAt }) => startAt));
    expect(snapshots.filter(({ startAt, missing }) => startAt > from && missing === undefined)).toEqual([]);
    // One half of the load to the end, the other to the cut: nobody took it over.
    expect(result.totals.sent + skippedIn(out)).toBeGreaterThanOrEqual(11 * 30);
    expect(result.totals.sent).toBeLessThan(target.received() - before);
    expect(codesOf(result)).toContain('agent-lost');
  });
});

it('a controller that takes nothing for a while, so that NATS cuts it off as a slow consumer, misses nothing', async () => {
  const slow = await natsServer(['jetstream {}', 'max_payload: 65536', 'max_pending: 131072', 'write_deadline: "1s"']);
  closers.push(() => slow.kill());
  const { url, cut, mend } = await link(slow.port);
  for (const name of ['one', 'two']) closers.push(await agentHere(slow.url, name));
  const before = target.received();
  const out = join(temporaryFolder(), 'out');
  const run = start([...flags('60/s', '5s', out), '--nats', url]);
  while (target.received() - before < 60) await sleep(50);
  const loud = await connect({ servers: slow.url });
  closers.push(() => loud.close());
  let words = '';
  loud.subscribe('rampart.run.*.word', {
    callback: (_, { subject }) => {
      words = subject;
    },
  });
  while (words === '') await sleep(50);
  cut();
  // More than all buffers between the server and the controller hold.
  const junk = new Uint8Array(60_000);
  for (let n = 0; n < 700 && !slow.said().includes('Slow Consumer'); n++) {
    loud.publish(words, junk);
    await loud.flush();
  }
  mend();
  const result = resultOf(await run.finished);
  expect(slow.said()).toContain('Slow Consumer');
  expect(result.run.ending).toBe('completed');
  expect(countsOf(result, out, target.received() - before)).toEqual([300, 300, 300]);
});

it('counts what comes twice once', async () => {
  await agentAt(nats.url, 'one');
  await agentAt(nats.url, 'two');
  const echo = await connect({ servers: nats.url });
  closers.push(() => echo.close());
  const seen = new Map<string, number>();
  echo.subscribe('rampart.snapshot.>', {
    callback: (_, message) => {
      const text = message.string();
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      // Without the id by which the stream would know it.
      if (times === 1) echo.publish(message.subject, message.data);
    },
  });
  const before = target.received();
  const out = join(temporaryFolder(), 'out');
  const result = resultOf(await rampartIn({}, flags('60/s', '3s', out)));
  expect([...seen.values()].filter((times) => times === 2).length).toBeGreaterThan(4);
  expect(countsOf(result, out, target.received() - before)).toEqual([180, 180, 180]);
  expect(result.latency.response.count).toBe(result.totals.ok);
});

/** 100 requests a second. */
const planOf = (duration: Micros): Plan =>
  planFixture({
    target: { url: target.url, protocol: 'http:', host: '127.0.0.1', port: target.port },
    load: {
      ...{ model: 'open', arrivals: 'uniform', maxInFlight: count(100) },
      rate: [{ duration, from: perSecond(100), to: perSecond(100) }],
    },
    interval: millis(200),
  });

it('who stops a load by hand has all agents end at one instant, which is told', async () => {
  for (const name of ['one', 'two']) closers.push(await agentHere(nats.url, name));
  const fleet = await fleetHere(nats.url, 'stopped', 2);
  closers.push(() => fleet.close());
  const stop = new AbortController();
  const before = target.received();
  let sent = 0;
  // What was due while the machine stood still is passed over.
  let due = 0;
  let reached = 0;
  for await (const { load, endAt } of fleet.sourceFor(null)(planOf(seconds(60)), { index: 0, count: 1 }, stop.signal)) {
    sent += load.sent;
    due += load.sent + (load.skipped ?? 0);
    if (!stop.signal.aborted) reached = endAt;
    if (endAt >= seconds(1)) stop.abort(STOPPED);
  }
  const told = fleet.takeNews().find(({ type }) => type === 'stopping');
  if (told?.type !== 'stopping') throw new Error('no instant was told');
  expect(told.at).toBeGreaterThan(reached + millis(400));
  expect(target.received() - before).toBe(sent);
  // Up to that instant all is sent, and nothing from then on; a busy machine is a little late to hear it.
  const expected = (100 * told.at) / 1e6;
  expect(due).toBeGreaterThan(expected - 2);
  expect(due).toBeLessThan(expected + 200);
});

it.each([2_000, -2_000])('a clock that is %i ms off: its offset is known to half a round trip', async (ms) => {
  const clock = new SystemClock();
  // The controller's, beside that of the agents: the same as if theirs were off the other way.
  const off: Clock = {
    now: () => (clock.now() + ms * 1e3) as Micros,
    after: (delay, callback) => clock.after(delay, callback),
    soon: (callback) => clock.soon(callback),
    cancel: (timer) => clock.cancel(timer),
  };
  for (const name of ['one', 'two']) closers.push(await agentHere(nats.url, name));
  const fleet = await fleetHere(nats.url, `off${ms}`, 2, {}, { clock: off });
  closers.push(() => fleet.close());
  const plan = planOf(seconds(1));
  const before = target.received();
  let sent = 0;
  for await (const { load } of fleet.sourceFor(null)(plan, { index: 0, count: 1 }, new AbortController().signal))
    sent += load.sent;
  expect([sent, target.received() - before]).toEqual([100, 100]);
  const told = fleet.takeNews().find(({ type }) => type === 'agents');
  if (told?.type !== 'agents') throw new Error('no agents were told');
  const halves = told.agents.map(({ clockOffset, roundTrip }) => {
    expect(Math.abs(clockOffset - ms * 1e3)).toBeLessThanOrEqual(roundTrip / 2 + 1);
    return roundTrip / 2;
  });
  // So two instants that are the same to the controller are no further apart than this.
  expect(told.startSkew).toBeGreaterThanOrEqual(Math.floor((halves[0] ?? 0) + (halves[1] ?? 0)) - 1);
});

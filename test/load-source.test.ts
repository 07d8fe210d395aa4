import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Commanded } from '../src/core/command.ts';
import { planFixture } from '../src/core/plan.fixture.ts';
import type { LoadProfile, Plan } from '../src/core/plan.ts';
import type { LoadSource } from '../src/core/ports.ts';
import { partOf } from '../src/core/segment.ts';
import type { IntervalSnapshot } from '../src/core/snapshot.ts';
import { count, millis, perSecond, seconds } from '../src/core/units.ts';
import { SystemClock } from '../src/load/clock.ts';
import { localSource } from '../src/run/local.ts';
import { merge } from '../src/run/merge.ts';
import { ThreadPool } from '../src/run/threads.ts';
import { agentHere, fleetHere } from './agents-here.ts';
import { natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { worldWith } from './world.ts';

/** What every source of load keeps to, wherever it makes it. */

const clock = new SystemClock();
const WHOLE = { index: 0, count: 1 };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function threads(n: number): LoadSource {
  const pool = new ThreadPool(worldWith().workerEntry, clock, n);
  closers.push(() => pool.close());
  return pool.source;
}

/** Two agents in this process, of a thread each, over a nats-server. */
function agents(): LoadSource {
  const opened = (async () => {
    const server = await natsServer();
    closers.push(() => server.kill());
    for (const name of ['one', 'two']) closers.unshift(await agentHere(server.url, name));
    const fleet = await fleetHere(server.url, 'session', 2);
    closers.unshift(() => fleet.close());
    return fleet.sourceFor(null);
  })();
  return async function* (...asked) {
    yield* (await opened)(...asked);
  };
}

async function targetThatTakes(ms: number): Promise<TestTarget> {
  const target = await fixedTarget(ms);
  closers.push(() => target.close());
  return target;
}

function planTo({ url, port }: TestTarget, load: LoadProfile, changes: Partial<Plan> = {}): Plan {
  return planFixture({
    target: { url, protocol: 'http:', host: '127.0.0.1', port },
    load,
    interval: millis(200),
    timeout: seconds(5),
    ...changes,
  });
}

const users = (vus: number, duration: number): LoadProfile => ({
  model: 'closed',
  vus: [{ duration: millis(duration), from: count(vus), to: count(vus) }],
  thinkTime: { kind: 'constant', value: millis(5) },
});

const arrivals = (rate: number, duration: number): LoadProfile => ({
  model: 'open',
  arrivals: 'uniform',
  rate: [{ duration: millis(duration), from: perSecond(rate), to: perSecond(rate) }],
  maxInFlight: count(1_000),
});

async function all(snapshots: AsyncIterable<IntervalSnapshot>): Promise<IntervalSnapshot[]> {
  const kept: IntervalSnapshot[] = [];
  for await (const snapshot of snapshots) kept.push(snapshot);
  return kept;
}

function totalsOf(snapshots: readonly IntervalSnapshot[]) {
  const totals = { due: 0, skipped: 0, sent: 0, ok: 0, failed: 0, aborted: 0, leftOut: 0, times: 0 };
  for (const { load, series } of snapshots) {
    totals.due += load.due;
    totals.skipped += load.skipped ?? 0;
    totals.sent += load.sent;
    for (const one of Object.values(series)) {
      totals.ok += one.ok;
      totals.failed += one.failed;
      totals.aborted += one.byOutcome.aborted ?? 0;
      totals.leftOut += one.leftOut ?? 0;
      totals.times += one.times.response?.count ?? 0;
    }
  }
  return totals;
}

describe.each<[string, () => LoadSource, number]>([
  ['in this event loop', () => localSource(clock), 1],
  ['a thread', () => threads(1), 1],
  ['three threads', () => threads(3), 3],
  ['two agents', agents, 2],
])('a source: %s', (_, make, workers) => {
  const never = new AbortController().signal;

  it('sends what is due, gives each request an outcome, and ends after the drain', async () => {
    const target = await targetThatTakes(20);
    const snapshots = await all(make()(planTo(target, arrivals(100, 1_000)), WHOLE, never));
    // What was due while the machine stood still is passed over, and said.
    const { leftOut, skipped } = totalsOf(snapshots);
    const sent = 100 - skipped;
    expect(totalsOf(snapshots)).toEqual({
      ...{ due: sent, skipped, sent, failed: 0, aborted: 0 },
      ok: sent - leftOut,
      leftOut,
      times: sent - leftOut,
    });
    expect(target.received()).toBe(sent);
    expect(snapshots.at(-1)?.phase).toBe('drain');
    expect(snapshots.map(({ startAt }) => startAt)).toEqual(
      snapshots.map(({ startAt }) => startAt).sort((a, b) => a - b),
    );
    // In the drain only those are there that still wait.
    const named = snapshots.flatMap(({ generator, phase }) =>
      phase === 'measure' ? (generator?.threads?.length ?? []) : [],
    );
    expect(new Set(named)).toEqual(new Set([workers]));
  });

  it('takes its part of a load, so that the parts are the whole, each request once', async () => {
    const target = await targetThatTakes(1);
    // They end with the last request, long before their time is over.
    const plan = planTo(target, users(8, 30_000), { maxRequests: count(101) });
    const source = make();
    const parts: IntervalSnapshot[][] = [];
    for (const index of [0, 1]) parts.push(await all(source(plan, partOf(WHOLE, index, 2), never)));
    expect(parts.map((part) => totalsOf(part).sent).sort()).toEqual([50, 51]);
    const { leftOut } = totalsOf(parts.reduce(merge));
    expect(totalsOf(parts.reduce(merge))).toMatchObject({ due: 101, sent: 101, ok: 101 - leftOut });
    expect(target.received()).toBe(101);
  });

  it('ends early when it is told to, and what is under way still ends', async () => {
    const target = await targetThatTakes(50);
    const stop = new AbortController();
    const plan = planTo(target, users(6, 60_000));
    const snapshots: IntervalSnapshot[] = [];
    for await (const snapshot of make()(plan, WHOLE, stop.signal)) {
      snapshots.push(snapshot);
      if (snapshots.length === 2) stop.abort();
    }
    const { sent, ok, failed, aborted, leftOut } = totalsOf(snapshots);
    // Those that were under way while a busy machine held this process up are told apart.
    expect({ failed, aborted, ok }).toEqual({ failed: 0, aborted: 0, ok: sent - leftOut });
    expect(target.received()).toBe(sent);
  });

  it('sends nothing when it is told so before', async () => {
    const target = await targetThatTakes(1);
    const snapshots = await all(make()(planTo(target, users(2, 1_000)), WHOLE, AbortSignal.abort()));
    expect([snapshots.flatMap(({ load }) => load.sent), target.received()]).toEqual([[], 0]);
  });

  it('carries a change out while it is under way', async () => {
    const target = await targetThatTakes(10);
    let commanded: Commanded | null = null;
    const commands = {
      attach: (own: Commanded) => {
        commanded = own;
        return () => {
          commanded = null;
        };
      },
    };
    const plan = planTo(target, users(3, 2_000));
    let changed = false;
    const seen: number[] = [];
    for await (const { load, phase } of make()(plan, WHOLE, never, commands)) {
      if (phase === 'measure') seen.push(load.vus);
      const edit = { model: 'closed', vus: count(9), spawnRate: null } as const;
      if (!changed) changed = (commanded as Commanded | null)?.carryOut({ type: 'edit', edit }).ok === true;
    }
    expect(changed).toBe(true);
    expect([seen[0], Math.max(...seen)]).toEqual([3, 9]);
    expect(commanded).toBeNull();
  });

  it('makes no more load for who reads no further', async () => {
    const target = await targetThatTakes(5);
    for await (const _snapshot of make()(planTo(target, users(4, 60_000)), WHOLE, never)) break;
    // Four users send every ten milliseconds or so: it has ended when none has for half a second, and else goes on for a minute.
    for (let then = -1; then !== target.received(); await sleep(500)) then = target.received();
    expect(target.received()).toBeGreaterThan(0);
  });
});

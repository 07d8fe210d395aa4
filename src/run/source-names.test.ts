import { expect, it } from 'vitest';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { merge } from './merge.ts';
import { snapshotOf } from './snapshot.fixture.ts';
import { named, namedAgent, threadName } from './source-names.ts';

const threadsOf = (snapshots: readonly IntervalSnapshot[]) => snapshots[0]?.generator?.threads;

it('gives each thread its own account, in their order', () => {
  const of = (thread: number, values: number[], cpu: number) =>
    named(snapshotOf(0, 'measure', values, cpu), threadName(thread));
  const merged = merge([of(1, [5, 7], 0.5)], [of(0, [], 0.125)]);
  expect(threadsOf(merged)).toEqual([
    { name: 'thread 1', vus: 3, inFlight: 2, sent: 0, cpu: 0.125, lagP99: null, loopDelayP99: 12.5, heap: null },
    { name: 'thread 2', vus: 3, inFlight: 2, sent: 2, cpu: 0.5, lagP99: 7, loopDelayP99: 50, heap: null },
  ]);
  expect(merged[0]?.generator?.cpu).toBe(0.625);
});

it('keeps all threads of sources that were merged themselves', () => {
  const machine = (agent: number) =>
    [0, 1, 9]
      .map((thread) => [named(snapshotOf(0, 'measure', [10 * agent + thread]), threadName(thread))])
      .reduce(merge)
      .map((snapshot) => named(snapshot, `agent ${agent}`));
  expect(threadsOf(merge(machine(10), machine(2)))?.map(({ name }) => name)).toEqual([
    ...['agent 2, thread 1', 'agent 2, thread 2', 'agent 2, thread 10'],
    ...['agent 10, thread 1', 'agent 10, thread 2', 'agent 10, thread 10'],
  ]);
});

it('says of each thread of an agent whose it is, and how the agent was', () => {
  const snapshot = named(snapshotOf(0, 'measure', [5]), threadName(0));
  const [thread] = threadsOf([namedAgent(snapshot, 'eu-1')]) ?? [];
  const { cpuWait, utilization } = snapshot.generator ?? {};
  expect(thread).toMatchObject({ name: 'agent eu-1, thread 1', agent: { name: 'eu-1', cpuWait, utilization } });
});

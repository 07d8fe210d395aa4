import { expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';
import { VirtualClock } from '../../load/virtual-clock.ts';
import { Burst, Lookout } from './burst.ts';
import type { Connection } from './connection.ts';

/** A burst only hands connections on: which they are is all that matters of them. */
function burstOf(): { clock: VirtualClock; burst: Burst; left: Connection[]; connections: Connection[] } {
  const clock = new VirtualClock();
  const left: Connection[] = [];
  const connections = Array.from({ length: 200 }, () => ({}) as Connection);
  return { clock, left, connections, burst: new Burst(clock, (connection) => left.push(connection)) };
}

it('lets all leave in their order once the loop has read what there was', () => {
  const { clock, burst, left, connections } = burstOf();
  for (const connection of connections.slice(0, 10)) burst.add(connection);
  expect(left).toEqual([]);
  clock.runUntil(100 as Micros);
  expect(left).toEqual(connections.slice(0, 10));
  burst.add(connections[10] as Connection);
  clock.runUntil(200 as Micros);
  expect(left).toEqual(connections.slice(0, 11));
});

it('makes nobody wait for more than 63 others', () => {
  const { clock, burst, left, connections } = burstOf();
  for (const connection of connections) burst.add(connection);
  expect(left).toEqual(connections.slice(0, 192));
  clock.runUntil(100 as Micros);
  expect(left).toEqual(connections);
});

it('takes what is added while it leaves into the next one', () => {
  const clock = new VirtualClock();
  const left: number[] = [];
  const exchanges: Exchange[] = [createExchange(0), createExchange(1)];
  const [first, second] = exchanges.map((exchange) => ({ exchange }) as Connection) as [Connection, Connection];
  const burst = new Burst(clock, ({ exchange }) => {
    left.push(exchange?.user ?? -1);
    if (exchange?.user === 0) burst.add(second);
  });
  burst.add(first);
  clock.runUntil(1_000 as Micros);
  expect(left).toEqual([0, 1]);
});

it('lets each leave only once the loop has looked for input since, also one that is added while others wait', () => {
  const due: (() => void)[] = [];
  const clock = Object.assign(Object.create(new VirtualClock()) as VirtualClock, {
    soon: (callback: () => void) => void due.push(callback),
  });
  const turn = (): void => {
    for (const callback of due.splice(0)) callback();
  };
  const [first, second] = [{}, {}] as [Connection, Connection];
  const left: Connection[] = [];
  const lookout = new Lookout(clock, (connection) => left.push(connection));
  lookout.add(first);
  turn();
  lookout.add(second);
  expect(left).toEqual([]);
  turn();
  expect([left.length, left[0] === first]).toEqual([1, true]);
  turn();
  expect([left.length, left[1] === second]).toEqual([2, true]);
  expect(due).toEqual([]);
});

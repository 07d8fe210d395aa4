import { expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';
import { VirtualClock } from '../../load/virtual-clock.ts';
import { Burst } from './burst.ts';
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

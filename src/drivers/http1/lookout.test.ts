import { expect, it } from 'vitest';
import { VirtualClock } from '../../load/virtual-clock.ts';
import type { Connection } from './connection.ts';
import { Lookout } from './lookout.ts';

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

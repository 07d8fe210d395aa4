import { expect, test } from 'vitest';
import { Alarms } from './alarms.ts';
import { seededRandom } from './random.ts';
import { TURN, VirtualTime } from './virtual-time.fixture.ts';

test('alarms ring in the order of their instants, never early, and late by a turn of the loop at most', () => {
  // A timer of the system is late by up to a millisecond.
  const time = new VirtualTime(0.9);
  const alarms = new Alarms(time);
  const random = seededRandom(5);
  const instants = Array.from({ length: 500 }, () => 5 + random() * 200);
  const rung: { at: number; late: number }[] = [];
  for (const at of instants) alarms.at(at, () => rung.push({ at, late: time.now() - at }));
  expect(alarms.pending).toBe(500);
  time.runUntil(300);
  expect(rung.map(({ at }) => at)).toEqual([...instants].sort((a, b) => a - b));
  for (const { late } of rung) {
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(TURN);
  }
  expect(alarms.pending).toBe(0);
});

test('one that is set under way rings among those that were set before it', () => {
  const time = new VirtualTime(0.9);
  const alarms = new Alarms(time);
  const rung: number[] = [];
  const set = (at: number) => alarms.at(at, () => rung.push(at));
  set(50);
  set(40);
  time.runUntil(10);
  // Earlier than what it sleeps for; within the last stretch before another; and later than all.
  set(20);
  time.runUntil(39);
  set(39.5);
  set(60);
  time.runUntil(100);
  expect(rung).toEqual([20, 39.5, 40, 50, 60]);
});

test('what is due already rings at once, and an earlier alarm does not wait for a later one', () => {
  const time = new VirtualTime();
  const alarms = new Alarms(time);
  const rung: string[] = [];
  time.runUntil(10);
  alarms.at(410, () => rung.push('later'));
  alarms.at(9, () => rung.push('past'));
  expect(rung).toEqual(['past']);
  alarms.at(30, () => rung.push('earlier'));
  time.runUntil(31);
  expect(rung).toEqual(['past', 'earlier']);
  time.runUntil(411);
  expect(rung).toEqual(['past', 'earlier', 'later']);
});

test('one that is due already rings after those that were due before it, and before those that are due after it', () => {
  const time = new VirtualTime();
  const alarms = new Alarms(time);
  const rung: string[] = [];
  alarms.at(2, () => rung.push('first'));
  alarms.at(4, () => rung.push('third'));
  time.spend(5);
  alarms.at(3, () => rung.push('second'));
  expect(rung).toEqual(['first', 'second']);
  time.runUntil(10);
  expect(rung).toEqual(['first', 'second', 'third']);
});

test('each of which sets the next, and all are due already since the process stood still, ring however many they are', () => {
  const time = new VirtualTime();
  const alarms = new Alarms(time);
  const rung: number[] = [];
  const next = (at: number): void => alarms.at(at, () => void (rung.push(at) < 50_000 && next(at + 1)));
  alarms.at(20_000.5, () => rung.push(-1));
  time.spend(60_000);
  next(0);
  expect(rung).toHaveLength(50_000);
  // In its place among them.
  expect(rung.indexOf(-1)).toBe(20_001);
});

test('those of one instant ring as they were set', () => {
  const time = new VirtualTime();
  const alarms = new Alarms(time);
  const rung: number[] = [];
  for (let n = 0; n < 50; n++) alarms.at(10, () => rung.push(n));
  time.runUntil(11);
  expect(rung).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

test('an alarm beyond what a timer of the system can wait for rings at its instant', () => {
  const time = new VirtualTime();
  const alarms = new Alarms(time);
  const rung: number[] = [];
  const at = 2 ** 32;
  alarms.at(at, () => rung.push(time.now()));
  time.runUntil(at - 1);
  expect(rung).toEqual([]);
  time.runUntil(at + 1);
  expect(rung[0]).toBeGreaterThanOrEqual(at);
  expect(rung[0]).toBeLessThanOrEqual(at + 2 * TURN);
});

test('without a clock of its own it is the machine’s, and still never early', async () => {
  const at = performance.now() + 20;
  await new Alarms().until(at);
  expect(performance.now()).toBeGreaterThanOrEqual(at);
});

import { expect, test } from 'vitest';
import { Alarms } from './alarms.ts';
import { seededRandom } from './random.ts';

test('alarms ring in the order of their instants, never early and hardly late', async () => {
  const alarms = new Alarms();
  const random = seededRandom(5);
  // Later than all are set, on a machine that stands still for a moment too.
  const from = performance.now() + 500;
  const instants = Array.from({ length: 500 }, () => from + random() * 200);
  const rung: { at: number; late: number }[] = [];
  await Promise.all(
    instants.map(async (at) => {
      await alarms.until(at);
      rung.push({ at, late: performance.now() - at });
    }),
  );
  expect(rung.map(({ at }) => at)).toEqual([...instants].sort((a, b) => a - b));
  const late = rung.map((one) => one.late).sort((a, b) => a - b);
  expect(late[0]).toBeGreaterThanOrEqual(0);
  // A few microseconds on a quiet machine.
  expect(late[250]).toBeLessThan(50);
  expect(alarms.pending).toBe(0);
});

test('what is due already rings at once, and an earlier alarm does not wait for a later one', async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  alarms.at(performance.now() + 400, () => rung.push('later'));
  alarms.at(performance.now() - 1, () => rung.push('past'));
  expect(rung).toEqual(['past']);
  await alarms.until(performance.now() + 20);
  expect(rung).toEqual(['past']);
  await alarms.until(performance.now() + 400);
  expect(rung).toEqual(['past', 'later']);
});

test('one that is due already rings after those that were due before it', async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const soon = performance.now() + 2;
  alarms.at(soon, () => rung.push('first'));
  while (performance.now() < soon + 3);
  alarms.at(soon + 1, () => rung.push('second'));
  expect(rung).toEqual(['first', 'second']);
});

test('those of one instant ring as they were set', async () => {
  const alarms = new Alarms();
  const at = performance.now() + 10;
  const rung: number[] = [];
  for (let n = 0; n < 50; n++) alarms.at(at, () => rung.push(n));
  await alarms.until(at + 1);
  expect(rung).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

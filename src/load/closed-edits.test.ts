import { describe, expect, it } from 'vitest';
import { micros, millis } from '../core/units.ts';
import { beginClosed as begin, START } from './begun.fixture.ts';
import { closed } from './stages.fixture.ts';

/** Virtual users whose number somebody changes under way. */

describe('an edited closed load', () => {
  const flat = (seconds: number, users: number) => closed([[seconds, users, users]]).vus;

  it('starts and ends users at the instant of an edit, and lets those that go finish their request', () => {
    const { driver, load, run, finishedAt } = begin(closed([[3, 2, 2]]), { serviceTime: () => 300_000 });
    run(0.9);
    load.edit(micros(1e6), flat(2, 5));
    run(0.999);
    expect(load.vus).toBe(2);
    run(1);
    expect([load.vus, driver.inFlight]).toEqual([5, 5]);
    expect(driver.sent.slice(-3).map(({ user, dueAt }) => [user, dueAt - START])).toEqual([
      [2, 1e6],
      [3, 1e6],
      [4, 1e6],
    ]);
    run(1.9);
    load.edit(micros(2e6), flat(1, 1));
    run(2);
    expect([load.vus, driver.inFlight, driver.retired]).toEqual([1, 5, []]);
    run(2.3);
    expect([load.vus, driver.inFlight]).toEqual([1, 1]);
    expect([...driver.retired].sort()).toEqual([1, 2, 3, 4]);
    run(9);
    expect(finishedAt()).toBe(3e6);
    expect(load.sent).toBe(driver.sent.length);
  });

  it('puts right what it did by the old curve where it hears of an edit late', () => {
    const { driver, load, run } = begin(closed([[10, 0, 10]]), { serviceTime: () => 100_000 });
    run(5);
    expect(load.vus).toBe(6);
    load.edit(micros(2e6), flat(8, 3));
    run(5.001);
    expect(load.vus).toBe(3);
    run(5.2);
    expect(driver.inFlight).toBe(3);
    load.edit(micros(4e6), flat(6, 4));
    run(5.3);
    expect([load.vus, driver.inFlight]).toEqual([4, 4]);
    run(20);
    expect([load.finished, load.vus, driver.inFlight]).toEqual([true, 0, 0]);
    expect(load.sent).toBe(driver.sent.length);
  });

  it('can be edited before it begins, to no users, and back', () => {
    const { driver, load, run, finishedAt } = begin(closed([[3, 4, 4]]));
    load.edit(micros(0), flat(3, 1));
    run(0.5);
    expect(load.vus).toBe(1);
    load.edit(micros(1e6), flat(2, 0));
    run(1.5);
    expect([load.vus, driver.inFlight, load.finished]).toEqual([0, 0, false]);
    load.edit(micros(2e6), flat(1, 2));
    run(2.5);
    expect([load.vus, driver.inFlight]).toEqual([2, 2]);
    run(5);
    expect(finishedAt()).toBe(3e6);
    load.edit(micros(4e6), flat(1, 9));
    run(9);
    expect(load.vus).toBe(0);
  });

  it('wakes a thinking user only once, whatever the edits meanwhile', () => {
    const think = { kind: 'constant', value: millis(400) } as const;
    const { driver, load, run } = begin(closed([[4, 1, 1]], think), { serviceTime: () => 100_000 });
    run(0.2);
    load.edit(micros(250_000), flat(3.75, 0));
    run(0.3);
    load.edit(micros(350_000), flat(3.65, 1));
    run(0.9);
    expect(driver.sent.map(({ dueAt }) => dueAt - START)).toEqual([0, 350_000, 850_000]);
    expect(driver.mostInFlight).toBe(1);
  });

  it('numbers the requests of segments that have users only since an edit apart from all others', () => {
    const numbers = [0, 1, 2].flatMap((index) => {
      const { driver, load, run } = begin(closed([[1, 1, 1]]), { index, count: 3, serviceTime: () => 10_000 });
      const seen: number[] = [];
      const { onDone } = driver;
      driver.onDone = (exchange) => {
        seen.push(exchange.index);
        onDone(exchange);
      };
      run(0.4);
      load.edit(micros(500_000), flat(0.5, 6));
      run(2);
      expect(seen.length).toBeGreaterThan(50);
      return seen;
    });
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

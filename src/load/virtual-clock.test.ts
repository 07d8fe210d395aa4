import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  it('runs timers in the order of their instants, those of one instant in the order set', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        const timers = delays.map(([delay], i) =>
          clock.after(micros(delay), () => {
            expect(clock.now()).toBe(delay);
            ran.push(i);
          }),
        );
        for (const [i, [, cancelled]] of delays.entries()) if (cancelled) clock.cancel(timers[i]);
        clock.runUntil(micros(100));
        const expected = delays
          .map(([delay, cancelled], i) => ({ delay, cancelled, i }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.delay - b.delay || a.i - b.i)
          .map(({ i }) => i);
        expect(ran).toEqual(expected);
        expect(clock.now()).toBe(100);
      }),
    );
  });

  it('stops at the instant asked for and goes on from there', () => {
    const clock = new VirtualClock(micros(1_000));
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.after(micros(10), again);
    };
    clock.after(micros(10), again);
    clock.runUntil(micros(1_020));
    expect(ran).toEqual([1_010, 1_020]);
    clock.runUntil(micros(1_035));
    expect(ran).toEqual([1_010, 1_020, 1_030]);
    expect(clock.now()).toBe(1_035);
  });

  it('takes a turn for soon, and is late after time was spent', () => {
    const clock = new VirtualClock(micros(0), micros(7));
    const ran: number[] = [];
    clock.soon(() => {
      ran.push(clock.now());
      clock.spend(micros(100));
    });
    clock.after(micros(20), () => ran.push(clock.now()));
    clock.runUntil(micros(50));
    expect(ran).toEqual([7, 107]);
  });
});

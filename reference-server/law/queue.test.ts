import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { ServiceQueue } from './queue.ts';
import { parseServiceLaw } from './service-law.ts';

const plain = (start: number, work: number) => start + work;

/** Gaps between arrivals and services, in whole ms, so that nothing is lost to rounding. */
const requests = fc.array(fc.record({ gap: fc.nat(20), service: fc.nat(50) }), { maxLength: 200 });

/** The same queue, simulated millisecond by millisecond. */
function simulate(
  slots: number,
  capacity: number,
  arrivals: { at: number; service: number }[],
): (number | undefined)[] {
  const leaves: (number | undefined)[] = arrivals.map(() => undefined);
  const busy: number[] = [];
  const line: number[] = [];
  let next = 0;
  for (let now = 0; next < arrivals.length || line.length > 0; now++) {
    for (let slot = busy.length - 1; slot >= 0; slot--) if (busy[slot]! <= now) busy.splice(slot, 1);
    const serve = (index: number) => {
      leaves[index] = now + arrivals[index]!.service;
      if (arrivals[index]!.service > 0) busy.push(leaves[index]!);
    };
    while (line.length > 0 && busy.length < slots) serve(line.shift()!);
    for (; next < arrivals.length && arrivals[next]!.at === now; next++) {
      if (line.length === 0 && busy.length < slots) serve(next);
      else if (line.length < capacity) line.push(next);
    }
  }
  return leaves;
}

describe('a queue', () => {
  test('lets everyone leave when a simulation of it does', () => {
    fc.assert(
      fc.property(
        requests,
        fc.integer({ min: 1, max: 5 }),
        fc.oneof(fc.constant(1e9), fc.nat(5)),
        (list, slots, capacity) => {
          let at = 0;
          const arrivals = list.map(({ gap, service }) => {
            at += gap;
            return { at, service };
          });
          const queue = new ServiceQueue(slots, capacity);
          const left = arrivals.map((one) => queue.admit(one.at, one.service, plain));
          expect(left).toEqual(simulate(slots, capacity, arrivals));
        },
      ),
    );
  });

  test('with one slot is served in turn', () => {
    const queue = new ServiceQueue(1, Number.POSITIVE_INFINITY);
    expect([0, 1, 2, 100].map((at) => queue.admit(at, 10, plain))).toEqual([10, 20, 30, 110]);
  });

  test('with no limit of slots keeps nobody waiting', () => {
    const queue = new ServiceQueue(Number.POSITIVE_INFINITY, 0);
    expect([0, 1, 2].map((at) => queue.admit(at, 10, plain))).toEqual([10, 11, 12]);
    expect(queue.waiting(2)).toBe(0);
  });

  test('knows how many wait, also after thousands', () => {
    const queue = new ServiceQueue(2, Number.POSITIVE_INFINITY);
    for (let n = 0; n < 5000; n++) queue.admit(0, 1, plain);
    expect(queue.waiting(0)).toBe(4998);
    expect(queue.waiting(1000)).toBe(4998 - 2000);
    expect(queue.waiting(2499)).toBe(0);
    expect(queue.admit(2499, 1, plain)).toBe(2501);
  });
});

test('Poisson arrivals and exponential services wait as Erlang’s formula says', () => {
  const queue = new ServiceQueue(4, Number.POSITIVE_INFINITY);
  const random = seededRandom(11);
  const law = parseServiceLaw('exp:5ms');
  let now = 0;
  let sum = 0;
  const count = 400_000;
  for (let n = 0; n < count; n++) {
    now += -2.5 * Math.log(1 - random());
    sum += (queue.admit(now, law.draw(random), plain) as number) - now;
  }
  // 400/s on four slots of 200/s: C(4, 2) = 0.1739, so W = 5 ms + 0.1739 / (800/s - 400/s) = 5.43 ms.
  expect(sum / count / 5.43).toBeCloseTo(1, 1);
});

import { describe, expect, it } from 'vitest';
import { type Micros, seconds } from '../core/units.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { Delivery, Refused } from './delivery.ts';

/** What a receiver gets that answers as said to each message, and what is said of it. */
function receiver(answer: (message: number, tries: number) => Error | null, most?: number) {
  const clock = new VirtualClock();
  const [got, warned]: [number[], string[]] = [[], []];
  let tries = 0;
  const delivery = new Delivery<number>(
    async (message) => {
      const error = answer(message, ++tries);
      if (error !== null) throw error;
      got.push(message);
    },
    { clock, warn: (problem) => warned.push(problem), ...(most === undefined ? {} : { most }) },
  );
  return { delivery, got, warned, clock };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The end of it, however long it waits. */
async function finished(clock: VirtualClock, delivery: Delivery<number>): Promise<string> {
  let end: string | null = null;
  void delivery.finish().then(
    () => {
      end = 'all arrived';
    },
    (error: Error) => {
      end = error.message;
    },
  );
  for (let i = 0; i < 10 && end === null; i++) {
    await settled();
    clock.runUntil((clock.now() + seconds(1)) as Micros);
  }
  return end ?? 'never';
}

describe('the way to a receiver', () => {
  it('keeps the order, and loses nothing of a receiver that is away for a while', async () => {
    const { delivery, got, warned, clock } = receiver((_, tries) =>
      tries > 1 && tries < 5 ? new Error('away') : null,
    );
    for (let message = 1; message <= 6; message++) {
      delivery.offer(message);
      await settled();
    }
    expect(await finished(clock, delivery)).toBe('all arrived');
    expect(got).toEqual([1, 2, 3, 4, 5, 6]);
    expect(warned).toEqual(['away']);
  });

  it('drops the oldest of a receiver that is down, counts them, and warns once', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { delivery, got, warned, clock } = receiver(() => new TypeError('fetch failed', { cause }), 3);
    for (let message = 1; message <= 10; message++) {
      delivery.offer(message);
      await settled();
    }
    expect(await finished(clock, delivery)).toBe('10 of 10 messages did not arrive: ECONNREFUSED');
    expect([got, warned]).toEqual([[], ['ECONNREFUSED']]);
  });

  it('does not send again what is refused', async () => {
    const { delivery, got, clock } = receiver((message) => (message === 2 ? new Refused('it answered 400') : null));
    for (const message of [1, 2, 3]) delivery.offer(message);
    expect(await finished(clock, delivery)).toBe('1 of 3 messages did not arrive: it answered 400');
    expect(got).toEqual([1, 3]);
  });
});

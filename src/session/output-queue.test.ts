import { describe, expect, it } from 'vitest';
import { secondOf } from '../analyze/events.fixture.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { Micros } from '../core/units.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { OutputQueue } from './output-queue.ts';

const event = (index: number): RunEvent => secondOf(index, { ok: [1_000] });

/** Lets what is settled go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A sink that is done with an event when it is told so. */
function slowSink() {
  const taken: RunEvent[] = [];
  const done: (() => void)[] = [];
  let closed = 0;
  const sink: RunSink = {
    accept: (each) => {
      taken.push(each);
      return new Promise((resolve) => {
        done.push(resolve);
      });
    },
    close: () => void closed++,
  };
  return { sink, taken, next: () => done.shift()?.(), closed: () => closed };
}

describe('the line of an output', () => {
  it('calls one that is done at once within the offer', async () => {
    const taken: RunEvent[] = [];
    const sink: RunSink = { accept: (each) => void taken.push(each), close: () => {} };
    const queue = new OutputQueue('quick', sink, new VirtualClock());
    for (let i = 0; i < 3; i++) {
      queue.offer(event(i));
      expect(taken).toHaveLength(i + 1);
    }
    expect(await queue.close()).toEqual({ name: 'quick', delivered: 3, dropped: 0, error: null });
  });

  it('takes whatever is no promise for done, as a sink gives that no compiler has seen', async () => {
    const taken: RunEvent[] = [];
    const accept = (each: RunEvent) => (taken.length === 1 ? null : taken.push(each));
    const sink = { accept, close: () => {} } as unknown as RunSink;
    const queue = new OutputQueue('pushing', sink, new VirtualClock());
    for (let i = 0; i < 3; i++) queue.offer(event(i));
    expect(await queue.close()).toEqual({ name: 'pushing', delivered: 3, dropped: 0, error: null });
  });

  it('hands a slow one its events in their order, one at a time, and waits for it at the end', async () => {
    const { sink, taken, next, closed } = slowSink();
    const queue = new OutputQueue('slow', sink, new VirtualClock());
    const events = [event(0), event(1), event(2)];
    for (const each of events) queue.offer(each);
    expect(taken).toEqual([events[0]]);
    const end = queue.close();
    for (let i = 0; i < 3; i++) {
      expect(closed()).toBe(0);
      next();
      await turn();
    }
    expect(taken).toEqual(events);
    expect(await end).toEqual({ name: 'slow', delivered: 3, dropped: 0, error: null });
    expect(closed()).toBe(1);
  });

  it('drops what comes while as much as it may hold is waiting, and counts it', async () => {
    const { sink, taken, next } = slowSink();
    const queue = new OutputQueue('slow', sink, new VirtualClock(), undefined, 2);
    for (let i = 0; i < 10; i++) queue.offer(event(i));
    for (let i = 0; i < 3; i++) {
      next();
      await turn();
    }
    queue.offer(event(10));
    next();
    expect(await queue.close()).toMatchObject({ delivered: 4, dropped: 7, error: null });
    expect(taken).toEqual([event(0), event(1), event(2), event(10)]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('full')), 1],
    [
      'throws at once',
      () => {
        throw new Error('full');
      },
      1,
    ],
  ])('leaves one out that %s, closes it, and says why', async (_, fail) => {
    let closed = 0;
    let calls = 0;
    const sink: RunSink = { accept: () => (++calls === 2 ? fail() : undefined), close: () => void closed++ };
    const queue = new OutputQueue('broken', sink, new VirtualClock());
    for (let i = 0; i < 5; i++) {
      queue.offer(event(i));
      await turn();
    }
    const outcome = await queue.close();
    expect(outcome).toMatchObject({ delivered: 1, dropped: 4 });
    expect(outcome.error?.message).toBe('full');
    expect([calls, closed]).toEqual([2, 1]);
  });

  it('says what went wrong when it was closed', async () => {
    const sink: RunSink = { accept: () => {}, close: () => Promise.reject(new Error('no room')) };
    const queue = new OutputQueue('late', sink, new VirtualClock());
    queue.offer(event(0));
    const { delivered, dropped, error } = await queue.close();
    expect([delivered, dropped, error?.message]).toEqual([1, 0, 'no room']);
  });

  it('leaves one behind that never finishes', async () => {
    const { sink, taken } = slowSink();
    const clock = new VirtualClock();
    const queue = new OutputQueue('stuck', sink, clock, 5e6 as Micros);
    for (let i = 0; i < 4; i++) queue.offer(event(i));
    const end = queue.close();
    await turn();
    clock.runUntil(5e6 as Micros);
    const outcome = await end;
    expect(taken).toHaveLength(1);
    expect(outcome).toMatchObject({ delivered: 0, dropped: 4 });
    expect(outcome.error?.message).toContain('5 s after the end of the run');
  });
});

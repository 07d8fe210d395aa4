import { describe, expect, it } from 'vitest';
import { secondOf } from '../analyze/events.fixture.ts';
import type { RunEvent } from '../core/event.ts';
import { EventReader } from './event-reader.ts';

const event = (index: number): RunEvent => secondOf(index, { ok: [] });

async function all(reader: EventReader): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const each of reader) events.push(each);
  return events;
}

describe('an iteration over events', () => {
  it('has those that came before it asks, and those that come while it waits', async () => {
    const reader = new EventReader(() => {});
    reader.push(event(0));
    const read = all(reader);
    await Promise.resolve();
    reader.push(event(1));
    reader.end();
    expect(await read).toEqual([event(0), event(1)]);
  });

  it('ends with what went wrong, after all that happened before', async () => {
    const reader = new EventReader(() => {});
    reader.push(event(0));
    reader.end({ error: new Error('broken') });
    expect((await reader.next()).value).toEqual(event(0));
    await expect(reader.next()).rejects.toThrow('broken');
    expect((await reader.next()).done).toBe(true);
  });

  it('tells that nobody reads any more', async () => {
    let left = 0;
    const reader = new EventReader(() => left++);
    reader.push(event(0));
    reader.push(event(1));
    for await (const _ of reader) break;
    expect([left, (await reader.next()).done]).toEqual([1, true]);
  });

  it('drops what comes while too much waits, and counts it', async () => {
    const reader = new EventReader(() => {});
    for (let i = 0; i < 1_010; i++) reader.push(event(i));
    reader.end();
    expect(await all(reader)).toHaveLength(1_000);
    expect([reader.delivered, reader.dropped]).toEqual([1_000, 10]);
  });
});

import { expect, it } from 'vitest';
import { planOf, secondOf } from '../analyze/events.fixture.ts';
import type { RunEvent } from '../core/event.ts';
import { unlessFailing } from './failing.ts';

const FAILING = { ended: { 'http-error': 200 }, message: 'HTTP 500', status: 500 };

it('ends the load and not the run', async () => {
  async function* source(stop: AbortSignal): AsyncGenerator<RunEvent> {
    for (let index = 0; index < 9 && !stop.aborted; index++) yield secondOf(index, FAILING);
    yield secondOf(9, FAILING, { phase: 'drain' });
  }
  const seen: RunEvent[] = [];
  for await (const event of unlessFailing(planOf(), source, new AbortController().signal)) seen.push(event);
  expect(seen.map(({ type }) => type)).toEqual(['interval', 'failing', 'interval']);
});

it('passes on that it is to end, and why', async () => {
  const outer = new AbortController();
  let reason: unknown = null;
  async function* source(stop: AbortSignal): AsyncGenerator<RunEvent> {
    yield secondOf(0, {});
    outer.abort('stopped');
    reason = stop.aborted ? stop.reason : null;
  }
  for await (const _ of unlessFailing(planOf(), source, outer.signal));
  expect(reason).toBe('stopped');
});

import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { count, micros, perSecond, seconds } from '../core/units.ts';
import { LoadChanges } from './load-changes.ts';

describe('a change of a load that replays a trace', () => {
  const plan = planFixture({
    load: {
      model: 'open',
      arrivals: { replay: { file: 't.csv', arrivals: count(10), speed: 1 } },
      rate: [{ duration: seconds(10), from: perSecond(1), to: perSecond(1) }],
      maxInFlight: count(10),
    },
  });

  it('is refused: its instants are its own', () => {
    const edit = { model: 'open', ratePerSec: 5, ramp: micros(0) } as never;
    const reply = new LoadChanges(plan).carryOut({ type: 'edit', edit }, seconds(1), false);
    expect(reply).toEqual({
      ok: false,
      reason: expect.stringContaining('replays a trace, which has its own instants'),
    });
  });

  it('may still be a new beginning of the statistics', () => {
    expect(new LoadChanges(plan).carryOut({ type: 'reset' }, seconds(1), false)).toMatchObject({ ok: true });
  });
});

describe('an edit of users who have rows of their own', () => {
  const plan = planFixture({
    data: { file: 'r.csv', format: 'csv', order: 'per-user', rows: count(5) },
    load: { model: 'closed', vus: [{ duration: seconds(10), from: count(2), to: count(2) }], thinkTime: null },
  });
  const edited = (vus: number) =>
    new LoadChanges(plan).carryOut(
      { type: 'edit', edit: { model: 'closed', vus: count(vus), spawnRate: null } },
      seconds(1),
      false,
    );

  it('asks for no more users than there are rows', () => {
    expect(edited(5)).toMatchObject({ ok: true });
    expect(edited(6)).toEqual({ ok: false, reason: expect.stringContaining('there are 5 of them') });
  });
});

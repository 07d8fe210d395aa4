import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../core/plan.ts';
import { count, perSecond, seconds } from '../core/units.ts';
import { readEdit } from './edit.ts';

const CLOSED: LoadProfile = {
  model: 'closed',
  vus: [{ duration: seconds(10), from: count(5), to: count(5) }],
  thinkTime: null,
};
const OPEN: LoadProfile = {
  model: 'open',
  arrivals: 'uniform',
  rate: [{ duration: seconds(10), from: perSecond(5), to: perSecond(5) }],
  maxInFlight: count(10),
};

function messagesOf(load: LoadProfile, fields: Record<string, unknown>): Record<string, string> {
  const reading = readEdit(load, fields);
  return reading.ok ? {} : Object.fromEntries(reading.errors.map(({ field, message }) => [field, message]));
}

describe('readEdit', () => {
  it('changes none of several loads, whatever is asked', () => {
    const mixed: LoadProfile = { ...OPEN, model: 'mixed', vus: CLOSED.vus, arrivals: 'uniform' };
    for (const fields of [{ vus: '5' }, { rate: '5/s' }])
      expect(messagesOf(mixed, fields)).toEqual({ '': expect.stringContaining('loads of their own') });
  });

  it('reads users and how fast they come, as the command line does', () => {
    expect(readEdit(CLOSED, { vus: '1.5k', spawnRate: '60/m' })).toEqual({
      ok: true,
      edit: { model: 'closed', vus: 1500, spawnRate: 1 },
    });
    expect(readEdit(CLOSED, { vus: 0 })).toEqual({ ok: true, edit: { model: 'closed', vus: 0, spawnRate: null } });
    expect(readEdit(CLOSED, { vus: ' 7 ', spawnRate: '' })).toMatchObject({
      ok: true,
      edit: { vus: 7, spawnRate: null },
    });
  });

  it('reads a rate and how long it takes to get there', () => {
    expect(readEdit(OPEN, { rate: '200/s', ramp: '1m' })).toEqual({
      ok: true,
      edit: { model: 'open', ratePerSec: 200, ramp: 60e6 },
    });
    expect(readEdit(OPEN, { rate: 0.5 })).toEqual({ ok: true, edit: { model: 'open', ratePerSec: 0.5, ramp: 0 } });
  });

  it('says what is wrong with each field, within the limits of the plan', () => {
    expect(messagesOf(CLOSED, { vus: '100001', spawnRate: '0/s' })).toEqual({
      vus: expect.stringMatching(/^vus: "100001" .*at most 100k/),
      spawnRate: expect.stringMatching(/^spawnRate: "0\/s" .*at least 1\/h/),
    });
    expect(messagesOf(CLOSED, { vus: 'many' })['vus']).toMatch(/^vus: "many" is not a whole number/);
    expect(messagesOf(CLOSED, { vus: '-1' })['vus']).toMatch(/^vus/);
    expect(messagesOf(CLOSED, { vus: [5] })['vus']).toBe('vus must be text or a number');
    expect(messagesOf(OPEN, { rate: '11m/s', ramp: '200h' })).toEqual({
      rate: expect.stringMatching(/^rate: "11m\/s" .*at most 10m\/s/),
      ramp: expect.stringMatching(/^ramp: "200h" .*at most 168h/),
    });
  });

  it('refuses what is missing, and what cannot be changed', () => {
    expect(messagesOf(CLOSED, {})['vus']).toMatch(/^vus is missing/);
    expect(messagesOf(OPEN, { rate: '' })['rate']).toMatch(/^rate is missing/);
    expect(messagesOf(CLOSED, { vus: 5, timeout: '1s' })['timeout']).toMatch(/^timeout cannot be changed/);
    expect(messagesOf(CLOSED, { vus: 5, spawnrate: 3 })['spawnrate']).toMatch(/Did you mean .*spawnRate/i);
    expect(messagesOf(CLOSED, { rate: '5/s' })).toMatchObject({ rate: expect.any(String), vus: expect.any(String) });
    // A field that a form sends empty is not given.
    expect(readEdit(CLOSED, { vus: 5, timeout: '' })).toMatchObject({ ok: true });
  });
});

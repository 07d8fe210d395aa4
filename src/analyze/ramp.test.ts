import { describe, expect, it } from 'vitest';
import type { LoadChange, LoadEdit } from '../core/command.ts';
import { stagesAfter, withRest } from '../core/command.ts';
import type { LoadProfile } from '../core/plan.ts';
import { count, perSecond, seconds } from '../core/units.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { resultOf } from './events.fixture.ts';
import { rampDoubts } from './ramp.ts';

const loadOf = (flags: Readonly<Record<string, string>>): LoadProfile => planOf(flags).load;
const said = (load: LoadProfile, after: number, changes: readonly LoadChange[] = []): string =>
  rampDoubts(load, changes, after)
    .map(({ message }) => message)
    .join();

describe('a ramp', () => {
  it('that the run is too short for is told with how far it came', () => {
    expect(said(loadOf({ vus: '100', spawnRate: '1', duration: '3s' }), 3.2)).toBe(
      'The ramp did not reach its goal: of 100 virtual users it was at 3 when the load ended after 3 s.',
    );
  });

  it('that reaches its goal is not, to the last moment', () => {
    for (const duration of ['3s', '4s', '1m'])
      expect(said(loadOf({ vus: '3', spawnRate: '1', duration }), duration === '1m' ? 60.01 : 4)).toBe('');
    expect(said(loadOf({ vus: '10', duration: '3s' }), 3)).toBe('');
    expect(said(loadOf({ stages: '10s:100,10s:0' }), 20)).toBe('');
    expect(said(loadOf({ rate: '0/s', stages: '10s:100' }), 10)).toBe('');
  });

  it('that the number of requests ends is told, of users and of arrivals', () => {
    expect(said(loadOf({ vus: '50', spawnRate: '1', requests: '100' }), 7)).toContain(
      'of 50 virtual users it was at 7',
    );
    expect(said(loadOf({ rate: '0/s', stages: '1m:600', requests: '100' }), 6)).toContain(
      'of 600.0/s it was at 60.0/s',
    );
    expect(said(loadOf({ stages: '10s:100,10s:0', requests: '100' }), 15)).toBe('');
  });

  it('that an edit asked for counts as well', () => {
    const load = loadOf({ vus: '10', duration: '10s' });
    const edited = (edit: LoadEdit) => {
      const at = seconds(8);
      const stages = stagesAfter(load, at, edit);
      return said(withRest(load, at, stages), 10, [{ type: 'edited', at, edit, stages }]);
    };
    expect(edited({ model: 'closed', vus: count(100), spawnRate: perSecond(5) })).toContain(
      'of 100 virtual users it was at 20',
    );
    expect(edited({ model: 'closed', vus: count(20), spawnRate: perSecond(5) })).toBe('');
    expect(edited({ model: 'closed', vus: count(1), spawnRate: perSecond(1) })).toBe('');
  });

  it('is a doubt of a completed run only, and does not invalidate it', () => {
    const load = loadOf({ vus: '100', spawnRate: '1', duration: '10s' });
    const codes = (result: ReturnType<typeof resultOf>) => result.verdict.doubts.map(({ code }) => code);
    const ok = Array.from({ length: 400 }, (_, n) => 5_000 + n);
    const whole = resultOf({ ok }, { load });
    expect(codes(whole)).toContain('ramp-cut');
    expect(whole.verdict.doubts.find(({ code }) => code === 'ramp-cut')?.invalidates).toBe(false);
  });
});

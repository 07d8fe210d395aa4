import { describe, expect, it } from 'vitest';
import type { LoadChange, LoadEdit } from '../core/command.ts';
import { stagesAfter, withRest } from '../core/command.ts';
import { type FlowLoad, together } from '../core/loads.ts';
import type { LoadProfile, OneLoad } from '../core/plan.ts';
import { count, perSecond, seconds } from '../core/units.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { arrivals, generate, planFor, users } from '../run/generated.fixture.ts';
import { finishedOf, planOf as madeUp, resultOf, startedOf } from './events.fixture.ts';
import { RunFold } from './fold.ts';
import { rampDoubts } from './ramp.ts';

const loadOf = (flags: Readonly<Record<string, string>>): LoadProfile => planOf(flags).load;
const said = (load: LoadProfile, after: number, changes: readonly LoadChange[] = []): string =>
  rampDoubts({ plan: madeUp({ load }), load, changes, seconds: after, loadEnds: [] })
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

describe('ramps of several loads at once, in virtual time', () => {
  const step = { kind: 'request', request: 0 } as const;
  const ramp = (to: number, over: number, goal?: number): OneLoad => ({
    ...{ model: 'closed', thinkTime: null },
    vus: [{ duration: seconds(over), from: count(0), to: count(to) }],
    ...(goal === undefined ? {} : { goal: count(goal) }),
  });
  const rising = (to: number, over: number): OneLoad => ({
    model: 'open',
    arrivals: 'uniform',
    maxInFlight: count(1000),
    rate: [{ duration: seconds(over), from: perSecond(0), to: perSecond(to) }],
  });

  /** What is told of the ramps of loads, each of a flow of its own. */
  function told(loads: Readonly<Record<string, OneLoad | { readonly profile: OneLoad; readonly passes: number }>>) {
    const all = Object.entries(loads).map(([flow, load]): FlowLoad => {
      const [profile, passes] = 'profile' in load ? [load.profile, count(load.passes)] : [load, null];
      return { flow: flow === 'rest' ? null : flow, profile, maxPasses: passes };
    });
    const plan = planFor(together(all.map(({ profile }) => profile)), {
      loads: all,
      flows: Object.keys(loads).map((name, load) => ({ name, weight: 1, load, steps: [step] })),
    });
    const fold = new RunFold();
    fold.accept(startedOf(plan));
    const { snapshots } = generate(plan, () => 50_000);
    for (const snapshot of snapshots) fold.accept({ type: 'interval', snapshot });
    fold.accept(finishedOf('completed', 100));
    return fold
      .result()
      .verdict.doubts.filter(({ code }) => code === 'ramp-cut')
      .map(({ message }) => message);
  }

  it('that reach their goals are not told, whichever of the loads ends first', () => {
    expect(told({ rest: ramp(10, 8), batch: arrivals(20, 3e6) })).toEqual([]);
    expect(told({ rest: users(5, 4e6), batch: rising(20, 10) })).toEqual([]);
    expect(told({ rest: users(5, 10e6), batch: rising(20, 4) })).toEqual([]);
    expect(told({ rest: ramp(10, 4), own: ramp(4, 8) })).toEqual([]);
  });

  it('that a load is too short for are told as its own, while others go on', () => {
    expect(told({ rest: users(5, 12e6), slow: ramp(6, 6, 100), batch: arrivals(10, 9e6) })).toEqual([
      'The ramp of flow slow did not reach its goal: of 100 virtual users it was at 6 when the load ended after 6 s.',
    ]);
    expect(told({ rest: ramp(3, 3, 50), batch: arrivals(10, 9e6) })).toEqual([
      'The ramp of the flows without a load of their own did not reach its goal: of 50 virtual users it was at 3 when the load ended after 3 s.',
    ]);
  });

  it('that the number of passes ends are told with how far they came by then', () => {
    expect(told({ rest: users(5, 20e6), counted: { profile: rising(60, 60), passes: 32 } })).toEqual([
      'The ramp of flow counted did not reach its goal: of 60.0/s it was at 8.00/s when the load ended after 8 s.',
    ]);
    expect(told({ rest: users(5, 20e6), counted: { profile: arrivals(10, 60e6), passes: 32 } })).toEqual([]);
    const users3 = { profile: ramp(30, 30), passes: 200 };
    expect(told({ rest: arrivals(5, 20e6), counted: users3 })).toEqual([expect.stringContaining('of flow counted')]);
  });
});

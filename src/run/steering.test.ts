import { describe, expect, it } from 'vitest';
import type { Commanded, CommandReply, LoadChange, LoadCommand } from '../core/command.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { LoadProfile } from '../core/plan.ts';
import type { LoadSource } from '../core/ports.ts';
import type { IntervalSnapshot, Phase } from '../core/snapshot.ts';
import { count, micros, perSecond, seconds } from '../core/units.ts';
import { loadEvents } from '../session/run.ts';
import { Steering } from './steering.ts';

const RAMP: LoadProfile = {
  model: 'closed',
  vus: [{ duration: seconds(10), from: count(0), to: count(100) }],
  thinkTime: null,
};
const EDIT: LoadCommand = { type: 'edit', edit: { model: 'closed', vus: count(5), spawnRate: perSecond(1) } };
const RESET: LoadCommand = { type: 'reset' };

const edited = (at: number): LoadChange => ({ type: 'edited', at: seconds(at), edit: EDIT.edit, stages: [] });
const reset = (at: number): LoadChange => ({ type: 'reset', at: seconds(at) });

/** Replies in their order, whatever it is told. */
function obeying(...replies: readonly (LoadChange | string)[]): Commanded & { readonly told: LoadCommand[] } {
  const told: LoadCommand[] = [];
  return {
    told,
    load: RAMP,
    elapsed: seconds(4),
    soonest: micros(4_020_000),
    carryOut: (command): CommandReply => {
      const reply = replies[told.push(command) - 1];
      if (reply === undefined) throw new Error('one command too many');
      return typeof reply === 'string' ? { ok: false, reason: reply } : { ok: true, change: reply };
    },
  };
}

describe('Steering', () => {
  it('knows and changes nothing before there is a load, and after it', () => {
    const steering = new Steering('run');
    const refused = { ok: false, reason: 'No load is under way.' };
    expect([steering.present, steering.push(EDIT)]).toEqual([null, refused]);
    const detach = steering.attach(obeying(edited(4)));
    expect(steering.push(EDIT).ok).toBe(true);
    detach();
    expect([steering.present, steering.push(RESET)]).toEqual([null, refused]);
    // What was carried out in time still comes out.
    expect(steering.takeUntil(seconds(5))).toEqual([edited(4)]);
  });

  it.each(['find', 'probe'] as const)('leaves a %s alone, which sets its load itself', (kind) => {
    const steering = new Steering(kind);
    const load = obeying();
    steering.attach(load);
    expect(steering.push(RESET)).toEqual({
      ok: false,
      reason: expect.stringMatching(/cannot be edited, only stopped/),
    });
    expect([steering.present, load.told]).toEqual([null, []]);
  });

  it('says what the load is asked to be when a change could begin', () => {
    const steering = new Steering('run');
    steering.attach(obeying());
    expect(steering.present).toEqual({ load: RAMP, elapsed: seconds(4), value: 40.2 });
  });

  it('passes commands on as they are, and keeps no change of one that was refused', () => {
    const steering = new Steering('run');
    const load = obeying('too many', reset(5));
    steering.attach(load);
    expect(steering.push(EDIT)).toEqual({ ok: false, reason: 'too many' });
    expect(steering.push(RESET)).toEqual({ ok: true, change: reset(5) });
    expect(load.told).toEqual([EDIT, RESET]);
    expect(steering.takeUntil(seconds(60))).toEqual([reset(5)]);
  });

  it('hands each change out once, when it has come into effect', () => {
    const steering = new Steering('run');
    steering.attach(obeying(edited(4.1), edited(4.7), reset(5)));
    for (const command of [EDIT, EDIT, RESET]) steering.push(command);
    expect(steering.takeUntil(seconds(4.1))).toEqual([]);
    expect(steering.takeUntil(seconds(4.5))).toEqual([edited(4.1)]);
    expect(steering.takeUntil(seconds(5))).toEqual([edited(4.7)]);
    expect(steering.takeUntil(seconds(6))).toEqual([reset(5)]);
    expect(steering.takeUntil(seconds(60))).toEqual([]);
  });

  it('hands them out in the order of their effect: a reset waits for the end of its interval, an edit does not', () => {
    const steering = new Steering('run');
    const one = reset(5);
    steering.attach(obeying(one, edited(4.3), one, edited(4.6)));
    for (const command of [RESET, EDIT, RESET, EDIT]) steering.push(command);
    expect(steering.takeUntil(seconds(5))).toEqual([edited(4.3), edited(4.6)]);
    // Asked for twice within an interval it is one.
    expect(steering.takeUntil(seconds(6))).toEqual([reset(5)]);
  });
});

describe('the events of a run that is changed', () => {
  function snapshotOf(index: number, rest: Partial<IntervalSnapshot> = {}, phase: Phase = 'measure'): IntervalSnapshot {
    const load = { due: 0, sent: 0, dropped: 0, inFlight: 0, vus: count(1) };
    const [startAt, endAt] = [seconds(index), seconds(index + 1)];
    return { index, startAt, endAt, phase, load, series: {}, ...rest };
  }

  /** A source that has its changes carried out before it delivers the first interval. */
  async function told(changes: readonly LoadChange[], snapshots: readonly IntervalSnapshot[]): Promise<string[]> {
    const steering = new Steering('run');
    const source: LoadSource = async function* (_plan, _segment, _signal, commands) {
      commands?.attach(obeying(...changes));
      for (const _ of changes) steering.push(EDIT);
      yield* snapshots;
    };
    const lines: string[] = [];
    for await (const event of loadEvents(planFixture(), source, new AbortController().signal, steering)) {
      if (event.type === 'interval') lines.push(`${event.snapshot.index}`);
      else if (event.type === 'edited' || event.type === 'reset') lines.push(event.type);
    }
    return lines;
  }

  it('have each change before the first interval that it had an effect on', async () => {
    const intervals = [snapshotOf(0), snapshotOf(1), snapshotOf(2, { resets: 1 })];
    expect(await told([edited(0.5), reset(2), edited(1.5)], intervals)).toEqual([
      ...['edited', '0'],
      ...['edited', '1'],
      ...['reset', '2'],
    ]);
  });

  it('have a reset before the first that tells of it, also beside the interval that ends with it', async () => {
    const intervals = [snapshotOf(0), snapshotOf(1), snapshotOf(1, { resets: 1 }), snapshotOf(2, { resets: 1 })];
    expect(await told([reset(2)], intervals)).toEqual(['0', '1', 'reset', '1', '2']);
  });

  it('have no change that the end of the load came before', async () => {
    const cut = snapshotOf(1, { endAt: seconds(1.4) });
    const drain = snapshotOf(1, { startAt: seconds(1.4) }, 'drain');
    expect(await told([edited(1.3), edited(1.45), reset(2)], [snapshotOf(0), cut, drain])).toEqual([
      ...['0', 'edited'],
      ...['1', '1'],
    ]);
  });
});
